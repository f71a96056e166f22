import type { Finding } from '../core/finding.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { driftWarnings } from './drift.ts';
import { finishPlan, type Planned } from './finish.ts';
import { type Step, step, waitFor } from './step.ts';
import { type ObservedTarget, observeTargets } from './target.ts';

export interface DestroyRequest {
  /** What nothing could bring back goes too. */
  readonly data?: 'remove' | undefined;
  /** Places that do not answer are left as they are. */
  readonly unreachable?: 'leave' | undefined;
  /** Places that do not answer, by service. */
  readonly silent?: Readonly<Record<string, readonly string[]>>;
}

/** Removes everything that deployer made for an environment, dependents before what they come after. */
export function planDestroy(snapshot: Snapshot, request: DestroyRequest = {}): Planned {
  const { targets, errors } = observeTargets(snapshot);
  const there = targets.filter((target) => exists(snapshot, target)).toReversed();
  const steps = there.map((target) => destroyStep(snapshot, target, request));
  const byName = new Map(there.map(({ service }, index) => [service.name, steps[index]]));
  for (const { service } of there) {
    for (const name of service.after) waitFor(byName.get(name), [byName.get(service.name)]);
  }
  const gone = targets.filter((target) => !exists(snapshot, target));
  return finishPlan(snapshot, {
    intent: 'destroy',
    steps,
    unchanged: gone.map(({ service }) => ({ service: service.name, because: 'nothing of it is there' })),
    changes: there
      .map(({ service }) => ({
        kind: 'service' as const,
        name: service.name,
        service: service.name,
        change: 'remove' as const,
      }))
      .reverse(),
    warnings: [
      ...driftWarnings(snapshot, targets),
      ...silentWarnings(snapshot, there, request),
      ...dataWarnings(snapshot, there, request),
      ...databaseWarnings(snapshot),
    ],
    errors,
  });
}

/** Known to the state, or seen at the platform: what an interrupted run left behind goes too. */
function exists(snapshot: Snapshot, { service, live, provisioned, seen }: ObservedTarget): boolean {
  const candidate = snapshot.current?.canary?.releases[service.name];
  return live !== undefined || provisioned || candidate !== undefined || seen === 'empty' || seen === 'used';
}

function destroyStep(snapshot: Snapshot, { service, facts, live }: ObservedTarget, request: DestroyRequest): Step {
  const lost = facts.data === true && request.data === 'remove';
  const leaves = request.unreachable === 'leave' ? silentOf(service.name, request) : [];
  return step({
    id: `destroy:${service.name}`,
    type: 'cleanup',
    title: `Remove ${service.name} from ${service.driver}`,
    because: `${snapshot.environment.name} is destroyed`,
    driver: service.driver,
    service: service.name,
    changes: [
      `- ${service.name}${live ? ` (${[live.version_id, live.url].filter(Boolean).join(', ')})` : ''}`,
      ...(lost ? [`- the data of ${service.name}`] : []),
    ],
    action: {
      do: 'destroy',
      service: service.name,
      ...(lost ? { data: 'remove' as const } : {}),
      ...(leaves.length > 0 ? { leaves } : {}),
    },
    timeout_ms: service.timeout,
  });
}

function silentOf(service: string, { silent }: DestroyRequest): readonly string[] {
  return silent?.[service]?.toSorted() ?? [];
}

/** A place that is gone for good would keep the environment for good. */
function silentWarnings({ environment }: Snapshot, targets: readonly ObservedTarget[], request: DestroyRequest) {
  const leaving = request.unreachable === 'leave';
  return targets.flatMap(({ service: { name } }): Finding[] =>
    silentOf(name, request).map((place) => ({
      level: 'warning',
      code: 'PLATFORM_UNAVAILABLE',
      message: `${place} does not answer: what it has of ${name} ${leaving ? 'stays there, and is forgotten' : 'cannot be removed'}`,
      path: `services.${name}`,
      fix: leaving
        ? 'Bring it back first to have that removed too'
        : `Bring it back, or give it up: deployer env destroy ${environment.name} --leave-unreachable`,
    })),
  );
}

/** Nothing brings it back, so what becomes of it is said. */
function dataWarnings(
  { environment }: Snapshot,
  targets: readonly ObservedTarget[],
  { data }: DestroyRequest,
): Finding[] {
  const names = targets.filter(({ facts }) => facts.data).map(({ service }) => service.name);
  return names.sort().map((name) => ({
    level: 'warning',
    code: 'UNSUPPORTED',
    message: data === 'remove' ? `The data of ${name} is removed for good` : `The data of ${name} stays`,
    path: `services.${name}`,
    fix:
      data === 'remove'
        ? 'Leave --volumes out to keep it'
        : `To remove it too: deployer env destroy ${environment.name} --volumes`,
  }));
}

function databaseWarnings({ environment }: Snapshot): Finding[] {
  return Object.keys(environment.databases)
    .sort()
    .map((name) => ({
      level: 'warning',
      code: 'UNSUPPORTED',
      message: `The database ${name} and its data are not touched`,
      path: `databases.${name}`,
      fix: 'Remove it yourself if nobody needs it any more',
    }));
}
