import { relative, resolve } from 'node:path';
import { count } from '../../../core/text.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { flagOf, given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-template'],
  description:
    'Writes a .env.example: every variable that the services need, what it is, an example, and whether it is required. There are no values in it. A file that holds something else is kept.',
  options: [
    { flags: '--service <name>', description: 'only what this service needs', completes: 'services' },
    {
      flags: '--out <file>',
      description: 'file to write (default: .env.example of the project), - for stdout',
      type: 'file',
    },
    { flags: '--overwrite', description: 'replace a file that holds something else' },
  ],
  examples: [
    'deployer env template',
    'deployer env template --service api --out api/.env.example',
    'deployer env template --out -',
  ],
  async run(invocation) {
    const { options, globals } = invocation;
    const workspace = await openProject(invocation);
    const { envTemplate } = await import('../../../workflows/env-template.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const { text, variables } = await envTemplate(workspace, {
      env,
      ...given({ service: textOf(options, 'service') }),
    });
    const described = variables.map(({ spec: { key, description, required, sensitive, example }, evidence }) => ({
      key,
      required,
      sensitive,
      ...given({ description, example }),
      evidence,
    }));
    const out = textOf(options, 'out');
    if (out === '-') return { document: { status: 'success', env, variables: described }, raw: text };
    const { writeOut } = await import('../../../workflows/write-out.ts');
    const file = out === undefined ? resolve(workspace.config.root, '.env.example') : resolve(globals.cwd, out);
    const shown = out ?? (relative(globals.cwd, file) || file);
    const existing = flagOf(options, 'overwrite') ? 'overwrite' : 'keep';
    const changed = (await writeOut(workspace, { file, shown, text, holds: 'public', existing })) === 'changed';
    return {
      document: { status: 'success', env, file: shown, changed, variables: described },
      text: () =>
        changed ? `Wrote ${shown} with ${count(variables.length, 'variable')}` : `${shown} says the same already`,
    };
  },
};
