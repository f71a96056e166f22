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
