import { digestValue } from '../core/digest.ts';
import type { Failure } from '../core/errors.ts';
import type { Listener } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Action, Operation, Plan } from '../core/plan.ts';
import type { Clock, Interrupts } from '../core/ports.ts';
import type { OperationHandlers } from './handlers.ts';
import { type CompensationRecord, type History, type OperationRecord, reopenFailures } from './history.ts';
import { type Stopping, watchInterrupts } from './interrupt.ts';
import type { Journal } from './journal.ts';
import type { OperationLogs } from './logs.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';

/** A person's word on an operation of which nobody can tell whether it was done. */
export type Verdict = { readonly done: Json } | 'not_done' | 'undecided';

export interface ExecutionLimits {
  /** Time that work has to end after it was told to stop, ms. Default 10 s. */
  readonly grace_ms: number;
  /** Time that running operations have after the first stop signal before they are told to stop, ms. Default 30 s. */
  readonly drain_ms: number;
  /** Between two `operation.waiting` events, ms. Default 30 s. */
  readonly waiting_ms: number;
  readonly retry: RetryPolicy;
}

export const DEFAULT_LIMITS: ExecutionLimits = {
  grace_ms: 10_000,
  drain_ms: 30_000,
  waiting_ms: 30_000,
  retry: DEFAULT_RETRY,
};

export interface ExecutionRequest {
  /** Complete and approved. Nothing in it is decided here. */
  readonly plan: Plan;
  readonly runId: string;
  readonly handlers: OperationHandlers;
  readonly journal: Journal;
  readonly logs?: OperationLogs;
  /** Called in the order of the events, after the journal has them. What it throws is ignored. */
  readonly emit: Listener;
  readonly clock: Clock;
  /** 0 ≤ x < 1; for jitter. */
  readonly random: () => number;
  readonly concurrency: number;
  readonly driverLimit: (driver: string) => number;
  readonly interrupts: Interrupts;
  /** Whether a failure undoes what was done. */
  readonly compensation: 'automatic' | 'off';
  /** Called before every try of every step; throws when the environment's lock is not ours any more. */
  readonly beforeEach?: () => Promise<void>;
  /** Of a run that goes on. Absent for a new one. */
  readonly history?: History;
  /** `back`: a run that was cut off is undone instead of finished, whatever its history says. */
  readonly direction?: 'forward' | 'back';
  /** Asked on a resume when a handler cannot tell. Without it such an operation stops the run. */
  readonly decideUnknown?: (operation: Operation) => Promise<Verdict>;
  readonly limits?: Partial<ExecutionLimits>;
}

/** The picture of one run that the phases share and change. */
export interface Run {
  readonly request: ExecutionRequest;
  readonly limits: ExecutionLimits;
  readonly recorder: Recorder;
  readonly stopping: Stopping;
  readonly direction: 'forward' | 'back';
  readonly began: number;
  readonly operations: Map<string, OperationRecord>;
  readonly attempts: Map<string, number>;
  /** In the order in which they succeeded. */
  readonly completed: string[];
  readonly compensations: Map<string, CompensationRecord>;
  /** Why each operation that will not run is left out. */
  readonly skipped: Map<string, string>;
  /** The last line of each running operation, for those who wait. */
  readonly lastLine: Map<string, string>;
  /** Titles of the steps under way. */
  readonly underWay: Set<string>;
  /** The first operation whose failure ended the way forward. */
  broken: string | undefined;
  /** Whether the undoing was begun, in this process or before. */
  undoing: boolean;
  /** Why the run neither goes on nor back, when that is so. */
  halted: Failure | undefined;
}

export function createRun(request: ExecutionRequest, direction: 'forward' | 'back'): Run {
  const { history, clock, journal, emit, runId, interrupts } = request;
  const limits = { ...DEFAULT_LIMITS, ...request.limits };
  const operations = new Map(history?.operations);
  if (direction === 'forward') reopenFailures(operations);
  return {
    request,
    limits,
    recorder: createRecorder({ journal, emit, clock, runId, lastSeq: history?.last_seq ?? 0 }),
    stopping: watchInterrupts(interrupts, clock, limits.drain_ms),
    direction,
    began: clock.monotonic(),
    operations,
    attempts: new Map(history?.attempts),
    completed: [...(history?.completed ?? [])],
    compensations: new Map(history?.compensations),
    skipped: new Map(),
    lastLine: new Map(),
    underWay: new Set(),
    broken: firstBreaking(operations, request.plan),
    undoing: (history?.compensations.size ?? 0) > 0,
    halted: undefined,
  };
}

/** Neither interrupted nor halted. */
export function goesOn(run: Run): boolean {
  return run.halted === undefined && !run.stopping.draining.aborted;
}

/** Whether further operations may begin. */
export function mayBegin(run: Run): boolean {
  return goesOn(run) && run.broken === undefined;
}

/** The first reason counts. */
export function halt(run: Run, failure: Failure): void {
  run.halted ??= failure;
}

/** Ids of operations that began and of which nobody knows whether they were done. */
export function inDoubt(run: Run): string[] {
  return [...run.operations].filter(([, record]) => record.state === 'in_doubt').map(([id]) => id);
}

/** The same for every attempt: 32 hex digits over run, step and inputs. */
export function idempotencyKey(runId: string, step: string, action: Action): string {
  return digestValue([runId, step, action]).slice('sha256:'.length, 'sha256:'.length + 32);
}

/**
 * A refused credential stops the run where it is: undoing would be refused as well, and with a new one the run can go
 * on. Every other failure decides against the run.
 */
export function isRefusal(failure: Failure): boolean {
  return failure.code === 'AUTH_FAILED' || failure.code === 'INSUFFICIENT_PERMISSIONS';
}

/** The first failed operation whose failure ends the run's way forward; `undefined` when none does. */
export function firstBreaking(operations: ReadonlyMap<string, OperationRecord>, plan: Plan): string | undefined {
  const kept = new Set(plan.operations.filter((operation) => operation.on_failure === 'keep').map(({ id }) => id));
  for (const [id, record] of operations) {
    if (record.state === 'failed' && !kept.has(id) && !isRefusal(record.failure)) return id;
  }
  return undefined;
}
