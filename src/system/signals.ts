import type { Clock, Interrupts, StopSignal } from '../core/ports.ts';
import { systemClock } from './clock.ts';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * One Ctrl-C arrives twice when the command was started by `npx` or `npm run`: from the terminal, and passed on by npm.
 * The same signal within this time, ms, is the same wish.
 */
const ECHO = 100;

/** The process's own stop signals. Without a listener they do what they always do: end the process. */
export function systemInterrupts(clock: Clock = systemClock): Interrupts {
  const listeners = new Set<(signal: StopSignal, nth: number) => void>();
  let count = 0;
  let last: { signal: StopSignal; at: number } | undefined;
  return { onInterrupt };

  function onInterrupt(listener: (signal: StopSignal, nth: number) => void): () => void {
    if (listeners.size === 0) for (const signal of SIGNALS) process.on(signal, deliver);
    const own = (signal: StopSignal, nth: number) => listener(signal, nth);
    listeners.add(own);
    if (last) queueMicrotask(() => repeat(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0) for (const signal of SIGNALS) process.off(signal, deliver);
    };
  }

  function repeat(listener: (signal: StopSignal, nth: number) => void): void {
    if (last && listeners.has(listener)) listener(last.signal, count);
  }

  function deliver(signal: NodeJS.Signals): void {
    const stop = SIGNALS.find((known) => known === signal);
    const at = clock.monotonic();
    if (!stop || (last?.signal === stop && at - last.at < ECHO)) return;
    last = { signal: stop, at };
    count++;
    for (const listener of [...listeners]) listener(stop, count);
  }
}

/** What writing to a reader that went away fails with; `EIO`: the terminal was closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * A reader that goes away (`deployer deploy | head -1`, a closed terminal) must not end a deploy half way: from now on
 * what is written to it is dropped. Answers the function that ends this.
 */
export function ignoreClosedPipes(): () => void {
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on('error', ignore);
  return () => {
    for (const stream of streams) stream.off('error', ignore);
  };
}

function ignore(error: NodeJS.ErrnoException): void {
  if (!CLOSED.has(error.code ?? '')) throw error;
}
