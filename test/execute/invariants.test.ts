import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StampedEvent } from '../../src/core/event.ts';
import type { Operation } from '../../src/core/plan.ts';
import { readHistory } from '../../src/execute/history.ts';
import { anExecution, type Execution, failing, startedTooEarly, taking } from '../support/execution.ts';
import { aCompensation, anOperation, aPlan } from '../support/plans.ts';

/** What chance decides about one operation. */
interface Fate {
  readonly ms: number;
  readonly edges: readonly number[];
  readonly fate: 'succeeds' | 'fails' | 'is_away' | 'is_too_slow';
  readonly undo: 'none' | 'started' | 'succeeded' | 'fails';
  readonly keep: boolean;
}

const fates = fc.array(
  fc.record<Fate>({
    ms: fc.nat(90_000),
    edges: fc.array(fc.nat(30), { maxLength: 3 }),
    fate: fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'succeeds', 'fails', 'is_away', 'is_too_slow'),
    undo: fc.constantFrom('none', 'started', 'succeeded', 'fails'),
    keep: fc.boolean(),
  }),
  { minLength: 1, maxLength: 15 },
);

const runs = { numRuns: 300 };

function operationsOf(chosen: readonly Fate[]): Operation[] {
  return chosen.map(({ edges, undo, keep }, index) => {
    const id = `deploy:${index}`;
    const depends_on = index === 0 ? [] : [...new Set(edges.map((edge) => `deploy:${edge % index}`))];
    const when = undo === 'succeeded' ? 'succeeded' : 'started';
    return anOperation(id, {
      depends_on,
      driver: index % 2 ? 'odd' : 'even',
      timeout_ms: 100_000,
      ...(undo === 'none' ? {} : { compensation: aCompensation(id, { when }) }),
      ...(keep ? { on_failure: 'keep' } : {}),
    });
  });
}

function scriptsOf(chosen: readonly Fate[]) {
  const forward = chosen.map(({ ms, fate }, index) => [`deploy:${index}`, scriptFor(fate, ms)] as const);
  const back = chosen.flatMap(({ undo }, index) =>
    undo === 'fails' ? [[`undo:deploy:${index}`, failing('DEPLOY_FAILED')] as const] : [],
  );
  return Object.fromEntries([...forward, ...back]);
}

function scriptFor(fate: Fate['fate'], ms: number) {
  if (fate === 'fails') return failing('DEPLOY_FAILED');
  if (fate === 'is_away') return failing('PLATFORM_UNAVAILABLE');
  return taking(fate === 'is_too_slow' ? 500_000 : ms);
}

function executionOf(chosen: readonly Fate[]): Execution {
  return anExecution(aPlan(operationsOf(chosen)), {
    scripts: scriptsOf(chosen),
    concurrency: 3,
    driverLimit: () => 2,
  });
}

function ids(events: readonly StampedEvent[], type: StampedEvent['type']): string[] {
  return events.flatMap((event) => (event.type === type && 'operation' in event ? [event.operation] : []));
}

describe('whatever the graph and whatever fails', () => {
  it('nothing begins before what it needs has succeeded, and the limits hold at every moment', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (chosen) => {
        const execution = executionOf(chosen);
        await execution.run();
        expect(startedTooEarly(execution.journal.events, operationsOf(chosen))).toEqual([]);
        const running = new Set<string>();
        for (const event of execution.journal.events) {
          if (event.type === 'operation.started') running.add(event.operation);
          if (event.type === 'operation.succeeded' || event.type === 'operation.failed')
            running.delete(event.operation);
          expect(running.size).toBeLessThanOrEqual(3);
          const odd = [...running].filter((id) => Number(id.slice('deploy:'.length)) % 2 === 1);
          expect(Math.max(odd.length, running.size - odd.length)).toBeLessThanOrEqual(2);
        }
      }),
      runs,
    );
  });

  it('every operation that began has one outcome, and every other one a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (chosen) => {
        const execution = executionOf(chosen);
        const result = await execution.run();
        const { events } = execution.journal;
        const started = new Set(ids(events, 'operation.started'));
        const ended = [...ids(events, 'operation.succeeded'), ...ids(events, 'operation.failed')];
        expect([...ended].sort()).toEqual([...started].sort());
        const skipped = ids(events, 'operation.skipped');
        expect([...skipped, ...started].sort()).toEqual(result.operations.map(({ id }) => id).sort());
        expect(
          result.operations
            .filter(({ reason }) => reason !== undefined)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(skipped.sort());
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      }),
      runs,
    );
  });

  it('nothing begins after a failure that ends the run, and what completed is undone in reverse', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (chosen) => {
        const execution = executionOf(chosen);
        const result = await execution.run();
        const { events } = execution.journal;
        const operations = operationsOf(chosen);
        const breaking = events.findIndex(
          (event) =>
            event.type === 'operation.failed' && !operations.find(({ id }) => id === event.operation)?.on_failure,
        );
        const undone = ids(events, 'compensation.started');
        if (breaking === -1) {
          expect(undone).toEqual([]);
          return;
        }
        const later = events
          .slice(breaking)
          .filter((event) => event.type === 'operation.started' && event.attempt === 1);
        expect(later).toEqual([]);
        const undoable = new Set(operations.filter(({ compensation }) => compensation).map(({ id }) => id));
        const completed = ids(events, 'operation.succeeded').filter((id) => undoable.has(id));
        expect(undone.slice(undone.length - completed.length)).toEqual(completed.reverse());
        const failedUndoing = result.compensations.some(({ status }) => status !== 'succeeded');
        expect(result.status).toBe(undone.length > 0 && !failedUndoing ? 'restored' : 'failed');
      }),
      runs,
    );
  });

  it('the result of a finished run is the one its journal gives', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (chosen) => {
        const execution = executionOf(chosen);
        const result = await execution.run();
        if (result.status !== 'succeeded' && result.status !== 'restored') return;
        const again = await anExecution(aPlan(operationsOf(chosen)), {
          history: readHistory(execution.journal.events),
        }).run();
        expect({ ...again, duration_ms: 0, operations: [] }).toEqual({ ...result, duration_ms: 0, operations: [] });
        const facts = ({ reason: _, ...operation }: (typeof result.operations)[number]) => operation;
        expect(again.operations.map(facts)).toEqual(result.operations.map(facts));
      }),
      runs,
    );
  });

  it('an interrupted run starts nothing more, names what is in doubt, and is finished by a resume', async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.nat(200_000), fc.option(fc.nat(60_000)), async (chosen, first, second) => {
        const harmless = chosen.map((fate) => ({ ...fate, fate: 'succeeds' as const }));
        const execution = executionOf(harmless);
        const ended = execution.run();
        let stoppedAt = Number.POSITIVE_INFINITY;
        void execution.clock.sleep(first).then(async () => {
          stoppedAt = execution.journal.events.length;
          execution.interrupts.raise();
          if (second === null) return;
          await execution.clock.sleep(second);
          execution.interrupts.raise();
        });
        const result = await ended;
        const { events } = execution.journal;
        // An intent that was being written when the signal came still belongs to before.
        expect(ids(events.slice(stoppedAt), 'operation.started').length).toBeLessThanOrEqual(3);
        const unfinished = new Set(ids(events, 'operation.started'));
        for (const id of ids(events, 'operation.succeeded')) unfinished.delete(id);
        expect([...result.in_doubt].sort()).toEqual([...unfinished].sort());
        const resumed = anExecution(aPlan(operationsOf(harmless)), { history: readHistory(events) });
        expect((await resumed.run()).status).toBe('succeeded');
        const done = [...ids(events, 'operation.succeeded'), ...ids(resumed.journal.events, 'operation.succeeded')];
        expect(done.sort()).toEqual(harmless.map((_, index) => `deploy:${index}`).sort());
      }),
      runs,
    );
  });
});
