import { tailWeights } from '../../src/core/graph.ts';
import type { Operation } from '../../src/core/plan.ts';
import { Schedule, type ScheduleLimits } from '../../src/execute/schedule.ts';

export interface Simulation {
  readonly makespan: number;
  /** The larger of critical path and work ÷ concurrency: no schedule can be shorter. */
  readonly bound: number;
  /** Operation ids in the order in which they began. */
  readonly order: readonly string[];
}

/** Lets the real scheduler hand out operations on a made-up clock on which each takes `durationOf` it. */
export function simulate(
  operations: readonly Operation[],
  limits: ScheduleLimits,
  durationOf: (operation: Operation) => number = (operation) => operation.last_duration_ms ?? 1,
): Simulation {
  const schedule = new Schedule(operations, limits);
  const running: { id: string; ends: number }[] = [];
  const order: string[] = [];
  let now = 0;
  for (;;) {
    for (let next = schedule.next(); next; next = schedule.next()) {
      order.push(next.id);
      running.push({ id: next.id, ends: now + durationOf(next) });
    }
    const first = running.reduce<number>((least, { ends }, at) => (ends < (running[least]?.ends ?? 0) ? at : least), 0);
    const [ended] = running.splice(first, 1);
    if (!ended) break;
    now = ended.ends;
    schedule.end(ended.id, 'succeeded');
  }
  return { makespan: now, bound: lowerBound(operations, limits.concurrency, durationOf), order };
}

function lowerBound(
  operations: readonly Operation[],
  concurrency: number,
  durationOf: (o: Operation) => number,
): number {
  const work = operations.reduce((sum, operation) => sum + durationOf(operation), 0);
  const criticalPath = Math.max(0, ...tailWeights(operations, durationOf).values());
  return Math.max(criticalPath, work / concurrency);
}
