import { DeployerError, toFailure } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Operation } from '../core/plan.ts';
import { unreachable } from '../core/unreachable.ts';
import { halt, idempotencyKey, isRefusal, mayBegin, type Run } from './run.ts';
import { carryOut, Halt, type Work, type WorkResult } from './work.ts';

/**
 * Does one operation: intent on disk, call, outcome on disk, for each try. What came out stands in `run.operations`
 * afterwards; nothing stands there when it was not begun. Never rejects: when the lock is lost or the journal cannot be
 * written, the run is halted.
 */
export async function perform(run: Run, operation: Operation): Promise<void> {
  const result = await carryOut(run, workOf(run, operation));
  run.lastLine.delete(operation.id);
  run.request.logs?.end(operation.id);
  try {
    await keepResult(run, operation, result);
  } catch (error) {
    // What was done is not recorded, so to a resume it is as if nobody knew.
    run.operations.set(operation.id, { state: 'in_doubt', cause: 'cut_off' });
    halt(run, toFailure(error));
  }
}

/** Throws `Halt` unless the next try of a step may be made: `mayGo` says so and the lock is ours. */
export async function mayTry(run: Run, mayGo: () => boolean): Promise<void> {
  if (!mayGo()) throw new Halt();
  await haltOnError(async () => run.request.beforeEach?.());
  if (!mayGo()) throw new Halt();
}

/** Trouble of our own house (lock, journal) is not the step's failure; it stops the run. */
export async function haltOnError(act: () => Promise<void> | undefined): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new Halt(toFailure(error));
  }
}

/** What a handler answered, as it will be read from the journal: plain JSON, in this process as after a resume. */
export function asJson(value: unknown, step: string): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
  } catch {
    throw new DeployerError({ code: 'INTERNAL', reason: `The outputs of ${step} are not JSON` });
  }
}

/** The same for every attempt at an operation. */
export function keyOf(run: Run, operation: Operation): string {
  return idempotencyKey(run.request.runId, operation.id, operation.action);
}

function workOf(run: Run, operation: Operation): Work<Json> {
  const key = keyOf(run, operation);
  const before = run.attempts.get(operation.id) ?? 0;
  return {
    operation,
    title: operation.title,
    idempotencyKey: key,
    firstAttempt: before + 1,
    async before(attempt) {
      // Of a run that is failing, what has begun may end with all its tries.
      await mayTry(run, attempt === before + 1 ? () => mayBegin(run) : () => !run.stopping.draining.aborted);
      await haltOnError(() => run.recorder.record(startedEvent(operation, attempt, key)));
      run.attempts.set(operation.id, attempt);
    },
    call: async (context) => asJson(await run.request.handlers.perform(operation, context), operation.id),
  };
}

function startedEvent(operation: Operation, attempt: number, idempotency_key: string): RunEvent {
  const { id, type, title } = operation;
  return { type: 'operation.started', operation: id, kind: type, title, attempt, idempotency_key };
}

async function keepResult(run: Run, operation: Operation, outcome: WorkResult<Json>): Promise<void> {
  const { id } = operation;
  switch (outcome.result) {
    case 'done': {
      const { duration_ms, value: outputs } = outcome;
      await run.recorder.record({ type: 'operation.succeeded', operation: id, duration_ms, outputs });
      run.operations.set(id, { state: 'succeeded', outputs, duration_ms });
      run.completed.push(id);
      return;
    }
    case 'failed': {
      const { duration_ms, failure } = outcome;
      run.operations.set(id, { state: 'failed', failure, duration_ms });
      if (isRefusal(failure)) halt(run, failure);
      else if (operation.on_failure !== 'keep') run.broken ??= id;
      await run.recorder.record({ type: 'operation.failed', operation: id, duration_ms, failure });
      return;
    }
    case 'cancelled':
      run.operations.set(id, { state: 'in_doubt', cause: 'cancelled' });
      await run.recorder.record({ type: 'operation.cancelled', operation: id, duration_ms: outcome.duration_ms });
      return;
    case 'abandoned':
      run.operations.set(id, { state: 'in_doubt', cause: 'cut_off' });
      return;
    case 'halted':
      if (outcome.attempts > 0) run.operations.set(id, { state: 'in_doubt', cause: 'cut_off' });
      if (outcome.failure) halt(run, outcome.failure);
      return;
    default:
      unreachable(outcome);
  }
}
