import type { Listener, RunStatus } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunContext, RunReport } from '../core/run.ts';
import type { EnvironmentState, Version } from '../core/state.ts';
import type { Lock } from '../state/held-lock.ts';
import { carryOut } from './carry-out.ts';
import { closeRun } from './close-run.ts';
import { emptyState } from './environments.ts';
import { notify } from './notify.ts';
import type { Observation } from './observe.ts';
import { reportRun } from './report-run.ts';
import { makeContext } from './run-context.ts';
import type { EnvironmentVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface RunRequest {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly observation: Observation;
  readonly lock: Lock;
  readonly emit: Listener;
  readonly command: string;
  readonly version?: Version;
  readonly versionName?: string;
  readonly concurrency?: number;
  readonly forced: readonly string[];
}

/**
 * Runs an approved plan under a held lock: writes down what it is about to do, marks the environment as under way,
 * executes, and closes. Whatever kills it in between, `resume` finds plan, context and journal.
 */
export async function runPlan(request: RunRequest): Promise<RunReport> {
  const { workspace, plan, lock } = request;
  await workspace.state.createKey();
  const context = await makeContext(request);
  await workspace.state.runs.writePlan(context.run_id, plan);
  await workspace.state.runs.writeContext(context);
  const before = await openRun(workspace, context, lock);
  await audit(workspace, context, { result: 'started', detail: { plan: plan.id, forced: context.forced } });
  return perform({ ...request, context, before, variables: request.observation.variables });
}

export interface PerformRequest {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly context: RunContext;
  readonly before: EnvironmentState | undefined;
  readonly variables: EnvironmentVariables;
  readonly lock: Lock;
  readonly emit: Listener;
  readonly version?: Version;
  readonly concurrency?: number;
  /** What the journal of an earlier attempt says; present when a run is resumed. */
  readonly resume?: ResumeOptions;
}

export interface ResumeOptions {
  readonly assumeDone: readonly string[];
  readonly assumeNotDone: readonly string[];
  /** Take back what was done instead of going on. */
  readonly direction: 'forward' | 'back';
}

/** Executes (from the start, or from where the journal ends), closes the run and reports. */
export async function perform(request: PerformRequest): Promise<RunReport> {
  const { workspace, plan, context } = request;
  const started = workspace.runtime.clock.monotonic();
  const { result, events } = await carryOut(request);
  const closed = await closeRun({ ...request, result, events });
  await audit(workspace, context, {
    result: auditResult(result.status),
    detail: { version: context.version_id, status: result.status },
  });
  const report = reportRun({
    plan,
    context,
    result,
    closed,
    before: request.before,
    duration_ms: workspace.runtime.clock.monotonic() - started,
  });
  await notify(workspace, report);
  return report;
}

/** Marks the environment as under way, so that nothing else plans over a half-done run. */
async function openRun(workspace: Workspace, context: RunContext, lock: Lock): Promise<EnvironmentState | undefined> {
  let before: EnvironmentState | undefined;
  await workspace.state.update(
    context.env,
    (current) => {
      before = current;
      return {
        ...(current ?? emptyState(context.env, context.mode, { now: Date.parse(context.started_at) })),
        active_run: context.run_id,
      };
    },
    { lock },
  );
  return before;
}

async function audit(
  workspace: Workspace,
  context: RunContext,
  entry: {
    result: 'started' | 'succeeded' | 'failed' | 'interrupted';
    detail: Record<string, string | readonly string[]>;
  },
): Promise<void> {
  await workspace.state.audit.append({
    who: context.who,
    action: context.intent,
    environment: context.env,
    run_id: context.run_id,
    ...entry,
  });
}

function auditResult(status: RunStatus): 'succeeded' | 'failed' | 'interrupted' {
  return status === 'restored' ? 'failed' : status;
}
