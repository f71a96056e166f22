import { topological } from '../core/graph.ts';
import type { Operation } from '../core/plan.ts';

/** An operation while its plan is put together; `waits` grows as the graph is wired. */
export interface Step {
  readonly operation: Omit<Operation, 'depends_on' | 'last_duration_ms'>;
  readonly waits: Set<string>;
}

export function step(operation: Step['operation']): Step {
  return { operation, waits: new Set() };
}

/** Makes a step wait for others; those that are not in the plan are left out. */
export function waitFor(later: Step | undefined, earlier: readonly (Step | undefined)[]): void {
  for (const one of earlier) if (later && one) later.waits.add(one.operation.id);
}

/** Up to this many on the smaller side, every edge is written out. */
const WRITTEN_OUT = 8;

/**
 * Every step of `later` waits for every step of `earlier`, both in listed order. Where both are many, one of them
 * gathers (the last of `earlier`, or the first of `later`, whichever side is smaller), so that a plan has no more
 * edges than a few per operation.
 */
export function joinAll(earlier: readonly Step[], later: readonly Step[]): void {
  const last = earlier.at(-1);
  const first = later[0];
  if (!last || !first) return;
  if (Math.min(earlier.length, later.length) <= WRITTEN_OUT) {
    for (const one of later) waitFor(one, earlier);
  } else if (earlier.length < later.length) {
    waitFor(last, earlier.slice(0, -1));
    for (const one of later) waitFor(one, [last]);
  } else {
    waitFor(first, earlier);
    for (const one of later.slice(1)) waitFor(one, [first]);
  }
}

/** Steps in listed order → operations in an order that is topological too, with the durations of earlier runs. */
export function settle(steps: readonly Step[], durations: Readonly<Record<string, number>>): Operation[] {
  const position = new Map(steps.map(({ operation }, index) => [operation.id, index]));
  const place = (id: string) => position.get(id) ?? Number.POSITIVE_INFINITY;
  const nodes = steps.map(({ operation, waits }): Operation => {
    const depends_on = waits.size > 1 ? [...waits].sort((a, b) => place(a) - place(b)) : [...waits];
    const last = Object.hasOwn(durations, operation.id) ? durations[operation.id] : undefined;
    return last === undefined ? { ...operation, depends_on } : { ...operation, depends_on, last_duration_ms: last };
  });
  return topological(nodes);
}
