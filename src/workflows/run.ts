import type { Plan } from '../core/plan.ts';
import type { RunContext, RunReport } from '../core/run.ts';
import type { EnvironmentState } from '../core/state.ts';
import { keepOutOfGit } from '../project/keep-out.ts';
import { emptyEnvironment } from '../state/document.ts';
import type { Lock } from '../state/held-lock.ts';
import { type CarriedOut, carryOut } from './carry-out.ts';
import { closeRun } from './close-run.ts';
import { leftBehind, leftDetail, mayBeLeft } from './left-behind.ts';
import { notify, notifyStarted } from './notify.ts';
import { reportRun } from './report-run.ts';
import { makeContext } from './run-context.ts';
import type { PerformRequest, RunRequest } from './run-request.ts';
import type { Workspace } from './workspace.ts';

/** Entries of the audit log that are looked through for this run's. */
const RECENT = 50;

/**
 * Runs an approved plan under a held lock: writes down what it is about to do, marks the environment as under way,
 * executes, and closes. Whatever kills it in between, `resume` finds plan, context and journal.
 */
export async function runPlan(request: RunRequest): Promise<RunReport> {
  const { workspace, plan, lock } = request;
  await workspace.state.createKey();
  await keepOutOfGit(workspace.folder);
  const context = await makeContext(request);
  await workspace.state.runs.writePlan(context.run_id, plan);
  await workspace.state.runs.writeContext(context);
  await recordStart(workspace, context, { action: context.intent, detail: startDetail(plan) });
  const before = await openRun(workspace, context, lock);
  const told = notifyStarted(workspace, context);
  const report = await perform({ ...request, context, before, variables: request.observation.variables });
  return { ...report, undelivered: [...(await told), ...report.undelivered] };
}

/** What `env set` changed goes back with a roll-back; what was given up is on record before it is. */
function startDetail(plan: Plan): Readonly<Record<string, string>> {
  const { id, restores } = plan;
  const configuration = restores ? `from revision ${restores.from} back to ${restores.to}` : undefined;
  return { plan: id, ...(configuration ? { configuration } : {}), ...leftDetail(mayBeLeft(plan)) };
}

/** Executes (from the start, or from where the journal ends), closes the run and reports. */
export async function perform(request: PerformRequest): Promise<RunReport> {
  const { workspace, plan, context } = request;
  const started = workspace.runtime.clock.monotonic();
  const { result, events } = await carryOut(request);
  await recordEnd(request, { result, events });
  const closed = await closeRun({ ...request, result, events });
  const report = reportRun({
    plan,
    context,
    result,
    closed,
    before: request.before,
    duration_ms: workspace.runtime.clock.monotonic() - started,
  });
  return { ...report, undelivered: await notify(workspace, report) };
}

/** Marks the environment as under way, so that nothing else plans over a half-done run. */
async function openRun(workspace: Workspace, context: RunContext, lock: Lock): Promise<EnvironmentState | undefined> {
  let before: EnvironmentState | undefined;
  await workspace.state.update(
    context.env,
    (current) => {
      before = current;
      return {
        ...(current ?? emptyEnvironment({ name: context.env, mode: context.mode, created_at: context.started_at })),
        active_run: context.run_id,
      };
    },
    { lock },
  );
  return before;
}

/** Puts the beginning of a run, or of another attempt at it, into the audit log. */
export async function recordStart(
  { state, runtime }: Workspace,
  { intent, env, run_id, forced }: RunContext,
  start: { readonly action: string; readonly detail: Readonly<Record<string, string>> },
): Promise<void> {
  const detail = { ...start.detail, intent, forced };
  await state.audit.append({
    who: runtime.who,
    action: start.action,
    environment: env,
    run_id,
    result: 'started',
    detail,
  });
}

/**
 * On record before the run is closed, so that no kill loses it. A run that is closed a second time, because it was killed
 * in between, has no new events and is not put on record twice.
 */
async function recordEnd(
  { workspace: { state, runtime }, plan, context: { intent, env, run_id, version_id }, before }: PerformRequest,
  { result, events }: CarriedOut,
): Promise<void> {
  const { status } = result;
  const ended = status === 'restored' ? 'failed' : status === 'held' ? 'succeeded' : status;
  const restored = status === 'restored' ? { restored: before?.deployments.at(-1)?.version_id ?? 'nothing' } : {};
  const left = leftDetail(leftBehind(plan, result));
  const detail = { version: version_id, status, ...restored, ...left, events: events.length };
  const { entries } = await state.audit.read({ limit: RECENT });
  if (entries.some((known) => known.run_id === run_id && known.detail?.['events'] === detail.events)) return;
  await state.audit.append({ who: runtime.who, action: intent, environment: env, run_id, result: ended, detail });
}
