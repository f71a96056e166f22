import { formatDuration } from '../../../core/duration.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { daysAgo, lastEvents } from '../log-events.ts';
import { logOf } from './logs.ts';
import { namesOf, type Slot } from './names.ts';
import { Pace } from './pace.ts';
import { replicasOf, type Site } from './places.ts';
import type { Service } from './slots.ts';
import { stoppedReasons } from './stopped-tasks.ts';
import type { Definition } from './task-definition.ts';
import { healthyTasks } from './traffic.ts';

const SHOWN_LINES = 20;

export interface Rollout {
  readonly slot: Slot;
  readonly definition: Definition;
  readonly release: string;
}

/**
 * Waits until every task of a slot runs and, behind a load balancer, is healthy there. Says why a task stopped at the next
 * look. `HEALTH_CHECK_FAILED` when ECS gives up or the time is up: a service that went back to what it ran before is no
 * success, however stable it looks.
 */
export async function waitUntilReady(site: Site, rollout: Rollout): Promise<void> {
  const { context, target } = site;
  const limit = target.service.health?.timeout ?? context.timeout;
  const deadline = context.clock.monotonic() + Math.min(limit, context.timeout);
  const said = new Set<string>();
  const pace = new Pace();
  const trial = trialOf(site);
  // ECS remembers ends of an hour, also those of when it ran earlier.
  let before: number | undefined;
  for (;;) {
    const service = await serviceOf(site, rollout.slot);
    const state = stateOf(service, rollout.definition.arn, replicasOf(site));
    if (trial.passed(state === 'ready' && (await isHealthy(site, rollout.slot)))) return;
    await tellStopped(site, rollout, said);
    before ??= said.size;
    if (state === 'failed') throw await failed(site, rollout, said, 'ECS gave up starting its tasks');
    if (trial.wanted && said.size - before >= MOST_ENDS)
      throw await failed(site, rollout, said, 'its tasks end by themselves');
    if (context.clock.monotonic() > deadline)
      throw await failed(site, rollout, said, `it was not ready within ${formatDuration(limit)}`);
    await pace.wait(context);
  }
}

/** A worker without a check is taken to be well when it has run this long, ms. */
const WORKER_TRIAL = 10_000;
/** So often ECS has to start tasks of a worker again, which it does for ever, until it is taken not to be. */
const MOST_ENDS = 3;

/** Tasks that nobody asks anything are running for ECS even if they end at once. */
function trialOf({ places, target, context }: Site) {
  const wanted = !places.entrance && target.service.health?.kind !== 'command';
  let since: number | undefined;
  const passed = (well: boolean) => {
    const now = context.clock.monotonic();
    since = well ? (since ?? now) : undefined;
    return since !== undefined && (!wanted || now - since >= WORKER_TRIAL);
  };
  return { wanted, passed };
}

/** Counts of ECS include health only where it made the tasks itself: one that was scaled up again has to be asked for. */
async function isHealthy(site: Site, slot: Slot): Promise<boolean> {
  return !site.places.entrance || (await healthyTasks(site, slot)) >= replicasOf(site);
}

async function serviceOf({ account, places, target }: Site, slot: Slot): Promise<Service | undefined> {
  const ecs = await account.aws.ecs();
  const { services = [] } = await ecs.describeServices({
    cluster: places.cluster,
    services: [namesOf(target).service(slot)],
  });
  return services[0];
}

/** By the service's deployments and not by its counts alone: those of one that was rolled back look well too. */
export function stateOf(service: Service | undefined, arn: string, wanted: number): 'ready' | 'starting' | 'failed' {
  if (!service) return 'starting';
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  if (!primary || primary.taskDefinition !== arn) return 'failed';
  if (primary.rolloutState === 'FAILED') return 'failed';
  const alone = service.deployments?.length === 1 && primary.rolloutState === 'COMPLETED';
  return alone && service.runningCount === wanted && service.desiredCount === wanted ? 'ready' : 'starting';
}

async function tellStopped(site: Site, { definition }: Rollout, said: Set<string>): Promise<void> {
  for (const reason of await stoppedReasons(site, definition)) {
    if (said.has(reason)) continue;
    said.add(reason);
    site.context.log(reason, 'info');
  }
}

async function failed(site: Site, rollout: Rollout, said: ReadonlySet<string>, why: string): Promise<DeployerError> {
  const { target } = site;
  const service = await serviceOf(site, rollout.slot).catch(() => undefined);
  const events = (service?.events ?? []).slice(0, 3).map(({ message = '' }) => printableLine(message));
  const lines = await lastLines(site, rollout).catch(() => []);
  return new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    stage: 'health_check',
    reason: `${target.service.name} did not become healthy: ${why}`,
    fix: `Correct what is said below, or services.${target.service.name}.health`,
    detail: [...said, ...events, ...lines.map(({ line }) => printableLine(line))],
  });
}

/** The last that a release has printed, which was tried just now. */
export function lastLines(site: Site, { release, definition }: Pick<Rollout, 'release' | 'definition'>) {
  const since = definition.registered_at?.getTime() ?? daysAgo(site, 1);
  return lastEvents(logOf(site, namesOf(site.target).family, release), SHOWN_LINES, since);
}
