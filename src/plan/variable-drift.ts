import type { Fingerprint } from '../core/digest.ts';
import type { ReleaseInputs } from '../core/state.ts';
import { difference, differing } from './names.ts';

/** What a service should have: fingerprints of the values that config, settings and stores give now. */
export interface WantedVariables {
  readonly variables: Readonly<Record<string, Fingerprint>>;
  readonly build_variables: Readonly<Record<string, Fingerprint>>;
  readonly option_secrets?: Readonly<Record<string, Fingerprint>>;
  /** The stores' own versions, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Names that it gets, and whose values nobody could read now. */
  readonly unread?: readonly string[];
}

/** A variable at the platform, as it may be written down. */
export interface KeptFingerprint {
  readonly name: string;
  readonly ours: boolean;
  readonly fingerprint?: Fingerprint;
}

/** `release`: against what the live release was given; `build`: what its build was given; `platform`: what is kept there. */
export type DriftPlace = 'release' | 'build' | 'platform';

export interface DriftedName {
  readonly name: string;
  readonly where: DriftPlace;
}

export interface ChangedName extends DriftedName {
  /** The versions of the store, where it keeps versions. */
  readonly from_version?: string;
  readonly to_version?: string;
}

/** Names only, each list sorted; a name that differs in several ways stands where it tells most. */
export interface VariableDrift {
  readonly missing: readonly DriftedName[];
  readonly extra: readonly DriftedName[];
  readonly changed: readonly ChangedName[];
  /** Names that the build has baked in with other values; placing it again does not change that. */
  readonly stale_build: readonly string[];
  /** Variables of others at the platform, which are none of ours to judge. */
  readonly unmanaged: readonly string[];
}

const NOTHING = { missing: [], extra: [], changed: [] };
/** Names that drivers set by themselves where processes run. */
const GIVEN = new Set(['PORT', 'HOST']);

/** In what the live release, its build and its platform differ from what a service should have. */
export function variableDrift(
  wanted: WantedVariables,
  given: ReleaseInputs,
  kept?: readonly KeptFingerprint[],
): VariableDrift {
  const unread = new Set(wanted.unread);
  const release = difference(without(given.variables, unread), wanted.variables);
  const build = differing(difference(without(given.build_variables, unread), wanted.build_variables));
  const told = new Set(differing(release));
  const there = kept ? atPlatform(wanted, given, kept) : NOTHING;
  const names = new Set([...Object.keys(wanted.variables), ...unread]);
  return {
    missing: [...placed(release.added, 'release'), ...placed(there.missing, 'platform', told)].sort(byName),
    extra: [...placed(release.removed, 'release'), ...placed(there.extra, 'platform', told)].sort(byName),
    changed: [
      ...release.updated.map((name) => ({ name, where: 'release' as const, ...versions(wanted, given, name) })),
      ...placed(rotatedOptions(wanted, given), 'release'),
      ...placed(build, 'build', told),
      ...placed(there.changed, 'platform', told),
    ].sort(byName),
    stale_build: build,
    unmanaged: (kept ?? []).flatMap(({ name, ours }) => (ours || names.has(name) ? [] : [name])).sort(),
  };
}

/** Whether placing it again would give a service something else. What a build has baked in stays as it is. */
export function needsPlacing({ missing, extra, changed }: VariableDrift): boolean {
  return missing.length + extra.length > 0 || changed.some(({ where }) => where !== 'build');
}

/** Against what the release was given: what config and stores say since then has not been brought there yet. */
function atPlatform(wanted: WantedVariables, given: ReleaseInputs, kept: readonly KeptFingerprint[]) {
  const there = new Set(kept.map(({ name }) => name));
  const before = new Map(Object.entries(given.variables));
  const wants = (name: string) => Object.hasOwn(wanted.variables, name) || wanted.unread?.includes(name) === true;
  const isEdited = ({ name, fingerprint }: KeptFingerprint) =>
    fingerprint !== undefined && before.has(name) && before.get(name) !== fingerprint;
  return {
    missing: [...before.keys()].filter((name) => !there.has(name) && !GIVEN.has(name)),
    extra: kept.flatMap(({ name, ours }) =>
      ours && !before.has(name) && !wants(name) && !GIVEN.has(name) ? [name] : [],
    ),
    changed: kept.filter(isEdited).flatMap(({ name }) => (Object.hasOwn(wanted.variables, name) ? [name] : [])),
  };
}

/** A reference that changed is a changed option; what is behind the same one is not. */
function rotatedOptions({ option_secrets: now = {} }: WantedVariables, { option_secrets: then = {} }: ReleaseInputs) {
  return difference(then, now).updated;
}

function versions({ versions: now }: WantedVariables, { secret_versions: then }: ReleaseInputs, name: string) {
  const [from, to] = [then?.[name], now?.[name]];
  return from === undefined || to === undefined || from === to ? {} : { from_version: from, to_version: to };
}

function placed(names: readonly string[], where: DriftPlace, told: ReadonlySet<string> = new Set()): DriftedName[] {
  return names.filter((name) => !told.has(name)).map((name) => ({ name, where }));
}

function without<T>(values: Readonly<Record<string, T>>, names: ReadonlySet<string>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

function byName(a: DriftedName, b: DriftedName): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
