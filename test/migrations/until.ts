import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until it is so; the deadline only bounds how long a failing test takes. */
export async function until(what: () => Promise<boolean>, limit = 15_000): Promise<void> {
  for (const end = performance.now() + limit; !(await what()); await sleep(20)) {
    if (performance.now() > end) throw new Error('It did not become so in time');
  }
}
