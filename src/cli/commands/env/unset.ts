import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { SETTING_OPTIONS, settingOf } from '../../setting-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  arguments: [{ name: 'names...', description: 'names to take away' }],
  options: SETTING_OPTIONS,
  examples: ['deployer env unset LOG_LEVEL --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { changeSettings } = await import('../../../workflows/settings.ts');
    const { name } = await chooseEnvironment(invocation, workspace);
    const values = Object.fromEntries(invocation.args.map((key) => [key, null]));
    const { env, revision } = await changeSettings(workspace, {
      env: name,
      kind: settingOf(invocation.options),
      values,
    });
    return {
      document: { status: 'success', env, revision },
      text: () => `Revision ${revision} of ${env}; it takes effect with: deployer deploy --env ${env}`,
    };
  },
};
