import type { Failure, Recovery } from '../core/errors.ts';
import type { RunStatus } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Operation, OperationType } from '../core/plan.ts';
import type { StopSignal } from '../core/ports.ts';
import { count, list } from '../core/text.ts';
import { unreachable } from '../core/unreachable.ts';
import { undoings } from './compensate.ts';
import { heldBack } from './hold.ts';
import { goesOn, inDoubt, type Run } from './run.ts';
import { LOOK } from './work.ts';

export interface OperationResult {
  readonly id: string;
  readonly type: OperationType;
  /** `cancelled`: told to stop, or cut off, and nobody knows whether it was done. `skipped`: never begun. */
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
  /** Its compensation succeeded. */
  readonly undone?: true;
  /** Of the last try with all before it; 0 when it was not begun or found done on a resume. */
  readonly duration_ms: number;
  readonly attempts: number;
  readonly outputs?: Json;
  readonly failure?: Failure;
  /** Why it was skipped. */
  readonly reason?: string;
  /** Found done on a resume. */
  readonly adopted?: true;
}

export interface CompensationResult {
  /** Of the compensation, and of the operation it undoes. */
  readonly id: string;
  readonly operation: string;
  readonly title: string;
  /** `not_run`: the run was stopped before or in the middle of it. */
  readonly status: 'succeeded' | 'failed' | 'not_run';
  readonly outputs?: Json;
  readonly failure?: Failure;
}

export interface ExecutionResult {
  /** `restored` when something was undone and nothing is left to undo. */
  readonly status: RunStatus;
  /** In plan order, all of them. */
  readonly operations: readonly OperationResult[];
  /** In the order in which they run; empty unless the run was undone. */
  readonly compensations: readonly CompensationResult[];
  /** What ended the run, unless it succeeded or was taken back as asked. */
  readonly failure?: Failure;
  /** Why a person has to decide whether it goes on; there when the status is `held`. */
  readonly hold?: string;
  /** Operations that began and of which nobody knows whether they were done; those undone since are left out. */
  readonly in_doubt: readonly string[];
  readonly signal?: StopSignal;
  /** Of this process's part of the run, ms. */
  readonly duration_ms: number;
}

/** Adds up what stands in the run at its end. */
export function resultOf(run: Run): ExecutionResult {
  const compensations = compensationResults(run);
  const undone = new Set(
    compensations.filter(({ status }) => status === 'succeeded').map(({ operation }) => operation),
  );
  const held = heldBack(run);
  const operations = run.request.plan.operations.map((operation) => {
    const result = operationResult(run, operation, held);
    return undone.has(result.id) ? { ...result, undone: true as const } : result;
  });
  const facts: Facts = { operations, compensations, in_doubt: inDoubt(run).filter((id) => !undone.has(id)) };
  const status = statusOf(run, facts, held);
  const [hold] = held.values();
  const failure = failureOf(run, status, facts);
  const signal = run.stopping.signal();
  return {
    status,
    ...facts,
    ...(failure ? { failure } : {}),
    ...(hold !== undefined && status === 'held' ? { hold } : {}),
    ...(signal && status === 'interrupted' ? { signal } : {}),
    duration_ms: Math.max(0, Math.round(run.request.clock.monotonic() - run.began)),
  };
}

type Facts = Pick<ExecutionResult, 'operations' | 'compensations' | 'in_doubt'>;

type Held = ReturnType<typeof heldBack>;

function operationResult(run: Run, { id, type }: Operation, held: Held): OperationResult {
  const record = run.operations.get(id);
  const facts = { id, type, duration_ms: 0, attempts: run.attempts.get(id) ?? 0 };
  switch (record?.state) {
    case undefined: {
      const reason = run.skipped.get(id) ?? held.get(id) ?? 'not started, because the run was stopped';
      return { ...facts, status: 'skipped', reason };
    }
    case 'in_doubt':
      return { ...facts, status: 'cancelled' };
    case 'failed':
      return { ...facts, status: 'failed', duration_ms: record.duration_ms, failure: record.failure };
    case 'succeeded': {
      const { duration_ms, outputs, adopted } = record;
      return { ...facts, status: 'succeeded', duration_ms, outputs, ...(adopted ? { adopted } : {}) };
    }
    default:
      return unreachable(record);
  }
}

function compensationResults(run: Run): CompensationResult[] {
  if (!run.undoing) return [];
  return undoings(run).map(({ operation, compensation }) => {
    const facts = { id: compensation.id, operation: operation.id, title: compensation.title };
    const record = run.compensations.get(operation.id);
    if (record?.state === 'succeeded') return { ...facts, status: 'succeeded', outputs: record.outputs };
    if (record?.state === 'failed') return { ...facts, status: 'failed', failure: record.failure };
    return { ...facts, status: 'not_run' };
  });
}

function statusOf(run: Run, { operations, compensations }: Facts, held: Held): RunStatus {
  const undoing = compensations.length > 0;
  const left = operations.filter(({ status }) => status !== 'succeeded');
  if (!undoing && left.length === 0) return 'succeeded';
  if (!undoing && left.every(({ id, status }) => status === 'skipped' && held.has(id))) return 'held';
  if (undoing && compensations.every(({ status }) => status === 'succeeded')) return 'restored';
  if (!undoing && isTakenBack(run) && goesOn(run)) return 'restored';
  if (run.halted) return undoing || operations.some(leftSomething) ? 'interrupted' : 'failed';
  const ended = undoing && compensations.every(({ status }) => status !== 'not_run');
  return run.stopping.draining.aborted && !ended ? 'interrupted' : 'failed';
}

/** Asked for; a run that had done nothing yet that could be undone is taken back as well. */
function isTakenBack({ request }: Run): boolean {
  return request.direction === 'back';
}

/** A run that was halted before it did anything needs no resume. */
function leftSomething({ status }: OperationResult): boolean {
  return status === 'succeeded' || status === 'cancelled';
}

function failureOf(run: Run, status: RunStatus, facts: Facts): Failure | undefined {
  if (status === 'succeeded' || status === 'held' || (status === 'restored' && isTakenBack(run))) return undefined;
  const cause = run.halted ?? (status === 'interrupted' ? interruption(run, facts) : firstFailure(run));
  const detail = [...(cause.detail ?? []), ...notUndone(facts), ...doubts(facts)];
  const recovery = [...(cause.recovery ?? []), ...waysOn(run, status, facts)];
  return {
    ...(cause.fix === LOOK ? { ...cause, fix: `${LOOK}, then ${afterLooking(run, status, facts)}` } : cause),
    run_id: run.request.runId,
    ...(detail.length > 0 ? { detail } : {}),
    ...(recovery.length > 0 ? { recovery } : {}),
  };
}

function interruption(run: Run, { operations }: Facts): Failure {
  const signal = run.stopping.signal() ?? 'SIGINT';
  const done = operations.filter(({ status }) => status === 'succeeded').length;
  return {
    code: 'INTERRUPTED',
    reason: `The run was stopped by ${signal} with ${done} of ${count(operations.length, 'operation')} done`,
    fix: `Go on with \`deployer resume ${run.request.runId}\``,
    signal,
  };
}

/** The failure that ended the way forward, before failures that were put up with. */
function firstFailure(run: Run): Failure {
  const failed = [...run.operations.values()].filter((record) => record.state === 'failed');
  const breaking = run.operations.get(run.broken ?? '');
  const record = breaking?.state === 'failed' ? breaking : failed[0];
  return record?.failure ?? { code: 'INTERNAL', reason: 'The run ended before all operations were done' };
}

function notUndone({ compensations }: Facts): string[] {
  return compensations
    .filter(({ status }) => status !== 'succeeded')
    .map(
      ({ operation, title, failure }) => `Not undone: "${title}" (${operation})${failure ? `: ${failure.reason}` : ''}`,
    );
}

function doubts({ in_doubt }: Facts): string[] {
  return in_doubt.length > 0 ? [`Nobody knows whether this was done: ${list(in_doubt)}`] : [];
}

/** A run that is closed cannot be resumed: it was taken back, or left as it is. */
function afterLooking(run: Run, status: RunStatus, { compensations }: Facts): string {
  const open = status === 'interrupted' || compensations.some((compensation) => compensation.status !== 'succeeded');
  const livesOn = status === 'failed' && run.broken === undefined;
  if (open || livesOn) return `go on with \`deployer resume ${run.request.runId}\``;
  return 'raise its timeout in the config if it needs longer, and run the command again';
}

function waysOn(run: Run, status: RunStatus, { compensations }: Facts): Recovery[] {
  if (!compensations.some(({ status }) => status !== 'succeeded')) return [];
  const goOn = `\`deployer resume ${run.request.runId}\` goes on undoing`;
  return [
    { action: 'check', message: '`deployer status` shows what really runs now' },
    { action: status === 'interrupted' ? 'retry' : 'manual', message: goOn },
  ];
}
