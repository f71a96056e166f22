import type { FlagValue } from './config.ts';
import { canonicalJson } from './json.ts';
import { escapedText, holdsSecrets } from './secret-text.ts';
import type { AppliedConfiguration, ConfigurationRevision } from './state.ts';

const REVISIONS_KEPT = 50;

/** What `env set` holds for an environment, all revisions taken together. `null` takes a name of the config file away. */
export interface Settings {
  readonly variables: Readonly<Record<string, string | null>>;
  readonly secrets: Readonly<Record<string, string | null>>;
  readonly flags: Readonly<Record<string, FlagValue | null>>;
}

const NOTHING_SET: Settings = { variables: {}, secrets: {}, flags: {} };

/** All revisions taken together; one that restores starts anew. */
export function settingsOf(revisions: readonly ConfigurationRevision[]): Settings {
  return revisions.reduce<Settings>(laidOver, NOTHING_SET);
}

export function sameSettings(a: Settings, b: Settings): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

export function newestRevision(revisions: readonly ConfigurationRevision[]): number {
  return revisions.at(-1)?.revision ?? 0;
}

/** With one more, at most 50: older ones are taken together, so that what they say still holds. */
export function withRevision(
  revisions: readonly ConfigurationRevision[],
  next: ConfigurationRevision,
): readonly ConfigurationRevision[] {
  const [first, second, ...rest] = [...revisions, next];
  if (rest.length + 2 <= REVISIONS_KEPT || !first || !second) return [...revisions, next];
  return [{ ...second, ...laidOver(first, second) }, ...rest];
}

/**
 * What was set when `configuration` was put in force. Where the revisions of that day are not kept any more, every name
 * that is set now gets the value that it had in that configuration.
 */
export function settingsBehind(
  revisions: readonly ConfigurationRevision[],
  configuration: AppliedConfiguration,
): Settings {
  const oldest = revisions[0]?.revision ?? 0;
  if (oldest <= 1 || configuration.revision >= oldest)
    return settingsOf(revisions.filter(({ revision }) => revision <= configuration.revision));
  const now = settingsOf(revisions);
  return {
    variables: valuesThen(now.variables, writtenVariables(configuration)),
    secrets: valuesThen(now.secrets, configuration.secrets),
    flags: valuesThen(now.flags, configuration.flags),
  };
}

/** Variables as somebody would write them, with those that secrets are put into. */
function writtenVariables({ variables, secrets }: AppliedConfiguration): Readonly<Record<string, string>> {
  const plain = Object.entries(variables).map(([name, text]) => [name, escapedText(text)] as const);
  return Object.fromEntries([...plain, ...Object.entries(secrets).filter(([, text]) => holdsSecrets(text))]);
}

/**
 * After a roll-back: a new revision holds what counts again. What was set after the roll-back was planned, while it was
 * cut off, is not part of it and stays.
 */
export function restoredRevisions(
  revisions: readonly ConfigurationRevision[],
  back: {
    readonly configuration: AppliedConfiguration;
    readonly planned: { readonly from: number; readonly to: number };
    readonly at: string;
    readonly by: string;
  },
): readonly ConfigurationRevision[] {
  const { configuration, planned, at, by } = back;
  const later = revisions.filter(({ revision }) => revision > planned.from);
  const settings = later.reduce(laidOver, settingsBehind(revisions, configuration));
  if (sameSettings(settings, settingsOf(revisions))) return revisions;
  return withRevision(revisions, {
    revision: newestRevision(revisions) + 1,
    at,
    by,
    ...settings,
    restores: planned.to,
  });
}

function laidOver(below: Settings, above: ConfigurationRevision): Settings {
  const { variables, secrets, flags } = above;
  if (above.restores !== undefined) return { variables, secrets, flags };
  return {
    variables: { ...below.variables, ...variables },
    secrets: { ...below.secrets, ...secrets },
    flags: { ...below.flags, ...flags },
  };
}

function valuesThen<T>(
  now: Readonly<Record<string, T | null>>,
  then: Readonly<Record<string, T>>,
): Readonly<Record<string, T | null>> {
  return Object.fromEntries(
    Object.keys(now).map((name) => [name, Object.hasOwn(then, name) ? (then[name] ?? null) : null]),
  );
}
