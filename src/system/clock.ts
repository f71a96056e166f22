import type { Clock } from '../core/ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // `performance` would load a part of Node that most commands need for nothing else.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep,
};

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const wake = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(wake, Math.min(ms, LONGEST_TIMER));
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Timers take 32 bits; a longer one would fire at once. About 24 days. */
export const LONGEST_TIMER = 2 ** 31 - 1;
