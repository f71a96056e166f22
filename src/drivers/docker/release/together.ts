import type { DriverContext } from '../../../core/driver.ts';

/** Containers that are made at the same time: each start costs its host something. */
const AT_ONCE = 5;

/**
 * Does the same for all items, a few at a time. The first failure is that of the whole, and calls off what is under way;
 * nothing goes on any more when this ends.
 */
export async function together<Item>(
  items: readonly Item[],
  context: DriverContext,
  work: (item: Item, within: DriverContext) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const within = { ...context, signal: AbortSignal.any([context.signal, over.signal]) };
  const left = [...items];
  const failures: unknown[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failures.length > 0) throw failures[0];

  async function lane(): Promise<void> {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift())
      await work(item, within).catch((error: unknown) => {
        failures.push(error);
        over.abort();
      });
  }
}
