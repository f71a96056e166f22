import { readFileSync } from 'node:fs';

/** Asks again and again until it is so; fails after `limit` ms. For what gives no event. */
export async function until(isSo: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  const deadline = performance.now() + limit;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${limit} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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
