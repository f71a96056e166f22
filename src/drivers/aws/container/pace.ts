import type { DriverContext } from '../../../core/driver.ts';

const [FIRST, MOST, GROWTH] = [300, 5_000, 1.25];

/** Looks that come soon at first and then less often: most changes are quick, and AWS takes few questions a second. */
export class Pace {
  #next = FIRST;

  async wait({ clock, signal }: Pick<DriverContext, 'clock' | 'signal'>): Promise<void> {
    await clock.sleep(this.#next, signal);
    this.#next = Math.min(MOST, this.#next * GROWTH);
  }
}
