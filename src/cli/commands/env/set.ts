import { findingText } from '../../../report/failure.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { parsePairs, SETTING_OPTIONS, secretWarnings, settingOf, settingsResult } from '../../setting-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['settings'],
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
    const kind = settingOf(invocation.options);
    const values = parsePairs(invocation.args, kind);
    const workspace = await openProject(invocation);
    const { changeSettings } = await import('../../../workflows/settings.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const warnings = secretWarnings(values, { kind, env });
    const changed = await changeSettings(workspace, { env, kind, values });
    for (const warning of warnings) invocation.note(findingText(warning));
    return settingsResult(changed, warnings);
  },
};
