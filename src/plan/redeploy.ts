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
import { missingVersion, notInVersion } from './version.ts';

/**
 * Places the version that is live once more, with the variables and options of today. Builds nothing, and of migrations
 * there are only those that release commands make.
 */
export function planRedeploy(snapshot: Snapshot): Planned {
  const { version } = snapshot;
  const { targets, errors } = observeTargets(snapshot);
  const placements = version ? targets.flatMap((target) => again(snapshot, version, target) ?? []) : [];
  return planRelease(
    snapshot,
    {
      intent: 'redeploy',
      version,
      targets,
      placements,
      unchanged: version ? leftAlone(version, targets) : [],
      configuration: snapshot.configuration,
      gates: [],
      warnings: version ? placements.flatMap((one) => staleBuild(snapshot, version, one)) : [],
      errors: [...errors, ...(version ? [] : [missingVersion(snapshot, 'redeploy')])],
    },
    { rollout: { mode: 'all' }, migrations: NO_MIGRATIONS, commands: 'run', migrationChanges: [] },
  );
}

function again(snapshot: Snapshot, version: Version, target: ObservedTarget): Placement | undefined {
  const { live, service, drift } = target;
  if (!version.services[service.name] || isSettled(target)) return undefined;
  const observed = observedOf(snapshot, service.name);
  const variables = difference(live?.inputs.variables ?? {}, observed.variables);
  const optionsChanged = live !== undefined && live.inputs.options !== observed.options;
  const more = [
    live ? changedNames('variable', differing(variables)) : undefined,
    optionsChanged ? 'options changed' : undefined,
    drift,
  ];
  return placement(target, {
    version: version.id,
    title: `Deploy ${service.name} again`,
    reasons: ['the same version again', ...more.filter((reason) => reason !== undefined)],
    variables,
    names: Object.keys(observed.variables),
    optionsChanged,
  });
}

function leftAlone(version: Version, targets: readonly ObservedTarget[]): Unchanged[] {
  return targets.flatMap((target) => {
    if (isSettled(target)) return [settled(target)];
    return version.services[target.service.name] ? [] : [notInVersion(version, target.service.name)];
  });
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
