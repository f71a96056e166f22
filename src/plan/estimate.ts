import type { Operation, Plan } from '../core/plan.ts';

/** Time along the critical path, from what each operation took last time; a watch takes the time it is told to. */
export function estimate(operations: readonly Operation[]): Plan['estimate'] {
  const known = operations.filter((operation) => expected(operation) !== undefined).length;
  const counts = { known, unknown: operations.length - known };
  if (known === 0 && operations.length > 0) return counts;
  const path = criticalPath(operations);
  if (path.some((operation) => expected(operation) === undefined)) return counts;
  return { duration_ms: path.reduce((sum, operation) => sum + (expected(operation) ?? 0), 0), ...counts };
}

function expected(operation: Operation): number | undefined {
  if (operation.last_duration_ms !== undefined) return operation.last_duration_ms;
  return operation.action.do === 'watch' ? operation.action.interval_ms : undefined;
}

/** Operations come in topological order. Steps of unknown length count nothing, but a path does not end before them. */
function criticalPath(operations: readonly Operation[]): Operation[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const ends = new Map<string, number>();
  let last: string | undefined;
  for (const operation of operations) {
    const before = latest(operation.depends_on, ends);
    ends.set(operation.id, (before === undefined ? 0 : (ends.get(before) ?? 0)) + (expected(operation) ?? 0));
    last = latest(last === undefined ? [operation.id] : [last, operation.id], ends);
  }
  const path: Operation[] = [];
  for (let end = byId.get(last ?? ''); end; end = byId.get(latest(end.depends_on, ends) ?? '')) path.push(end);
  return path;
}

/** Of several that end at the same time, the one listed last. */
function latest(ids: readonly string[], ends: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined;
  let at = Number.NEGATIVE_INFINITY;
  for (const id of ids) {
    const end = ends.get(id) ?? 0;
    if (end >= at) [found, at] = [id, end];
  }
  return found;
}
