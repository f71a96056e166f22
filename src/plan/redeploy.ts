import type { Finding } from '../core/finding.ts';
import type { Unchanged } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Version } from '../core/state.ts';
import { planRelease } from './assemble.ts';
import type { Planned } from './finish.ts';
import { NO_MIGRATIONS } from './migrations.ts';
import { changedNames, difference, differing } from './names.ts';
import { type Placement, placement } from './placement.ts';
import { isSettled, type ObservedTarget, observedOf, observeTargets, settled } from './target.ts';
import { type KeptFingerprint, needsPlacing, type VariableDrift, variableDrift } from './variable-drift.ts';
import { missingVersion, notInVersion } from './version.ts';

/** Only services whose variables, or secrets of options, are others than those of their release or at their platform. */
export interface RedeployRequest {
  /** What platforms keep, by service; without where none does. */
  readonly changed?: Readonly<Record<string, readonly KeptFingerprint[]>> | undefined;
}

/**
 * Places the version that is live once more, with the variables and options of today. Builds nothing, and of migrations
 * there are only those that release commands make.
 */
export function planRedeploy(snapshot: Snapshot, { changed }: RedeployRequest = {}): Planned {
  const { version } = snapshot;
  const { targets, errors } = observeTargets(snapshot);
  const judged = version ? targets.map((target) => judge(snapshot, { version, changed, target })) : [];
  const placements = judged.flatMap(({ place }) => place ?? []);
  return planRelease(
    snapshot,
    {
      intent: 'redeploy',
      version,
      targets,
      placements,
      unchanged: judged.flatMap(({ unchanged }) => unchanged ?? []),
      configuration: snapshot.configuration,
      gates: [],
      warnings: version ? placements.flatMap((one) => staleBuild(snapshot, version, one)) : [],
      errors: [...errors, ...(version ? [] : [missingVersion(snapshot, 'redeploy')])],
    },
    { rollout: { mode: 'all' }, migrations: NO_MIGRATIONS, commands: 'run', migrationChanges: [] },
  );
}

interface Judging extends RedeployRequest {
  readonly version: Version;
  readonly target: ObservedTarget;
}

function judge(
  snapshot: Snapshot,
  { version, changed, target }: Judging,
): { place?: Placement; unchanged?: Unchanged } {
  const { service, live } = target;
  if (isSettled(target)) return { unchanged: settled(target) };
  if (!version.services[service.name]) return { unchanged: notInVersion(version, service.name) };
  if (!changed) return { place: again(snapshot, version, target) };
  const drift = live && variableDrift(observedOf(snapshot, service.name), live.inputs, changed[service.name]);
  if (drift && needsPlacing(drift)) return { place: again(snapshot, version, target, drift) };
  const because = live
    ? 'its variables are those of its release'
    : 'it has no release whose variables could have changed';
  return { unchanged: { service: service.name, because } };
}

function again(snapshot: Snapshot, version: Version, target: ObservedTarget, drift?: VariableDrift): Placement {
  const { live, service } = target;
  const observed = observedOf(snapshot, service.name);
  const variables = difference(live?.inputs.variables ?? {}, observed.variables);
  const optionsChanged = live !== undefined && live.inputs.options !== observed.options;
  const edited = drift && changedNames('variable', editedAtPlatform(drift));
  const reconfigure = edited && `at the platform: ${edited}`;
  const more = [
    live ? changedNames('variable', differing(variables)) : undefined,
    changedNames('secret of options', drift ? rotatedOptions(drift, observed.variables) : []),
    reconfigure,
    optionsChanged ? 'options changed' : undefined,
    target.drift,
  ];
  return placement(target, {
    version: version.id,
    title: `Deploy ${service.name} again`,
    reasons: ['the same version again', ...more.filter((reason) => reason !== undefined)],
    variables,
    names: Object.keys(observed.variables),
    optionsChanged,
    reconfigure,
  });
}

function editedAtPlatform({ missing, extra, changed }: VariableDrift): string[] {
  const all = [...missing, ...extra, ...changed].filter(({ where }) => where === 'platform');
  return all.map(({ name }) => name).sort();
}

function rotatedOptions({ changed }: VariableDrift, variables: Readonly<Record<string, unknown>>): string[] {
  const rotated = changed.filter(({ name, where }) => where === 'release' && !Object.hasOwn(variables, name));
  return rotated.map(({ name }) => name);
}

/** A variable that the build has baked in does not change by placing the build again. */
function staleBuild(snapshot: Snapshot, version: Version, { service }: Placement): Finding[] {
  const built = version.services[service.name]?.inputs.build_variables ?? {};
  const names = differing(difference(built, observedOf(snapshot, service.name).build_variables));
  if (names.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'INVALID_ENV',
      message: `${service.name} was built with other values of ${names.join(', ')}; placing it again does not change that`,
      path: `services.${service.name}.build.env`,
      fix: `deployer deploy --env ${snapshot.environment.name}`,
    },
  ];
}
