import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { parsePairs, SETTING_OPTIONS, settingOf } from '../../setting-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Makes a new revision of the environment’s configuration, on top of the config file. It takes effect with the next deploy.',
  arguments: [{ name: 'pairs...', description: 'KEY=value' }],
  options: SETTING_OPTIONS,
  examples: [
    'deployer env set LOG_LEVEL=debug --env staging',
    'deployer env set --flag BETA_FORM=true --env staging',
    'deployer env set --secret API_KEY=env:STAGING_API_KEY --env staging',
  ],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { changeSettings } = await import('../../../workflows/settings.ts');
    const kind = settingOf(invocation.options);
    const { name } = await chooseEnvironment(invocation, workspace);
    const { env, revision } = await changeSettings(workspace, {
      env: name,
      kind,
      values: parsePairs(invocation.args, kind),
    });
    return {
      document: { status: 'success', env, revision },
      text: () => `Revision ${revision} of ${env}; it takes effect with: deployer deploy --env ${env}`,
    };
  },
};
