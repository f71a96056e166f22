import type { CommandSpec } from '../../command.ts';
import { usage } from '../../program.ts';
import { chooseEnvironment, openProject, runOptions, runResult, textOption } from '../../project.ts';
import { RUN_OPTIONS } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'destroy',
  description:
    'Removes everything an environment has on its platforms. Databases are left alone. Asks for the name, or takes --confirm.',
  arguments: [{ name: '[environment]', description: 'environment (default: --env)' }],
  options: [{ flags: '--confirm <name>', description: 'the environment’s name, instead of typing it' }, ...RUN_OPTIONS],
  examples: ['deployer env destroy pr-42 --confirm pr-42'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { destroyEnvironment } = await import('../../../workflows/destroy.ts');
    const env = invocation.args[0] ?? (await chooseEnvironment(invocation, workspace)).name;
    const given = textOption(invocation.options, 'confirm');
    if (given !== undefined && given !== env)
      throw usage(`--confirm says "${given}", the environment is "${env}"`, `Confirm with: --confirm ${env}`);
    const sure =
      given === env ||
      (await invocation.confirm({ text: `This removes everything of ${env}.`, flag: `--confirm ${env}`, word: env }));
    if (!sure) return { document: { status: 'refused', env }, text: () => 'Nothing was removed', exit: 4 };
    return runResult(
      await destroyEnvironment(workspace, { env }, await runOptions(invocation, workspace)),
      invocation,
      workspace,
    );
  },
};
