import { formatDuration } from '../core/duration.ts';
import { DeployerError, toFailure } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import { topological } from '../core/graph.ts';
import { list } from '../core/text.ts';
import { compensate } from './compensate.ts';
import { goForward } from './forward.ts';
import { settleInDoubt } from './in-doubt.ts';
import { type ExecutionResult, resultOf } from './result.ts';
import { createRun, type ExecutionRequest, firstBreaking, goesOn, halt, inDoubt, type Run } from './run.ts';

/**
 * Performs a plan's operations, or goes on with a run that was cut off, and tells everything as events. Makes no
 * choices of its own: the plan is complete, and the handlers do the work.
 *
 * Answers for every way a run can end; rejects only for a plan that is no graph (`INTERNAL`) or a history that is not
 * this plan's (`STATE_CORRUPT`). The answer for a run that ended before is built from its history, so that what has to
 * follow a run (writing the state) can be done again. The README beside this file has the rules.
 */
export async function execute(request: ExecutionRequest): Promise<ExecutionResult> {
  checkPlan(request);
  const direction = directionOf(request);
  const run = createRun(request, direction === 'forward' ? 'forward' : 'back');
  run.stopping.draining.addEventListener('abort', () => tellStopping(run));
  try {
    if (direction === 'nowhere') return resultOf(run);
    await begin(run);
    if (goesOn(run)) await settleInDoubt(run);
    if (goesOn(run) && run.direction === 'forward') await goForward(run);
    if (goesOn(run) && mustUndo(run)) await undo(run);
    return await finish(run);
  } finally {
    run.stopping.dispose();
  }
}

function checkPlan({ plan, history, runId }: ExecutionRequest): void {
  try {
    topological(plan.operations);
  } catch {
    throw new DeployerError({ code: 'INTERNAL', reason: `The operations of plan ${plan.id} do not form a graph` });
  }
  if (history?.plan_id !== undefined && history.plan_id !== plan.id)
    throw new DeployerError({
      code: 'STATE_CORRUPT',
      reason: `The journal of ${runId} belongs to plan ${history.plan_id}, not to ${plan.id}`,
      stage: 'resume',
      fix: "Restore the run's folder from a backup, or compare `deployer status` with the platform and deploy anew",
    });
}

/**
 * Where a run goes from its history. A run in whose journal an undoing was begun, or an operation failed for good, goes
 * back; it goes forward again only when it had come to its end without anything to undo.
 */
function directionOf({ plan, history, compensation, direction }: ExecutionRequest): 'forward' | 'back' | 'nowhere' {
  if (!history) return 'forward';
  const { status } = history.ended ?? {};
  if (status === 'succeeded' || status === 'held' || status === 'restored') return 'nowhere';
  if (history.compensations.size > 0 || direction === 'back') return 'back';
  const broken = firstBreaking(history.operations, plan) !== undefined;
  return broken && status !== 'failed' && compensation === 'automatic' ? 'back' : 'forward';
}

/** At once, because what runs may take its time to end. */
function tellStopping({ recorder, stopping, limits, request, underWay }: Run): void {
  const longest = formatDuration(limits.drain_ms + limits.grace_ms);
  const waiting = underWay.size > 0 ? `waiting at most ${longest} for: ${list([...underWay])}` : 'nothing is under way';
  const message = `${stopping.signal()}: ${waiting}. Nothing new begins; a second signal ends it at once. \
Go on later with: deployer resume ${request.runId}`;
  recorder.show({ type: 'warning', message });
}

async function begin(run: Run): Promise<void> {
  try {
    await run.recorder.record(firstEvent(run));
  } catch (error) {
    halt(run, toFailure(error));
  }
}

function firstEvent(run: Run): RunEvent {
  const { plan, history } = run.request;
  if (history?.plan_id === undefined) {
    const { intent, env, id: plan_id, operations } = plan;
    return { type: 'run.started', intent, env, plan_id, operations: operations.length };
  }
  const finished = [...run.operations.values()].filter((record) => record.state === 'succeeded').length;
  return { type: 'run.resumed', finished, in_doubt: inDoubt(run), direction: run.direction };
}

function mustUndo(run: Run): boolean {
  if (run.direction === 'back') return true;
  return run.broken !== undefined && run.request.compensation === 'automatic';
}

async function undo(run: Run): Promise<void> {
  run.undoing = true;
  await compensate(run);
}

/** The last lines. The result stands even when they cannot be written: a resume then comes to the same one. */
async function finish(run: Run): Promise<ExecutionResult> {
  const result = resultOf(run);
  const { status, failure, in_doubt, signal } = result;
  if (signal) run.recorder.note({ type: 'run.interrupted', signal, in_doubt });
  await run.recorder.record({ type: 'run.finished', status, ...(failure ? { failure } : {}) }).catch(() => undefined);
  return result;
}
