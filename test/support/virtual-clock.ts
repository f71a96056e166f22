import type { Clock } from '../../src/core/ports.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A clock whose time passes only when nothing else is left to do. By default it jumps to the next timer whenever the
 * event loop has come to rest and no promise handed to `track` is open; with `manual` it stands until `advance`.
 */
export class VirtualClock implements Clock {
  readonly #began: number;
  readonly #mode: 'automatic' | 'manual';
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #order = 0;
  #tracked = 0;
  #checking = false;
  #stopped = false;

  constructor({
    mode = 'automatic',
    now = Date.UTC(2030, 0, 1),
  }: { mode?: 'automatic' | 'manual'; now?: number } = {}) {
    this.#began = now;
    this.#mode = mode;
  }

  now(): number {
    return this.#began + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = { at: this.#elapsed + Math.max(0, ms), order: this.#order++, fire };
      const cancel = () => {
        this.#timers.delete(timer);
        reject(signal?.reason);
      };
      this.#timers.add(timer);
      signal?.addEventListener('abort', cancel, { once: true });
      this.#checkSoon();
      function fire(): void {
        signal?.removeEventListener('abort', cancel);
        resolve();
      }
    });
  }

  /** Keeps the time standing while a promise that is settled from outside (disk, process) is open. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#tracked += 1;
    const settled = () => {
      this.#tracked -= 1;
      this.#checkSoon();
    };
    promise.then(settled, settled);
    return promise;
  }

  /** Lets `ms` pass, timer by timer, with all that follows from each. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    for (;;) {
      await settle();
      const next = this.#next();
      if (!next || next.at > until) break;
      this.#fire(next);
    }
    this.#elapsed = until;
    await settle();
  }

  /** Sleepers there are. */
  get timers(): number {
    return this.#timers.size;
  }

  /** No time passes any more: the process that used this clock is gone. */
  stop(): void {
    this.#stopped = true;
  }

  #checkSoon(): void {
    if (this.#mode === 'manual' || this.#checking || this.#stopped) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      const next = this.#next();
      if (this.#stopped || this.#tracked > 0 || !next) return;
      this.#fire(next);
      this.#checkSoon();
    });
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#elapsed = Math.max(this.#elapsed, timer.at);
    timer.fire();
  }
}

/** Lets everything that is ready run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
