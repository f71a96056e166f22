import { formatDuration } from '../../core/duration.ts';
import { DeployerError } from '../../core/errors.ts';
import type { MigrationContext } from '../../core/migration.ts';

/** A time limit and a cancel signal in one, for everything one call does. */
export interface Watch {
  /** Aborted by the caller, or when the time is over; its reason is what to throw. */
  readonly signal: AbortSignal;
  /** Milliseconds left; 0 when the time is over. */
  left(): number;
  sleep(ms: number): Promise<void>;
  throwIfStopped(): void;
  now(): number;
  log(line: string): void;
}

/** Runs `work` under the context's limits. `subject` completes "… took longer than 30s". */
export async function withWatch<T>(
  context: MigrationContext,
  subject: string,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const end = context.clock.monotonic() + context.timeout;
  const done = new AbortController();
  const left = () => Math.max(0, end - context.clock.monotonic());
  let limit: AbortSignal | undefined;
  // Much work is over before anything has to be waited for.
  const signal = () => {
    limit ??= limited(context, left(), { subject, over: done.signal });
    return limit;
  };
  try {
    return await work({
      get signal() {
        return signal();
      },
      left,
      sleep: (ms) => stoppable(signal(), context.clock.sleep(Math.min(ms, left()), signal())),
      throwIfStopped: () => throwIfStopped(signal()),
      now: () => context.clock.now(),
      log: (line) => context.log(line),
    });
  } finally {
    if (limit) done.abort();
  }
}

/** The context's signal, which also aborts when the time is over. */
function limited(
  { clock, signal, timeout }: MigrationContext,
  left: number,
  { subject, over }: { readonly subject: string; readonly over: AbortSignal },
): AbortSignal {
  const expiry = new AbortController();
  clock.sleep(left, over).then(() => expiry.abort(tooLong(subject, timeout)), ignore);
  return AbortSignal.any([signal, expiry.signal]);
}

/** Runs one thing at the database; when the watch stops, `cancel` has to make it end. */
export async function interruptible<T>(watch: Watch, cancel: () => void, work: () => Promise<T>): Promise<T> {
  throwIfStopped(watch.signal);
  watch.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await stoppable(watch.signal, work());
  } finally {
    watch.signal.removeEventListener('abort', cancel);
  }
}

/** A rejection after the stop is told as the stop. */
async function stoppable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throwIfStopped(signal);
    throw error;
  }
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof DeployerError) throw signal.reason;
  throw new DeployerError({
    code: 'INTERRUPTED',
    stage: 'migration',
    reason: 'The migration was cancelled',
    fix: 'Run "deployer migrate status" to see what was applied, then run the command again',
  });
}

function tooLong(subject: string, timeout: number): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'migration',
    reason: `${subject} took longer than ${formatDuration(timeout)} and was cancelled`,
    fix: 'Raise migrations.timeout, and run "deployer migrate status" to see what was applied',
  });
}

function ignore(): void {}
