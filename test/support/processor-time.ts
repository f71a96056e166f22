/** Milliseconds that the processors of this machine worked for `work`: others who use them do not count. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The least of some rounds. */
export function leastProcessorTime(rounds: number, work: () => void): number {
  return Math.min(...Array.from({ length: rounds }, () => processorTime(work)));
}
