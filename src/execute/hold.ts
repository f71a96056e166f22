import type { Json, JsonObject } from '../core/json.ts';
import type { Operation } from '../core/plan.ts';
import type { Run } from './run.ts';

/**
 * Why the run stops behind a finished operation: what it answered leaves it to a person whether to go on. Read from the
 * outputs, which the journal keeps, so that a resumed run stops at the same place.
 */
export function holdOf({ may_hold }: Operation, outputs: Json): string | undefined {
  const hold = may_hold ? (outputs as JsonObject | null)?.hold : undefined;
  return typeof hold === 'string' ? hold : undefined;
}

/** Operations behind which nothing may begin, with the reasons. */
export function holding(run: Run): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const operation of run.request.plan.operations) {
    const record = run.operations.get(operation.id);
    const reason = record?.state === 'succeeded' ? holdOf(operation, record.outputs) : undefined;
    if (reason !== undefined) found.set(operation.id, reason);
  }
  return found;
}

/** Operations that are not begun because one before them, near or far, holds; with its reason. */
export function heldBack(run: Run): ReadonlyMap<string, string> {
  const holds = holding(run);
  const back = new Map<string, string>();
  if (holds.size === 0) return back;
  for (const { id, depends_on } of run.request.plan.operations) {
    const reason = depends_on
      .map((earlier) => holds.get(earlier) ?? back.get(earlier))
      .find((one) => one !== undefined);
    if (reason !== undefined) back.set(id, reason);
  }
  return back;
}
