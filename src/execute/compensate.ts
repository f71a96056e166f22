import { severityOf, toFailure } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Compensation, Operation } from '../core/plan.ts';
import { unreachable } from '../core/unreachable.ts';
import type { OperationRecord } from './history.ts';
import { asJson, haltOnError, mayTry } from './perform.ts';
import { goesOn, halt, idempotencyKey, type Run } from './run.ts';
import { carryOut, type WorkResult } from './work.ts';

/** An operation with the step that undoes it. */
export interface Undoing {
  readonly operation: Operation;
  readonly compensation: Compensation;
}

/**
 * Undoes one after the other what the run did: first what failed or was cut off half way, newest first, then what
 * succeeded, in reverse order of completion. One that fails does not keep the others from running. What was undone
 * before a crash is left out.
 */
export async function compensate(run: Run): Promise<void> {
  for (const undoing of undoings(run)) {
    if (!goesOn(run)) return;
    if (run.compensations.get(undoing.operation.id)?.state === 'succeeded') continue;
    await undo(run, undoing);
  }
}

/** Everything that a failure of the run asks to undo, in the order in which it is undone. */
export function undoings(run: Run): Undoing[] {
  const completed = new Set(run.completed);
  const halfWay = [...run.operations.keys()].filter((id) => !completed.has(id));
  const byId = new Map(run.request.plan.operations.map((operation) => [operation.id, operation]));
  return [...halfWay.reverse(), ...[...completed].reverse()].flatMap((id) => {
    const operation = byId.get(id);
    const record = run.operations.get(id);
    const { compensation } = operation ?? {};
    const wanted = operation && compensation && record && !isCutOff(run, compensation) && applies(compensation, record);
    return wanted ? [{ operation, compensation }] : [];
  });
}

/** Past a point of no return (a migration that takes away) going back would do harm. */
function isCutOff(run: Run, { unless_started = [] }: Compensation): boolean {
  return unless_started.some((id) => run.operations.has(id));
}

/** What may have been done is undone like what was done: undoing sets a wanted state and harms nothing. */
function applies(compensation: Compensation, record: OperationRecord): boolean {
  if (compensation.when === 'started' || record.state !== 'failed') return true;
  return severityOf(record.failure) === 'temporary';
}

async function undo(run: Run, undoing: Undoing): Promise<void> {
  const result = await carryOut(run, {
    operation: undoing.operation,
    title: undoing.compensation.title,
    idempotencyKey: idempotencyKey(run.request.runId, undoing.compensation.id, undoing.compensation.action),
    firstAttempt: 1,
    async before(attempt) {
      await mayTry(run, () => goesOn(run));
      if (attempt === 1) await haltOnError(() => recordStart(run, undoing));
    },
    call: async (context) => {
      const { operation, compensation } = undoing;
      return asJson(await run.request.handlers.compensate(compensation, operation, context), compensation.id);
    },
  });
  run.request.logs?.end(undoing.operation.id);
  try {
    await keepResult(run, undoing, result);
  } catch (error) {
    halt(run, toFailure(error));
  }
}

async function recordStart(run: Run, { operation, compensation }: Undoing): Promise<void> {
  const { id, title } = compensation;
  await run.recorder.record({ type: 'compensation.started', operation: operation.id, compensation: id, title });
  run.compensations.set(operation.id, { state: 'in_doubt' });
}

async function keepResult(run: Run, undoing: Undoing, outcome: WorkResult<Json>): Promise<void> {
  const { id: operation } = undoing.operation;
  const { id: compensation } = undoing.compensation;
  switch (outcome.result) {
    case 'done': {
      const { duration_ms, value: outputs } = outcome;
      await run.recorder.record({ type: 'compensation.succeeded', operation, compensation, duration_ms, outputs });
      run.compensations.set(operation, { state: 'succeeded', outputs, duration_ms });
      return;
    }
    case 'failed': {
      const { duration_ms, failure } = outcome;
      await run.recorder.record({ type: 'compensation.failed', operation, compensation, duration_ms, failure });
      run.compensations.set(operation, { state: 'failed', failure, duration_ms });
      return;
    }
    case 'cancelled':
    case 'abandoned':
      return;
    case 'halted':
      if (outcome.failure) halt(run, outcome.failure);
      return;
    default:
      unreachable(outcome);
  }
}
