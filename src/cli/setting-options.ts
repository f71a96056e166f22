import type { FlagValue } from '../core/config.ts';
import type { Setting } from '../workflows/settings.ts';
import type { OptionSpec, OptionValues } from './command.ts';
import { usage } from './program.ts';

/** Which kind of setting `env set` and `env unset` are about. */
export const SETTING_OPTIONS: readonly OptionSpec[] = [
  { flags: '--secret', description: 'secret references such as env:NAME, never values' },
  { flags: '--flag', description: 'feature flags: true, false, a number or a text' },
];

export function settingOf(options: OptionValues): Setting {
  if (options.secret === true && options.flag === true)
    throw usage('--secret and --flag exclude each other', 'Set them one kind at a time');
  return options.secret === true ? 'secrets' : options.flag === true ? 'flags' : 'variables';
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

function flagValue(text: string): FlagValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
