import type { DriverContext } from '../core/driver.ts';
import type { LogLine, LogRequest } from '../core/logs.ts';

/** Lines of a log. Whoever follows one ends by cancelling, at any time: that is its end, and no failure. */
export async function* untilCancelled(
  lines: AsyncIterable<LogLine>,
  { follow }: LogRequest,
  { signal }: DriverContext,
): AsyncGenerator<LogLine> {
  try {
    yield* lines;
  } catch (error) {
    if (!follow || !signal.aborted) throw error;
  }
}

/** What `read` hands to `take`, as it comes; ends, and fails, with it. */
export async function* asTheyCome<T>(read: (take: (item: T) => void) => Promise<void>): AsyncGenerator<T> {
  const ready: T[] = [];
  let over = false;
  let wake: () => void = () => undefined;
  const take = (item: T) => {
    ready.push(item);
    wake();
  };
  const reading = read(take).finally(() => {
    over = true;
    wake();
  });
  // Awaited below, once what it has handed out is taken.
  reading.catch(() => undefined);
  while (!over) {
    yield* ready.splice(0);
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (ready.length > 0 || over) resolve();
    });
  }
  yield* ready.splice(0);
  await reading;
}
