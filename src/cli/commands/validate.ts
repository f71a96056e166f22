import { EXIT } from '../../core/error-codes.ts';
import { findingText } from '../../report/failure.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description:
    'Checks config, references, variables and driver options. No network. With --env: that environment’s variables too.',
  arguments: [{ name: '[file]', description: 'config file (default: --config)' }],
  examples: ['deployer validate', 'deployer validate --env production'],
  async run(invocation) {
    const [file] = invocation.args;
    const workspace = await openProject(
      file ? { ...invocation, globals: { ...invocation.globals, config: file } } : invocation,
    );
    const { env } = invocation.globals;
    const { validateProject } = await import('../../workflows/validate.ts');
    const findings = await validateProject(workspace, env ? { env } : {});
    const bad = findings.some(({ level }) => level === 'error');
    return {
      document: {
        status: bad ? 'invalid' : 'valid',
        file: workspace.config.file,
        environments: Object.keys(workspace.config.environments),
        findings,
      },
      text: (style) =>
        [...findings.map((finding) => findingText(finding, style)), bad ? '' : `${workspace.config.file} is valid`]
          .filter(Boolean)
          .join('\n'),
      exit: bad ? EXIT.refused : EXIT.done,
    };
  },
};
