import type { Clock } from '../../core/ports.ts';

/** The beginning of one piece of work, to be handed back. */
export interface Turn {
  readonly begun: number;
}

const BEGIN = 8;
/** More is never under way at once. */
export const MOST_AT_ONCE = 64;
/** Answers that take so many times as long as the first ones did are waiting for each other. */
const QUEUEING = 3;
/** Of the newest answer, in what is thought of how long they take now. */
const WEIGHT = 0.1;

/**
 * How much is under way at once: begins moderately, grows while the other side answers well and about as soon as at first,
 * halves when it is too much for it, and rests as long as it asks for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #limit = BEGIN;
  #active = 0;
  #restUntil = Number.NEGATIVE_INFINITY;
  #reducedAt = Number.NEGATIVE_INFINITY;
  /** Doubles until the first sign that it is too much; after that it feels its way. */
  #growth: 'fast' | 'slow' = 'fast';
  #well = 0;
  readonly #first: number[] = [];
  #usual = 0;

  constructor({ clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(this.#waiting.length), { once: true });
  }

  /** Resolves when one more may begin. */
  async enter(): Promise<Turn> {
    for (;;) {
      this.#signal.throwIfAborted();
      const rest = this.#restUntil - this.#clock.monotonic();
      if (rest > 0) await this.#clock.sleep(rest, this.#signal);
      else if (this.#active < this.#limit) break;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#active++;
    return { begun: this.#clock.monotonic() };
  }

  leave({ begun }: Turn, outcome: 'well' | 'too_much' | 'neither'): void {
    this.#active--;
    if (outcome === 'well' && !this.#queues(this.#clock.monotonic() - begun)) this.#grow();
    // What began before the last reduction says nothing about the pace since.
    if (outcome === 'too_much' && begun >= this.#reducedAt) this.#shrink();
    this.#wake(Math.max(1, this.#limit - this.#active));
  }

  #wake(count: number): void {
    for (const wake of this.#waiting.splice(0, count)) wake();
  }

  /** Nothing begins for so long, ms. */
  rest(ms: number): void {
    this.#restUntil = Math.max(this.#restUntil, this.#clock.monotonic() + ms);
  }

  /** Whether one more at once would only wait longer; ms. */
  #queues(took: number): boolean {
    if (this.#first.length < BEGIN) {
      this.#first.push(took);
      this.#usual = this.#first.reduce((sum, one) => sum + one, 0) / this.#first.length;
      return false;
    }
    this.#usual += WEIGHT * (took - this.#usual);
    return this.#usual > (QUEUEING * this.#first.reduce((sum, one) => sum + one, 0)) / BEGIN;
  }

  #grow(): void {
    this.#well++;
    if (this.#growth === 'slow' && this.#well < this.#limit) return;
    this.#well = 0;
    this.#limit = Math.min(MOST_AT_ONCE, this.#limit + 1);
  }

  #shrink(): void {
    this.#growth = 'slow';
    this.#well = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#reducedAt = this.#clock.monotonic();
  }
}
