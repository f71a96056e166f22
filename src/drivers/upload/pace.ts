import type { Clock } from '../../core/ports.ts';

/** The beginning of one piece of work, to be handed back. */
export interface Turn {
  readonly begun: number;
}

const BEGIN = 8;
const MOST = 64;

/**
 * How much is under way at once: begins moderately, grows while the other side answers well, halves when it is too much
 * for it, and rests as long as it asks for.
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

  constructor({ clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** How much may be under way now. */
  get limit(): number {
    return this.#limit;
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
    if (outcome === 'well') this.#grow();
    // What began before the last reduction says nothing about the pace since.
    if (outcome === 'too_much' && begun >= this.#reducedAt) this.#shrink();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Nothing begins for so long, ms. */
  rest(ms: number): void {
    this.#restUntil = Math.max(this.#restUntil, this.#clock.monotonic() + ms);
  }

  #grow(): void {
    this.#well++;
    if (this.#growth === 'slow' && this.#well < this.#limit) return;
    this.#well = 0;
    this.#limit = Math.min(MOST, this.#limit + 1);
  }

  #shrink(): void {
    this.#growth = 'slow';
    this.#well = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#reducedAt = this.#clock.monotonic();
  }
}
