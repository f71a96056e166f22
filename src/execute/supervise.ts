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
 * `work` is an async function: it never throws before it answers its promise.
 */
export function supervise<T>(work: (signal: AbortSignal) => Promise<T>, supervision: Supervision): Promise<Ending<T>> {
  return new Promise((resolve) => new Watch(supervision, resolve).begin(work));
}

class Watch<T> {
  readonly #supervision: Supervision;
  readonly #resolve: (ending: Ending<T>) => void;
  /** For the work. */
  readonly #controller = new AbortController();
  /** For our own timers. */
  readonly #over = new AbortController();
  #stopped: StopCause | undefined;

  constructor(supervision: Supervision, resolve: (ending: Ending<T>) => void) {
    this.#supervision = supervision;
    this.#resolve = resolve;
  }

  begin(work: (signal: AbortSignal) => Promise<T>): void {
    const { clock, timeout_ms, stopping } = this.#supervision;
    this.#after(timeout_ms, () => this.#stop('deadline'));
    this.#tick(clock.monotonic());
    stopping.cancelling.addEventListener('abort', this.#cancel);
    stopping.abandoning.addEventListener('abort', this.#abandon);
    if (stopping.cancelling.aborted) this.#cancel();
    work(this.#controller.signal).then(
      (value) => this.#finish({ end: 'returned', value }),
      (error) => this.#finish(this.#endingOf(error)),
    );
  }

  #cancel = (): void => this.#stop('interrupt');

  #abandon = (): void => {
    this.#stop('interrupt');
    this.#finish({ end: 'ignored', stopped: this.#stopped ?? 'interrupt' });
  };

  #stop(cause: StopCause): void {
    if (this.#stopped) return;
    this.#stopped = cause;
    this.#controller.abort(reasonOf(cause, this.#supervision.timeout_ms));
    this.#after(this.#supervision.grace_ms, () => this.#finish({ end: 'ignored', stopped: cause }));
  }

  #endingOf(error: unknown): Ending<T> {
    if (!this.#stopped) return { end: 'threw', error };
    const obeyed = error === this.#controller.signal.reason;
    return obeyed ? { end: 'obeyed', stopped: this.#stopped } : { end: 'threw', error, stopped: this.#stopped };
  }

  /** Only the first call counts. */
  #finish(ending: Ending<T>): void {
    const { cancelling, abandoning } = this.#supervision.stopping;
    this.#over.abort();
    cancelling.removeEventListener('abort', this.#cancel);
    abandoning.removeEventListener('abort', this.#abandon);
    this.#resolve(ending);
  }

  #tick(began: number): void {
    const { clock, tick_ms, onTick } = this.#supervision;
    this.#after(tick_ms, () => {
      onTick(clock.monotonic() - began);
      this.#tick(began);
    });
  }

  #after(ms: number, act: () => void): void {
    this.#supervision.clock.sleep(ms, this.#over.signal).then(act, () => undefined);
  }
}

/** What the work's signal carries, so that work that rethrows it says the right thing. */
function reasonOf(cause: StopCause, timeout_ms: number): DeployerError {
  return cause === 'deadline'
    ? new DeployerError({ code: 'TIMEOUT', reason: `The time limit of ${timeout_ms} ms passed` })
    : new DeployerError({ code: 'INTERRUPTED', reason: 'The run was stopped' });
}
