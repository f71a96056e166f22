import { DeployerError } from '../core/errors.ts';
import type { Listener } from '../core/event.ts';
import type { Finding } from '../core/finding.ts';
import { canonicalJson } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import type { Version } from '../core/state.ts';
import { list } from '../core/text.ts';
import { isStale } from '../plan/basis.ts';
import { type Locked, underLock } from './lock.ts';
import type { Observation } from './observe.ts';
import { cutOffSentence, howToEnd } from './open-runs.ts';
import { type LockedServices, type PlatformLocks, underPlatformLocks } from './platform-locks.ts';
import { refuseErrors, refuseGates } from './refuse.ts';
import { reportUnchanged } from './report-run.ts';
import { runPlan } from './run.ts';
import type { Workspace } from './workspace.ts';

/** A plan with what it was made from. */
export interface Planned {
  readonly plan: Plan;
  readonly observation: Observation;
  /** What the planner found impossible; refuses the plan. */
  readonly errors: readonly Finding[];
  readonly version?: Version;
}

export interface ApplyRequest {
  readonly workspace: Workspace;
  /** Looks and plans; called again under the lock. */
  readonly makePlan: () => Promise<Planned>;
  /** A plan that was saved and approved earlier; runs exactly or is refused. */
  readonly approved?: Plan;
  /** Shows the plan and asks; `false` refuses. */
  readonly approve: (plan: Plan) => Promise<'approved' | 'approved_unseen' | 'refused'>;
  readonly emit: Listener;
  readonly command: string;
  readonly versionName?: string;
  readonly concurrency?: number;
  readonly lockWaitMs?: number;
  /** Told in a sentence whom it waits for, and from whom it took over. */
  readonly tell?: (sentence: string) => void;
  readonly forced?: readonly string[];
}

/**
 * Plan, approve, lock, look again, run. What was approved is what runs: under the lock the world is looked at once more,
 * and a plan that would come out differently is refused, unless nobody was shown the first one.
 */
export async function applyPlan(request: ApplyRequest): Promise<RunReport> {
  const first = await request.makePlan();
  requireSame(request.approved, first);
  refuse(first);
  if (first.plan.operations.length === 0 && !isUnderWay(first))
    return reportUnchanged(first.plan, first.observation.snapshot);
  const approval = await request.approve(first.plan);
  if (approval === 'refused')
    throw new DeployerError({ code: 'GATE_REFUSED', reason: 'The plan was not approved', fix: 'Nothing was changed' });
  return underLock(request, first.plan.env, (locked) =>
    underPlatformLocks({ wish: request, locked, ...servicesOf(first) }, (platforms) =>
      runLocked(request, { first, locked, platforms, approval }),
    ),
  );
}

interface LockedRequest {
  readonly first: Planned;
  readonly locked: Locked;
  readonly platforms: PlatformLocks;
  readonly approval: 'approved' | 'approved_unseen';
}

async function runLocked(
  request: ApplyRequest,
  { first, locked, platforms, approval }: LockedRequest,
): Promise<RunReport> {
  const planned = await request.makePlan();
  if (!request.forced?.includes('force')) refuseUnfinished(planned);
  requireSame(request.approved ?? (approval === 'approved' ? first.plan : undefined), planned);
  refuse(planned);
  if (planned.plan.operations.length === 0) return reportUnchanged(planned.plan, planned.observation.snapshot);
  locked.stop.throwIfAborted();
  platforms.require(planned.plan);
  return runPlan({
    workspace: request.workspace,
    plan: planned.plan,
    observation: planned.observation,
    lock: locked.lock,
    platforms,
    emit: request.emit,
    command: request.command,
    forced: request.forced ?? [],
    ...(planned.version ? { version: planned.version } : {}),
    ...(request.versionName ? { versionName: request.versionName } : {}),
    ...(request.concurrency ? { concurrency: request.concurrency } : {}),
  });
}

function servicesOf({ observation: { snapshot } }: Planned): LockedServices {
  return { environment: snapshot.environment, state: snapshot.current };
}

function refuse({ observation, errors, plan }: Planned): void {
  refuseErrors([...observation.snapshot.findings, ...errors]);
  refuseGates(plan);
}

/** Whether a run is under way, or was cut off; the lock tells which. */
function isUnderWay({ observation }: Planned): boolean {
  return observation.snapshot.current?.active_run !== undefined;
}

/** Under the lock nobody else runs: a run that still stands as under way was cut off. By force it is left as it is. */
function refuseUnfinished({ observation, plan }: Planned): void {
  const run = observation.snapshot.current?.active_run;
  if (!run) return;
  throw new DeployerError({
    code: 'RUN_UNFINISHED',
    reason: cutOffSentence(run, plan.env),
    fix: howToEnd(run, plan.env),
    stage: 'resume',
    run_id: run,
    recovery: [{ action: 'manual', message: 'When neither works: the same command with --force leaves it as it is' }],
  });
}

/** Refuses when the approved plan would come out differently now. */
function requireSame(approved: Plan | undefined, { plan, observation }: Planned): void {
  if (!approved) return;
  const reasons = isStale(approved, observation.snapshot);
  if (reasons.length === 0 && !sameWork(approved, plan)) reasons.push('its operations would be others now');
  if (reasons.length === 0) return;
  throw new DeployerError({
    code: 'PLAN_STALE',
    reason: `The plan is stale: ${list(reasons)}`,
    fix: `Plan again: deployer plan --env ${approved.env}`,
    stage: 'plan',
  });
}

/** Same steps with the same actions; how long they took last time does not matter. */
function sameWork(a: Plan, b: Plan): boolean {
  const work = ({ operations }: Plan) =>
    canonicalJson(
      operations.map(({ id, depends_on, action, compensation }) => ({ id, depends_on, action, compensation })),
    );
  return work(a) === work(b);
}
