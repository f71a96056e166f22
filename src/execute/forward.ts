import { topological } from '../core/graph.ts';
import type { Operation } from '../core/plan.ts';
import { heldBack, holding, holdOf } from './hold.ts';
import { perform } from './perform.ts';
import { goesOn, mayBegin, type Run } from './run.ts';
import { Schedule } from './schedule.ts';

/**
 * Walks the plan's graph until all is done or nothing may begin any more, and what was begun has ended. Then says of
 * what was left out because of a failure why it was.
 */
export async function goForward(run: Run): Promise<void> {
  const { plan, concurrency, driverLimit } = run.request;
  const held = new Set(holding(run).keys());
  const schedule = new Schedule(plan.operations, { concurrency, driverLimit }, finished(run), held);
  await new Promise<void>((resolve) => {
    fill();

    function fill(): void {
      while (mayBegin(run)) {
        const operation = schedule.next();
        if (!operation) break;
        void carry(operation);
      }
      if (schedule.running === 0) resolve();
    }

    async function carry(operation: Operation): Promise<void> {
      await perform(run, operation);
      schedule.end(operation.id, mayFollow(run, operation) ? 'succeeded' : 'not_succeeded');
      fill();
    }
  });
  if (goesOn(run)) skipTheRest(run);
}

function mayFollow(run: Run, operation: Operation): boolean {
  const record = run.operations.get(operation.id);
  return record?.state === 'succeeded' && holdOf(operation, record.outputs) === undefined;
}

function finished(run: Run): Set<string> {
  return new Set([...run.operations].filter(([, record]) => record.state === 'succeeded').map(([id]) => id));
}

/** Dependants of a failed operation are skipped for it, those of one that holds for its reason, the others for the first failure. */
function skipTheRest(run: Run): void {
  const held = heldBack(run);
  const failedAbove = new Map<string, string>();
  for (const operation of topological(run.request.plan.operations)) {
    const above = operation.depends_on.map((id) => culprit(run, failedAbove, id)).find((id) => id !== undefined);
    if (above !== undefined) failedAbove.set(operation.id, above);
    if (run.operations.has(operation.id)) continue;
    const reason =
      above !== undefined
        ? `needs ${above}, which failed`
        : (held.get(operation.id) ?? `not started, because ${run.broken} failed`);
    run.skipped.set(operation.id, reason);
    run.recorder.note({ type: 'operation.skipped', operation: operation.id, reason });
  }
}

function culprit(run: Run, failedAbove: ReadonlyMap<string, string>, id: string): string | undefined {
  return run.operations.get(id)?.state === 'failed' ? id : failedAbove.get(id);
}
