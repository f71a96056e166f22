import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { SETTING_OPTIONS, settingOf, settingsResult } from '../../setting-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['settings'],
  description:
    'Takes names away from the environment’s configuration, those of the config file too. It takes effect with the next deploy.',
  arguments: [{ name: 'names...', description: 'names to take away' }],
  options: SETTING_OPTIONS,
  examples: ['deployer env unset LOG_LEVEL --env staging'],
  async run(invocation) {
    const kind = settingOf(invocation.options);
    const workspace = await openProject(invocation);
    const { changeSettings } = await import('../../../workflows/settings.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const values = Object.fromEntries(invocation.args.map((name) => [name, null]));
    return settingsResult(await changeSettings(workspace, { env, kind, values }), []);
  },
};
