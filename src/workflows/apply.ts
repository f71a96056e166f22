import { DeployerError } from '../core/errors.ts';
import type { Listener } from '../core/event.ts';
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import type { Version } from '../core/state.ts';
import type { Lock } from '../state/lock.ts';
import type { Observation } from './observe.ts';
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
  readonly forced?: readonly string[];
}

/**
 * Plan, approve, lock, look again, run. What was approved is what runs: under the lock the world is looked at once more,
 * and a plan that would come out differently is refused, unless nobody was shown the first one.
 */
export async function applyPlan(request: ApplyRequest): Promise<RunReport> {
  const first = await request.makePlan();
  requireSame(request.approved, first.plan);
  refuse(first);
  if (first.plan.operations.length === 0 && !isUnderWay(first)) return reportUnchanged(first.plan, first.observation.snapshot);
  const approval = await request.approve(first.plan);
  if (approval === 'refused') throw new DeployerError({ code: 'GATE_REFUSED', reason: 'The plan was not approved', fix: 'Nothing was changed' });
  const lock = await acquire(request, first.plan.env);
  try {
    return await runLocked(request, { first, lock, approval });
  } finally {
    await lock.release();
  }
}

async function runLocked(request: ApplyRequest, { first, lock, approval }: { first: Planned; lock: Lock; approval: 'approved' | 'approved_unseen' }): Promise<RunReport> {
  const planned = await request.makePlan();
  refuseUnfinished(planned);
  if (approval === 'approved') requireSame(first.plan, planned.plan);
  refuse(planned);
  if (planned.plan.operations.length === 0) return reportUnchanged(planned.plan, planned.observation.snapshot);
  return runPlan({
    workspace: request.workspace,
    plan: planned.plan,
    observation: planned.observation,
    lock,
    emit: request.emit,
    command: request.command,
    forced: request.forced ?? [],
    ...(planned.version ? { version: planned.version } : {}),
    ...(request.versionName ? { versionName: request.versionName } : {}),
    ...(request.concurrency ? { concurrency: request.concurrency } : {}),
  });
}

export async function acquire(request: Pick<ApplyRequest, 'workspace' | 'command' | 'lockWaitMs' | 'emit'>, env: string): Promise<Lock> {
  const { workspace } = request;
  return workspace.state.lock(env, { command: request.command, who: workspace.runtime.who, wait_ms: request.lockWaitMs ?? 0 });
}

function refuse({ observation, errors, plan }: Planned): void {
  refuseErrors([...observation.snapshot.findings, ...errors]);
  refuseGates(plan);
}

/** Whether a run is under way, or was cut off; the lock tells which. */
function isUnderWay({ observation }: Planned): boolean {
  return observation.snapshot.current?.active_run !== undefined;
}

/** Under the lock nobody else runs: a run that still stands as under way was cut off. */
function refuseUnfinished({ observation, plan }: Planned): void {
  const run = observation.snapshot.current?.active_run;
  if (!run) return;
  throw new DeployerError({
    code: 'RUN_UNFINISHED',
    reason: `${run} was cut off in ${plan.env} and is neither finished nor undone`,
    fix: `Finish it: deployer resume ${run}, or take it back: deployer rollback --env ${plan.env}`,
    stage: 'resume',
    run_id: run,
  });
}

/** Same inputs give the same id, so a different id means that something moved. */
function requireSame(approved: Plan | undefined, now: Plan): void {
  if (!approved || approved.id === now.id) return;
  throw new DeployerError({
    code: 'PLAN_STALE',
    reason: `The plan is stale: ${movedParts(approved, now).join(', ')} changed since it was made`,
    fix: `Plan again: deployer plan --env ${approved.env}`,
    stage: 'plan',
  });
}

function movedParts(approved: Plan, now: Plan): string[] {
  const before = approved.based_on;
  const after = now.based_on;
  const moved = [
    before.environment_digest !== after.environment_digest || before.lineage !== after.lineage ? `the state of ${approved.env}` : '',
    before.config_digest !== after.config_digest ? 'the config' : '',
    before.inputs_digest !== after.inputs_digest ? 'sources, variables or databases' : '',
  ].filter(Boolean);
  return moved.length > 0 ? moved : ['its operations'];
}
