import { formatDuration } from '../core/duration.ts';
import { DeployerError, type Failure, type Stage, severityOf, toFailure } from '../core/errors.ts';
import type { Operation, OperationType } from '../core/plan.ts';
import type { OperationContext } from './handlers.ts';
import { asksToWait, decideRetry } from './retry.ts';
import type { Run } from './run.ts';
import { type Ending, supervise } from './supervise.ts';

/** One step of a run: an operation, its compensation, or the question whether it was done. */
export interface Work<T> {
  /** To which events, log lines and the time limit belong. */
  readonly operation: Operation;
  /** `Build web`; for sentences. */
  readonly title: string;
  readonly idempotencyKey: string;
  readonly firstAttempt: number;
  /** Called before every try; throws `Halt` when it must not be made. */
  before(attempt: number): Promise<void>;
  call(context: OperationContext): Promise<T>;
}

export type WorkResult<T> =
  | { readonly result: 'done'; readonly value: T; readonly duration_ms: number }
  | { readonly result: 'failed'; readonly failure: Failure; readonly duration_ms: number }
  /** Told to stop with the run, and it did. */
  | { readonly result: 'cancelled'; readonly duration_ms: number }
  /** Told to stop with the run, and still at it. */
  | { readonly result: 'abandoned'; readonly duration_ms: number }
  | { readonly result: 'halted'; readonly failure?: Failure; readonly attempts: number };

/** Thrown by `Work.before`: the try must not be made. Without a failure: somebody else has stopped the run. */
export class Halt extends Error {
  readonly failure: Failure | undefined;

  constructor(failure?: Failure) {
    super('the run does not go on');
    this.failure = failure;
  }
}

/** The first thing to do when a time limit passed. */
export const LOOK = 'See what is there with `deployer status`';

const STAGES: Readonly<Record<OperationType, Stage>> = {
  infra_provision: 'provision',
  configure: 'configure',
  migration: 'migration',
  build: 'build',
  deploy: 'deploy',
  traffic: 'traffic',
  health_check: 'health_check',
  cleanup: 'cleanup',
};

/** Carries out a step with its tries within its time limit. Never rejects. */
export async function carryOut<T>(run: Run, work: Work<T>): Promise<WorkResult<T>> {
  const { clock } = run.request;
  const began = clock.monotonic();
  const tries: Tries<T> = { run, work, began, made: 0 };
  run.underWay.add(work.title);
  const ending = await supervise((signal) => tryUntilDone(tries, signal), {
    clock,
    stopping: run.stopping,
    timeout_ms: work.operation.timeout_ms,
    grace_ms: run.limits.grace_ms,
    tick_ms: run.limits.waiting_ms,
    onTick: (elapsed) => tellWaiting(run, work, elapsed),
  });
  run.underWay.delete(work.title);
  return resultOf(tries, ending, Math.max(0, Math.round(clock.monotonic() - began)));
}

interface Tries<T> {
  readonly run: Run;
  readonly work: Work<T>;
  readonly began: number;
  made: number;
}

async function tryUntilDone<T>(tries: Tries<T>, signal: AbortSignal): Promise<T> {
  const { work } = tries;
  let counted = 0;
  for (let attempt = work.firstAttempt; ; attempt++) {
    await work.before(attempt);
    signal.throwIfAborted();
    tries.made += 1;
    try {
      return await work.call(contextOf(tries, attempt, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = toFailure(error, STAGES[work.operation.type]);
      if (!asksToWait(failure)) counted += 1;
      await waitForNextTry(tries, { failure, counted, attempt, signal });
    }
  }
}

interface FailedTry {
  readonly failure: Failure;
  readonly counted: number;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Throws the failure when there is no next try, and when the run is being stopped. */
async function waitForNextTry<T>(tries: Tries<T>, { failure, counted, attempt, signal }: FailedTry): Promise<void> {
  const { run, work } = tries;
  const { clock, random } = run.request;
  const decision = decideRetry({
    failure,
    tries: counted,
    remaining_ms: remaining(tries),
    random: random(),
    policy: run.limits.retry,
  });
  if (decision.do === 'give_up') throw new DeployerError(decision.failure);
  run.recorder.note({
    type: 'operation.retrying',
    operation: work.operation.id,
    attempt: attempt + 1,
    delay_ms: decision.delay_ms,
    reason: failure.reason,
  });
  await clock.sleep(decision.delay_ms, AbortSignal.any([signal, run.stopping.draining]));
}

function contextOf<T>(tries: Tries<T>, attempt: number, signal: AbortSignal): OperationContext {
  const { run, work } = tries;
  const operation = work.operation.id;
  return {
    runId: run.request.runId,
    idempotencyKey: work.idempotencyKey,
    attempt,
    signal,
    remaining: () => remaining(tries),
    log: (line, channel = 'info') => {
      run.lastLine.set(operation, line);
      run.request.logs?.write(operation, line);
      run.recorder.show({ type: 'operation.log', operation, channel, line });
    },
    outputs: (id) => {
      const record = run.operations.get(id);
      return record?.state === 'succeeded' ? record.outputs : undefined;
    },
  };
}

function remaining<T>({ run, work, began }: Tries<T>): number {
  return Math.max(0, began + work.operation.timeout_ms - run.request.clock.monotonic());
}

function tellWaiting<T>(run: Run, work: Work<T>, elapsed: number): void {
  const message = run.lastLine.get(work.operation.id) ?? work.title;
  run.recorder.show({
    type: 'operation.waiting',
    operation: work.operation.id,
    elapsed_ms: Math.round(elapsed),
    message,
  });
}

function resultOf<T>(tries: Tries<T>, ending: Ending<T>, duration_ms: number): WorkResult<T> {
  if (ending.end === 'returned') return { result: 'done', value: ending.value, duration_ms };
  if (ending.end === 'threw' && ending.error instanceof Halt) return haltedResult(ending.error, tries.made);
  if (ending.stopped === 'deadline') return { result: 'failed', failure: deadlineFailure(tries, ending), duration_ms };
  if (ending.end !== 'threw' && tries.made === 0) return { result: 'halted', attempts: 0 };
  if (ending.end === 'ignored') return { result: 'abandoned', duration_ms };
  if (ending.end === 'obeyed' || ending.stopped === 'interrupt') return { result: 'cancelled', duration_ms };
  const failure = toFailure(ending.error, STAGES[tries.work.operation.type]);
  const drained = failure.code === 'INTERRUPTED' && tries.run.stopping.draining.aborted;
  return drained ? { result: 'cancelled', duration_ms } : { result: 'failed', failure, duration_ms };
}

function haltedResult<T>({ failure }: Halt, attempts: number): WorkResult<T> {
  return { result: 'halted', attempts, ...(failure ? { failure } : {}) };
}

/** What the work itself says weighs more, unless it is of the kind that being stopped brings about. */
function deadlineFailure<T>({ work }: Tries<T>, ending: StoppedEnding<T>): Failure {
  const stage = STAGES[work.operation.type];
  const own = ending.end === 'threw' && ending.error instanceof DeployerError ? ending.error.failure : undefined;
  if (own && own.code !== 'INTERRUPTED' && severityOf(own) !== 'temporary') return { stage, ...own };
  const detail = own ? [own.reason, ...(own.detail ?? [])] : [];
  return { ...timeLimitPassed(work, ending.end), stage, ...(detail.length > 0 ? { detail } : {}) };
}

type StoppedEnding<T> = Exclude<Ending<T>, { end: 'returned' }>;

/** How to go on depends on how the run ends: `resultOf` says it. */
function timeLimitPassed<T>({ operation, title }: Work<T>, end: StoppedEnding<T>['end']): Failure {
  const where = operation.driver ? `on ${operation.driver}` : 'outside';
  const rest =
    end === 'ignored'
      ? 'It did not stop when told and may still be going on'
      : `What it began ${where} may still be going on`;
  return {
    code: 'TIMEOUT',
    reason: `${title} (${operation.id}) passed its time limit of ${formatDuration(operation.timeout_ms)}. ${rest}.`,
    fix: LOOK,
    recovery: [{ action: 'check', message: LOOK }],
  };
}
