import type { Operation, Plan } from '../core/plan.ts';

/** Time along the critical path, from what each operation took last time; a watch takes the time it is told to. */
export function estimate(operations: readonly Operation[]): Plan['estimate'] {
  const known = operations.filter((operation) => expected(operation) !== undefined).length;
  const path = criticalPath(operations);
  const counts = { known, unknown: operations.length - known };
  if (path.some((operation) => expected(operation) === undefined)) return counts;
  return { duration_ms: path.reduce((sum, operation) => sum + (expected(operation) ?? 0), 0), ...counts };
}

function expected(operation: Operation): number | undefined {
  if (operation.last_duration_ms !== undefined) return operation.last_duration_ms;
  return operation.action.do === 'watch' ? operation.action.interval_ms : undefined;
}

/** Operations come in topological order. Steps of unknown length count nothing, but a path does not end before them. */
function criticalPath(operations: readonly Operation[]): Operation[] {
  const ends = new Map<string, { readonly operation: Operation; readonly at: number; readonly before?: string }>();
  let last: { readonly id: string; readonly at: number } | undefined;
  for (const operation of operations) {
    const before = latest(operation.depends_on, (id) => ends.get(id)?.at ?? 0);
    const at = (ends.get(before ?? '')?.at ?? 0) + (expected(operation) ?? 0);
    ends.set(operation.id, { operation, at, ...(before === undefined ? {} : { before }) });
    if (!last || at >= last.at) last = { id: operation.id, at };
  }
  const path: Operation[] = [];
  for (let end = ends.get(last?.id ?? ''); end; end = ends.get(end.before ?? '')) path.push(end.operation);
  return path;
}

function latest(ids: readonly string[], at: (id: string) => number): string | undefined {
  let found: string | undefined;
  for (const id of ids) if (found === undefined || at(id) >= at(found)) found = id;
  return found;
}
