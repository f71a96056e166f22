import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/core/plan.ts';
import { Schedule } from '../../src/execute/schedule.ts';
import { anOperation } from '../support/plans.ts';
import { leastProcessorTime } from '../support/processor-time.ts';
import { randomGraph } from '../support/random-graph.ts';
import { seeded } from '../support/seeded.ts';
import { simulate } from '../support/simulate.ts';

const GRAPHS = 1_000;
const SEED = 20_300_101;

const wide = { concurrency: 100, driverLimit: () => 100 };

describe('Schedule', () => {
  it('hands out only what has all its dependencies done', () => {
    const schedule = new Schedule(
      [
        anOperation('build:a'),
        anOperation('build:b', { depends_on: ['build:a'] }),
        anOperation('build:c', { depends_on: ['build:a', 'build:b'] }),
      ],
      wide,
    );
    expect([schedule.next()?.id, schedule.next()?.id]).toEqual(['build:a', undefined]);
    schedule.end('build:a', 'succeeded');
    expect([schedule.next()?.id, schedule.next()?.id]).toEqual(['build:b', undefined]);
    schedule.end('build:b', 'not_succeeded');
    expect([schedule.next()?.id, schedule.running]).toEqual([undefined, 0]);
  });

  it('takes the operation with the longest way to the end first, equal ones in plan order', () => {
    const { order } = simulate(
      [
        anOperation('build:short', { last_duration_ms: 10 }),
        anOperation('build:same', { last_duration_ms: 10 }),
        anOperation('build:long', { last_duration_ms: 50 }),
        anOperation('build:head', { last_duration_ms: 5 }),
        anOperation('deploy:tail', { last_duration_ms: 100, depends_on: ['build:head'] }),
      ],
      { concurrency: 1, driverLimit: () => 1 },
    );
    expect(order).toEqual(['build:head', 'deploy:tail', 'build:long', 'build:short', 'build:same']);
  });

  it('takes a typical duration for an operation that never ran', () => {
    const { order } = simulate([anOperation('configure:a'), anOperation('build:a')], {
      concurrency: 1,
      driverLimit: () => 1,
    });
    expect(order).toEqual(['build:a', 'configure:a']);
  });

  it('goes round a driver that is full', () => {
    const schedule = new Schedule(
      [
        anOperation('deploy:a', { driver: 'local', last_duration_ms: 100 }),
        anOperation('deploy:b', { driver: 'local', last_duration_ms: 90 }),
        anOperation('deploy:c', { driver: 'docker', last_duration_ms: 1 }),
        anOperation('build:d', { last_duration_ms: 1 }),
      ],
      { concurrency: 3, driverLimit: (driver) => (driver === 'local' ? 1 : 5) },
    );
    expect([schedule.next()?.id, schedule.next()?.id, schedule.next()?.id]).toEqual([
      'deploy:a',
      'deploy:c',
      'build:d',
    ]);
    schedule.end('deploy:a', 'succeeded');
    expect(schedule.next()?.id).toBe('deploy:b');
  });

  it('leaves out what was finished before', () => {
    const operations = [anOperation('build:a'), anOperation('deploy:a', { depends_on: ['build:a'] })];
    const schedule = new Schedule(operations, wide, new Set(['build:a']));
    expect([schedule.next()?.id, schedule.next()]).toEqual(['deploy:a', undefined]);
  });

  it('runs every operation once, within all limits, whatever the graph', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        (seed, concurrency, limit) => {
          const operations = randomGraph(seeded(seed), { least: 1, most: 40 });
          const schedule = new Schedule(operations, { concurrency, driverLimit: () => limit });
          const running = new Map<string, Operation>();
          const done = new Set<string>();
          while (done.size < operations.length) {
            for (let next = schedule.next(); next; next = schedule.next()) {
              expect(next.depends_on.every((id) => done.has(id))).toBe(true);
              expect(done.has(next.id) || running.has(next.id)).toBe(false);
              running.set(next.id, next);
            }
            expect(running.size).toBeGreaterThan(0);
            expect(running.size).toBeLessThanOrEqual(concurrency);
            for (const driver of ['one', 'two'])
              expect([...running.values()].filter((o) => o.driver === driver).length).toBeLessThanOrEqual(limit);
            const [ended] = running.keys();
            running.delete(ended ?? '');
            done.add(ended ?? '');
            schedule.end(ended ?? '', 'succeeded');
          }
          expect(schedule.running).toBe(0);
        },
      ),
    );
  });

  it(`comes within 5 % of the lower bound on average over ${GRAPHS} random graphs (seed ${SEED})`, () => {
    const random = seeded(SEED);
    let sum = 0;
    for (let graph = 0; graph < GRAPHS; graph++) {
      const operations = randomGraph(random, { least: 5, most: 120 });
      const { makespan, bound } = simulate(operations, {
        concurrency: 2 + Math.floor(random() * 7),
        driverLimit: () => 100,
      });
      expect(makespan).toBeGreaterThanOrEqual(bound * (1 - 1e-9));
      sum += makespan / bound;
    }
    console.log(`schedule: mean of makespan / bound over ${GRAPHS} graphs, seed ${SEED}: ${(sum / GRAPHS).toFixed(4)}`);
    expect(sum / GRAPHS).toBeLessThan(1.05);
  });

  it('costs about as much per operation with 20,000 operations as with 2,000', () => {
    expect(costPerOperation(20_000) / costPerOperation(2_000)).toBeLessThan(5);
  });
});

/** Processor time, the least of some rounds: a quadratic scheduler is ten times over. */
function costPerOperation(size: number): number {
  const operations = randomGraph(seeded(7), { least: size, most: size });
  return leastProcessorTime(4, () => void simulate(operations, { concurrency: 8, driverLimit: () => 4 })) / size;
}
