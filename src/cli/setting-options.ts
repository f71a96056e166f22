import type { FlagValue } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import { looksSecret } from '../core/secret-name.ts';
import type { SettingsChange } from '../workflows/revise.ts';
import type { Setting } from '../workflows/settings.ts';
import type { CommandResult, OptionSpec, OptionValues } from './command.ts';
import { usage } from './usage.ts';
import { flagOf } from './values.ts';

/** Which kind of setting `env set` and `env unset` are about. */
export const SETTING_OPTIONS: readonly OptionSpec[] = [
  { flags: '--secret', description: 'secret references such as env:NAME, never values' },
  { flags: '--flag', description: 'feature flags: true, false, a number or a text' },
];

export function settingOf(options: OptionValues): Setting {
  if (flagOf(options, 'secret') && flagOf(options, 'flag'))
    throw usage('--secret and --flag exclude each other', 'Set them one kind at a time');
  return flagOf(options, 'secret') ? 'secrets' : flagOf(options, 'flag') ? 'flags' : 'variables';
}

/** `KEY=value` pairs → values of the right kind. */
export function parsePairs(pairs: readonly string[], kind: Setting): Record<string, FlagValue> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw usage('A setting has the form KEY=value', 'For instance: deployer env set LOG_LEVEL=debug --env staging');
      const value = pair.slice(at + 1);
      return [pair.slice(0, at), kind === 'flags' ? flagValue(value) : value];
    }),
  );
}

/** Plain values are kept and shown as they are: one with the name of a secret is likely a mistake. */
export function secretWarnings(values: object, { kind, env }: { kind: Setting; env: string }): readonly Finding[] {
  if (kind === 'secrets') return [];
  return Object.entries(values)
    .filter(([name, value]) => looksSecret(name, String(value)))
    .map(([name]) => ({
      level: 'warning',
      code: 'INVALID_ENV',
      message: `${name} looks like a secret; its value now stands in the state, and in the history of your shell`,
      fix: `Change the secret, then set a reference: deployer env set --secret ${name}=env:${name} --env ${env}`,
    }));
}

/** What `env set` and `env unset` answer. */
export function settingsResult(
  { env, revision, changed }: SettingsChange,
  warnings: readonly Finding[],
): CommandResult {
  const sentence = changed
    ? `Revision ${revision} of ${env}; it takes effect with: deployer deploy --env ${env}`
    : `Nothing to change: ${env} is set so since revision ${revision} at the latest`;
  return { document: { status: 'success', env, revision, changed, warnings }, text: () => sentence };
}

function flagValue(text: string): FlagValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
