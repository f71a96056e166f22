import type { Clock } from '../../src/core/ports.ts';

/** A clock that stands still until it is moved. Who sleeps moves it, and goes on at once. */
export class InstantClock implements Clock {
  #time: number;

  constructor(start = 1_800_000_000_000) {
    this.#time = start;
  }

  now = () => this.#time;
  monotonic = () => this.#time;

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#time += ms;
    await Promise.resolve();
    signal?.throwIfAborted();
  }

  advance(ms: number): void {
    this.#time += ms;
  }
}
