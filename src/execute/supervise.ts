import { DeployerError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Stopping } from './interrupt.ts';

/** Why work was told to stop. */
export type StopCause = 'deadline' | 'interrupt';

export type Ending<T> =
  | { readonly end: 'returned'; readonly value: T }
  /** `stopped` tells that it had been told to stop before. */
  | { readonly end: 'threw'; readonly error: unknown; readonly stopped?: StopCause }
  /** Told to stop, and it did, with nothing to add. */
  | { readonly end: 'obeyed'; readonly stopped: StopCause }
  /** Told to stop, and still at it when the grace was over. */
  | { readonly end: 'ignored'; readonly stopped: StopCause };

export interface Supervision {
  readonly clock: Clock;
  readonly timeout_ms: number;
  /** Time to come to an end after the signal, ms. */
  readonly grace_ms: number;
  readonly stopping: Pick<Stopping, 'cancelling' | 'abandoning'>;
  /** Called every `tick_ms` while the work goes on, with the time since it began. */
  readonly tick_ms: number;
  readonly onTick: (elapsed_ms: number) => void;
}

/**
 * Watches over work that gets a signal: at the time limit and when the run is cancelled the signal fires, and the work
 * has the grace to end. Always answers, at the latest after time limit and grace, at once when the run is abandoned.
 * Work that ends well within the grace counts as done. What ignored work does later is nobody's business any more.
 */
export function supervise<T>(work: (signal: AbortSignal) => Promise<T>, supervision: Supervision): Promise<Ending<T>> {
  const { clock, timeout_ms, grace_ms, stopping, tick_ms, onTick } = supervision;
  const controller = new AbortController();
  const over = new AbortController();
  let stopped: StopCause | undefined;
  return new Promise((resolve) => {
    after(timeout_ms, () => stop('deadline'));
    tick(clock.monotonic());
    stopping.cancelling.addEventListener('abort', cancel);
    stopping.abandoning.addEventListener('abort', abandon);
    if (stopping.cancelling.aborted) cancel();
    begin().then(
      (value) => finish({ end: 'returned', value }),
      (error) => finish(endingOf(error)),
    );

    async function begin(): Promise<T> {
      return await work(controller.signal);
    }

    function endingOf(error: unknown): Ending<T> {
      if (!stopped) return { end: 'threw', error };
      return error === controller.signal.reason ? { end: 'obeyed', stopped } : { end: 'threw', error, stopped };
    }

    function finish(ending: Ending<T>): void {
      over.abort();
      stopping.cancelling.removeEventListener('abort', cancel);
      stopping.abandoning.removeEventListener('abort', abandon);
      resolve(ending);
    }

    function stop(cause: StopCause): void {
      if (stopped) return;
      stopped = cause;
      controller.abort(reasonOf(cause, timeout_ms));
      after(grace_ms, () => finish({ end: 'ignored', stopped: cause }));
    }

    function cancel(): void {
      stop('interrupt');
    }

    function abandon(): void {
      stop('interrupt');
      finish({ end: 'ignored', stopped: stopped ?? 'interrupt' });
    }

    function tick(began: number): void {
      after(tick_ms, () => {
        onTick(clock.monotonic() - began);
        tick(began);
      });
    }
  });

  function after(ms: number, act: () => void): void {
    clock.sleep(ms, over.signal).then(act, () => undefined);
  }
}

/** What the work's signal carries, so that work that rethrows it says the right thing. */
function reasonOf(cause: StopCause, timeout_ms: number): DeployerError {
  return cause === 'deadline'
    ? new DeployerError({ code: 'TIMEOUT', reason: `The time limit of ${timeout_ms} ms passed` })
    : new DeployerError({ code: 'INTERRUPTED', reason: 'The run was stopped' });
}
