import { type Failure, severityOf } from '../core/errors.ts';
import type { RunStatus, StampedEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { unreachable } from '../core/unreachable.ts';

/** What is known of an operation that began. One that is missing has not been started. */
export type OperationRecord =
  | {
      readonly state: 'succeeded';
      readonly outputs: Json;
      readonly duration_ms: number;
      /** Found done after a crash; its duration is not that of the work. */
      readonly adopted?: true;
    }
  | { readonly state: 'failed'; readonly failure: Failure; readonly duration_ms: number }
  /** Begun, and nobody knows whether it was done: cut off by a crash, told to stop, or failed in a way that may hide success. */
  | { readonly state: 'in_doubt'; readonly cause: 'cut_off' | 'cancelled' | 'failed' };

export type CompensationRecord =
  | { readonly state: 'succeeded'; readonly outputs: Json; readonly duration_ms: number }
  | { readonly state: 'failed'; readonly failure: Failure; readonly duration_ms: number }
  | { readonly state: 'in_doubt' };

/** What a run did so far, as its journal has it. */
export interface History {
  /** `undefined` when the run was cut off before its first line. */
  readonly plan_id: string | undefined;
  readonly last_seq: number;
  /** By operation id. Of several tries and resumes the last counts. Failures stand in the order in which they happened. */
  readonly operations: ReadonlyMap<string, OperationRecord>;
  /** Tries so far, by operation id. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Operation ids in the order in which they succeeded. */
  readonly completed: readonly string[];
  /** By the id of the operation that is undone. */
  readonly compensations: ReadonlyMap<string, CompensationRecord>;
  /** How the run ended, when it came to an end and was not resumed since. */
  readonly ended?: { readonly status: RunStatus; readonly failure?: Failure };
}

/** Reads a run's events, oldest first, into what they add up to. Linear. */
export function readHistory(events: Iterable<StampedEvent>): History {
  const reading: Reading = {
    plan_id: undefined,
    last_seq: 0,
    ended: undefined,
    operations: new Map(),
    attempts: new Map(),
    completed: new Set(),
    compensations: new Map(),
  };
  for (const event of events) {
    reading.last_seq = event.seq;
    apply(reading, event);
  }
  const { ended, completed, ...rest } = reading;
  return { ...rest, completed: [...completed], ...(ended ? { ended } : {}) };
}

interface Reading {
  plan_id: string | undefined;
  last_seq: number;
  ended: History['ended'];
  readonly operations: Map<string, OperationRecord>;
  readonly attempts: Map<string, number>;
  readonly completed: Set<string>;
  readonly compensations: Map<string, CompensationRecord>;
}

function apply(reading: Reading, event: StampedEvent): void {
  switch (event.type) {
    case 'run.started':
      reading.plan_id = event.plan_id;
      return;
    case 'run.resumed':
      reading.ended = undefined;
      if (event.direction === 'forward') reopenFailures(reading.operations);
      return;
    case 'run.finished':
      reading.ended = { status: event.status, ...(event.failure ? { failure: event.failure } : {}) };
      return;
    case 'operation.started':
    case 'operation.succeeded':
    case 'operation.failed':
    case 'operation.cancelled':
      applyOperation(reading, event);
      return;
    case 'compensation.started':
    case 'compensation.succeeded':
    case 'compensation.failed':
      reading.compensations.set(event.operation, compensationRecord(event));
      return;
    case 'operation.retrying':
    case 'operation.skipped':
    case 'operation.log':
    case 'operation.waiting':
    case 'run.interrupted':
    case 'warning':
      return;
    default:
      unreachable(event);
  }
}

type OperationEvent = Extract<
  StampedEvent,
  { type: 'operation.started' | 'operation.succeeded' | 'operation.failed' | 'operation.cancelled' }
>;

type CompensationEvent = Extract<StampedEvent, { compensation: string }>;

function applyOperation({ operations, attempts, completed }: Reading, event: OperationEvent): void {
  const id = event.operation;
  if (event.type === 'operation.started') attempts.set(id, event.attempt);
  if (event.type === 'operation.succeeded') completed.add(id);
  // Taken out first, so that the order of the map is the order of what happened.
  operations.delete(id);
  operations.set(id, recordOf(event));
}

function recordOf(event: OperationEvent): OperationRecord {
  switch (event.type) {
    case 'operation.started':
      return { state: 'in_doubt', cause: 'cut_off' };
    case 'operation.cancelled':
      return { state: 'in_doubt', cause: 'cancelled' };
    case 'operation.failed':
      return { state: 'failed', failure: event.failure, duration_ms: event.duration_ms };
    case 'operation.succeeded': {
      const { outputs, duration_ms } = event;
      return { state: 'succeeded', outputs, duration_ms, ...(event.adopted ? { adopted: true } : {}) };
    }
    default:
      return unreachable(event);
  }
}

function compensationRecord(event: CompensationEvent): CompensationRecord {
  switch (event.type) {
    case 'compensation.started':
      return { state: 'in_doubt' };
    case 'compensation.succeeded':
      return { state: 'succeeded', outputs: event.outputs, duration_ms: event.duration_ms };
    case 'compensation.failed':
      return { state: 'failed', failure: event.failure, duration_ms: event.duration_ms };
    default:
      return unreachable(event);
  }
}

/**
 * For a run that goes forward again: a failed operation is as good as not begun, unless its failure is of the kind (time
 * limit, lost connection) behind which the work may have been done all the same.
 */
export function reopenFailures(operations: Map<string, OperationRecord>): void {
  for (const [id, record] of operations) {
    if (record.state !== 'failed') continue;
    if (severityOf(record.failure) === 'temporary') operations.set(id, { state: 'in_doubt', cause: 'failed' });
    else operations.delete(id);
  }
}
