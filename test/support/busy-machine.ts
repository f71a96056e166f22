import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Milliseconds that something may take here and now which takes at most `limit` on a machine with nothing else to do. */
export function whenBusy(limit: number): number {
  const [lastMinute = '', , , now = ''] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  const wanting = Math.max(Number.parseFloat(lastMinute), Number.parseInt(now, 10));
  return limit * Math.max(1, wanting / availableParallelism());
}
