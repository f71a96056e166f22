import type { DriverContext } from '../../../core/driver.ts';

/**
 * Does the same for all items, so many at a time. The first failure is that of the whole, and calls off what is under way;
 * nothing goes on any more when this ends.
 */
export async function together<Item>(
  items: readonly Item[],
  { context, atOnce }: { readonly context: DriverContext; readonly atOnce: number },
  work: (item: Item, within: DriverContext) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const within = { ...context, signal: AbortSignal.any([context.signal, over.signal]) };
  const left = [...items];
  const failures: unknown[] = [];
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (failures.length > 0) throw failures[0];

  async function lane(): Promise<void> {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift())
      await work(item, within).catch((error: unknown) => {
        failures.push(error);
        over.abort();
      });
  }
}
