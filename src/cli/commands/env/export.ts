import { resolve } from 'node:path';
import { count, list } from '../../../core/text.ts';
import { findingText } from '../../../report/failure.ts';
import type { Export } from '../../../workflows/export-variables.ts';
import type { Workspace } from '../../../workflows/workspace.ts';
import type { CommandResult, CommandSpec, Invocation } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { keysOf } from '../../settings-steps.ts';
import { usage } from '../../usage.ts';
import { flagOf, given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-export'],
  description:
    'Writes an environment’s values as dotenv lines, quoted so that they are read back exactly. Secrets stay out unless --secrets is given; then they go to a file that only its owner may read and that git ignores.',
  options: [
    { flags: '--out <file>', description: 'file to write (default: stdout)', type: 'file' },
    { flags: '--keys <names>', description: 'only these, with commas between' },
    { flags: '--secrets', description: 'the values of secrets too' },
    { flags: '--print', description: 'let --secrets print them on stdout' },
    { flags: '--overwrite', description: 'replace a file that holds something else' },
  ],
  examples: [
    'deployer env export --env staging',
    'deployer env export --env staging --secrets --out .env.staging',
    'deployer env export --env staging --keys LOG_LEVEL --json',
  ],
  async run(invocation) {
    const { options } = invocation;
    const [out, print] = [textOf(options, 'out'), flagOf(options, 'print')];
    const secrets = flagOf(options, 'secrets') ? 'with' : 'without';
    const isPrinted = out === undefined || out === '-';
    if (secrets === 'with' && isPrinted && !print)
      throw usage(
        '--secrets alone shows no values on stdout',
        'Name a file, --out .env.staging, or give --print to see secrets on stdout',
      );
    const workspace = await openProject(invocation);
    const { exportVariables } = await import('../../../workflows/export-variables.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const exported = await exportVariables(workspace, {
      env,
      secrets,
      ...given({ keys: keysOf(textOf(options, 'keys')) }),
    });
    for (const warning of exported.warnings) invocation.note(findingText(warning));
    if (exported.left_out.length > 0) invocation.note(`left out, as secrets: ${list(exported.left_out)}`);
    return isPrinted ? printed(exported) : written(invocation, workspace, { exported, out });
  },
};

async function printed({ env, values, left_out, text, warnings }: Export): Promise<CommandResult> {
  const { revealAll } = await import('../../../core/secret.ts');
  return { document: { status: 'success', env, values: revealAll(values), left_out, warnings }, raw: text };
}

async function written(
  { options, globals }: Invocation,
  workspace: Workspace,
  { exported, out }: { exported: Export; out: string },
): Promise<CommandResult> {
  const { writeOut } = await import('../../../workflows/write-out.ts');
  const { env, values, left_out, text, warnings } = exported;
  const outcome = await writeOut(workspace, {
    file: resolve(globals.cwd, out),
    shown: out,
    text,
    holds: flagOf(options, 'secrets') ? 'secrets' : 'private',
    existing: flagOf(options, 'overwrite') ? 'overwrite' : 'keep',
  });
  const names = Object.keys(values);
  const changed = outcome === 'changed';
  return {
    document: { status: 'success', env, file: out, changed, names, left_out, warnings },
    text: () =>
      changed ? `Wrote ${count(names.length, 'value')} of ${env} to ${out}` : `${out} holds the same already`,
  };
}
