import type { ServiceConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { CanaryState } from '../core/state.ts';
import { finishPlan, type Outline, type Planned } from './finish.ts';
import { migrationWarnings } from './migration-warnings.ts';
import { migrationChanges, migrationSteps, pendingWork, schemaErrors } from './migrations.ts';
import { checkStep, retireStep, trafficStep, withdrawStep } from './operations.ts';
import { joinAll, type Step, waitFor } from './step.ts';
import { type ObservedTarget, observeTargets, switches } from './target.ts';
import { filesOfVersion } from './version-files.ts';

/** Gives all users to the canary: the rest of the deploy that was held. */
export function planCanaryPromote(snapshot: Snapshot): Planned {
  const { canary, candidates, outline } = underWay(snapshot, 'canary_promote');
  if (!canary) return finishPlan(snapshot, outline);
  const all = filesOfVersion(pendingWork(snapshot), snapshot.version);
  const told = all.work.filter(({ strategy }) => strategy !== 'pre_deploy');
  const due = told.filter(({ strategy }) => strategy === 'post_deploy');
  const environment = snapshot.environment.name;
  const { after, wayBack } = migrationSteps(due, { code: true });
  const shifts = candidates.flatMap((target) =>
    switches(target.facts)
      ? [trafficStep(target, { percent: 100, because: 'the canary is promoted', way: wayBack })]
      : [],
  );
  const checks = candidates.flatMap(({ service }) => checkStep(service) ?? []);
  const cleanups = candidates.filter(({ live }) => live).map((target) => retireStep(target, snapshot.config.keep));
  follow(candidates, shifts, (service) => service.after);
  joinAll(shifts, after);
  joinAll(shifts, checks);
  joinAll(after, checks);
  joinAll([...after, ...(checks.length > 0 ? checks : shifts)], cleanups);
  return finishPlan(snapshot, {
    ...outline,
    version: { id: canary.version_id, name: canary.version_name },
    steps: [...shifts, ...after, ...checks, ...cleanups],
    changes: migrationChanges(due),
    warnings: [...all.warnings, ...migrationWarnings(told, { environment, live: true })],
    errors: [...(outline.errors ?? []), ...schemaErrors(due, environment)],
  });
}

/** Gives all users back to the releases that were live before, and removes the candidates. */
export function planCanaryAbort(snapshot: Snapshot): Planned {
  const { canary, candidates, outline } = underWay(snapshot, 'canary_abort');
  if (!canary) return finishPlan(snapshot, outline);
  const last = snapshot.current?.deployments.at(-1);
  const reversed = candidates.toReversed();
  const shifts = reversed
    .filter(({ facts }) => switches(facts))
    .map((target) => trafficStep(target, { percent: 0, because: 'the canary is aborted', way: NO_WAY }));
  const withdrawals = reversed.map(({ service }) => withdrawStep(service));
  const dependents = new Map<string, string[]>();
  for (const { service } of candidates) {
    for (const name of service.after) dependents.set(name, [...(dependents.get(name) ?? []), service.name]);
  }
  follow(reversed, shifts, (service) => dependents.get(service.name) ?? []);
  joinAll(shifts, withdrawals);
  return finishPlan(snapshot, {
    ...outline,
    version: last && { id: last.version_id, name: last.version_name },
    steps: [...shifts, ...withdrawals],
  });
}

/** Going back from going back would be the canary again. */
const NO_WAY = { state: 'closed', until: [] } as const;

interface UnderWay {
  readonly canary: CanaryState | undefined;
  /** Targets with a candidate, in the order of `after`. */
  readonly candidates: readonly ObservedTarget[];
  readonly outline: Outline;
}

function underWay(snapshot: Snapshot, intent: 'canary_promote' | 'canary_abort'): UnderWay {
  const canary = snapshot.current?.canary;
  const { targets, errors } = observeTargets(snapshot);
  const releases = canary?.releases ?? {};
  const candidates = targets.filter(({ service }) => Object.hasOwn(releases, service.name));
  const unchanged = targets
    .filter(({ service }) => !Object.hasOwn(releases, service.name))
    .map(({ service }) => ({ service: service.name, because: 'not part of the canary' }));
  const none = canary ? [] : [noCanary(snapshot)];
  return { canary, candidates, outline: { intent, steps: [], unchanged, errors: [...errors, ...none] } };
}

/** Steps of the same kind, each waiting for those of the services named. */
function follow(
  targets: readonly ObservedTarget[],
  steps: readonly Step[],
  names: (service: ServiceConfig) => readonly string[],
): void {
  const byName = new Map(steps.map((step) => [step.operation.service, step]));
  for (const { service } of targets) {
    waitFor(
      byName.get(service.name),
      names(service).map((name) => byName.get(name)),
    );
  }
}

function noCanary({ environment }: Snapshot): Finding {
  return {
    level: 'error',
    code: 'NOT_FOUND',
    message: `There is no canary under way in ${environment.name}`,
    fix: `deployer deploy --env ${environment.name} --canary 10 starts one`,
  };
}
