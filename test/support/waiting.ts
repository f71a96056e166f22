import { readFileSync } from 'node:fs';
import { whenBusy } from './busy-machine.ts';

/** Asks again and again until it is so; fails after `limit` ms, later on a busy machine. For what gives no event. */
export async function until(isSo: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (late(began, limit)) throw new Error(`still not so after ${limit} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function late(began: number, limit: number): boolean {
  const taken = performance.now() - began;
  return taken > limit && taken > whenBusy(limit);
}

/** Whether a process runs; one that has ended and was not collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['Z', 'X'].includes(text.charAt(text.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
