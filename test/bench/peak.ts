import { readFileSync } from 'node:fs';

/** ms between two looks. The kernel keeps the mark, so only the growth after the last look can be missed. */
const EVERY = 5;

/** Watches the most memory that a process has at once; the answer ends it, MiB. */
export function watchPeak(pid: number | undefined): () => number {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, highWaterMark(pid));
  };
  const timer = setInterval(look, EVERY);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** MiB; 0 when the process is gone. */
function highWaterMark(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
