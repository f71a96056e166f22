import type { Json } from '../core/json.ts';
import type { Change } from '../core/plan.ts';
import type { Settings } from '../core/revisions.ts';
import { holdsSecrets } from '../core/secret-text.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { AppliedConfiguration, EnvironmentState } from '../core/state.ts';
import { difference } from './names.ts';
import { movedDriver, type Placement } from './placement.ts';

const NOTHING: AppliedConfiguration = { revision: 0, variables: {}, secrets: {}, flags: {} };

/**
 * What a person would see differ between two configurations, sorted by kind and name. Plain variables and flags show
 * from what to what; secrets only their names, for a reference may tell where to look.
 */
export function diffConfigurations(from: AppliedConfiguration | undefined, to: AppliedConfiguration): Change[] {
  const before = from ?? NOTHING;
  return [
    ...differences('variable', before.variables, to.variables),
    ...differences('secret', before.secrets, to.secrets).map(({ kind, name, change }) => ({ kind, name, change })),
    ...differences('flag', before.flags, to.flags),
  ];
}

/** How two sets of settings differ, as `diffConfigurations` shows it. */
export function settingChanges(from: Settings, to: Settings): Change[] {
  return [
    ...differences('setting', from.variables, to.variables).map(withoutReferences),
    ...differences('setting', from.secrets, to.secrets).map(({ kind, name, change }) => ({ kind, name, change })),
    ...differences('setting', from.flags, to.flags),
  ];
}

/** A variable that secrets are put into is one. */
function withoutReferences({ from, to, ...change }: Change): Change {
  const isSecret = [from, to].some((text) => typeof text === 'string' && holdsSecrets(text));
  return isSecret
    ? change
    : { ...change, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The configuration in force in an environment; that of a canary does not count yet. */
export function configurationInForce(current: EnvironmentState | undefined): AppliedConfiguration | undefined {
  return current?.deployments.at(-1)?.configuration;
}

/** Against what runs now: services, options, and configuration with secrets that have a new value behind the same reference. */
export function planChanges(
  snapshot: Snapshot,
  placements: readonly Placement[],
  configuration: AppliedConfiguration,
): Change[] {
  const inForce = configurationInForce(snapshot.current);
  const configured = diffConfigurations(inForce, configuration);
  return [
    ...placements.map(serviceChange).sort(byName),
    ...placements.flatMap(optionChanges).sort(byService),
    ...configured.filter((change) => change.kind === 'variable'),
    ...[
      ...configured.filter((change) => change.kind === 'secret'),
      ...rotated(placements, configuration, configured),
    ].sort(byName),
    ...configured.filter((change) => change.kind === 'flag'),
  ];
}

function differences<T extends Json>(
  kind: 'variable' | 'secret' | 'flag' | 'setting',
  from: Readonly<Record<string, T>>,
  to: Readonly<Record<string, T>>,
): Change[] {
  const before = new Map(Object.entries(from));
  const after = new Map(Object.entries(to));
  const { added, updated, removed } = difference(from, to);
  const value = (values: Map<string, T>, name: string) => values.get(name) ?? null;
  return [
    ...added.map((name) => ({ kind, name, change: 'add' as const, to: value(after, name) })),
    ...updated.map((name) => ({
      kind,
      name,
      change: 'update' as const,
      from: value(before, name),
      to: value(after, name),
    })),
    ...removed.map((name) => ({ kind, name, change: 'remove' as const, from: value(before, name) })),
  ].sort(byName);
}

function serviceChange({ service, live, version }: Placement): Change {
  return {
    kind: 'service',
    name: service.name,
    service: service.name,
    change: live ? 'update' : 'add',
    ...(live ? { from: live.version_id } : {}),
    ...(version === 'new' ? {} : { to: version }),
  };
}

function optionChanges({ service, live, facts, optionsChanged }: Placement): Change[] {
  if (!live || !optionsChanged) return [];
  const option = { kind: 'option', service: service.name, change: 'update' } as const;
  return movedDriver({ service, live })
    ? [{ ...option, name: 'driver', from: live.driver, to: facts.name }]
    : [{ ...option, name: 'options' }];
}

/** Secrets whose reference stayed but whose value did not. */
function rotated(
  placements: readonly Placement[],
  { secrets }: AppliedConfiguration,
  known: readonly Change[],
): Change[] {
  const told = new Set(known.filter((change) => change.kind === 'secret').map((change) => change.name));
  const names = new Set(placements.flatMap((placement) => placement.variables.updated));
  return [...names]
    .filter((name) => Object.hasOwn(secrets, name) && !told.has(name))
    .map((name) => ({ kind: 'secret', name, change: 'update' }));
}

function byName(a: Change, b: Change): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function byService(a: Change, b: Change): number {
  return byName({ ...a, name: a.service ?? '' }, { ...b, name: b.service ?? '' });
}
