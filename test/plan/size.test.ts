import { expect, test } from 'vitest';
import { planDeploy } from '../../src/plan/deploy.ts';
import { estimate } from '../../src/plan/estimate.ts';
import { joinAll, type Step, settle, step } from '../../src/plan/step.ts';
import { planText } from '../../src/report/plan/text.ts';
import { aDatabase, aMigration, aMigrationStatus, aService, aSnapshot } from '../support/snapshots.ts';

function steps(prefix: string, amount: number): Step[] {
  return Array.from({ length: amount }, (_, index) =>
    step({
      id: `${prefix}${index}`,
      type: 'build',
      title: prefix,
      because: prefix,
      changes: [],
      action: { do: 'check', service: prefix },
      timeout_ms: 1,
    }),
  );
}

/** Whether everything of the second group waits for everything of the first, directly or not. */
function allWait(earlier: readonly Step[], later: readonly Step[]): boolean {
  const operations = settle([...earlier, ...later], {});
  const before = new Map<string, Set<string>>();
  for (const { id, depends_on } of operations) {
    before.set(id, new Set(depends_on.flatMap((wanted) => [wanted, ...(before.get(wanted) ?? [])])));
  }
  return later.every((one) => earlier.every((other) => before.get(one.operation.id)?.has(other.operation.id)));
}

test.each([
  [1, 1],
  [8, 50],
  [50, 8],
  [20, 20],
  [9, 40],
  [40, 9],
])('%i steps before %i others are all waited for, with few edges', (earlier, later) => {
  const [first, second] = [steps('a', earlier), steps('b', later)];
  joinAll(first, second);
  expect(allWait(first, second)).toBe(true);
  const edges = [...first, ...second].reduce((sum, { waits }) => sum + waits.size, 0);
  expect(edges).toBeLessThanOrEqual(8 * (earlier + later));
});

test.each([
  [10_000, 'without', {}, 4],
  [1_000, 'with', { release_command: 'node migrate.js' }, 5],
])('a plan of %i services %s release commands has a few operations and edges each', (amount, _, more, operations) => {
  const services = Array.from({ length: amount }, (_, index) =>
    aService(`s${index}`, { after: index > 0 ? [`s${index - 1}`] : [], ...more }),
  );
  const { plan } = planDeploy(
    aSnapshot({
      services,
      databaseConfigs: [aDatabase('main')],
      databases: { main: aMigrationStatus({ pending: [aMigration('0001_first')] }) },
    }),
  );
  expect(plan.operations).toHaveLength(operations * amount + 1);
  const edges = plan.operations.reduce((sum, { depends_on }) => sum + depends_on.length, 0);
  expect(edges).toBeLessThan(4 * operations * amount);
  expect(planText(plan).split('\n').length).toBeGreaterThan(4 * amount);
});

test('an estimate follows the longest way, and is left out when a step on it never ran', () => {
  const [a, b, c] = [steps('a', 1), steps('b', 1), steps('c', 1)];
  joinAll([...a, ...b], c);
  const all = [...a, ...b, ...c];
  expect(estimate(settle(all, { a0: 100, b0: 900, c0: 50 }))).toEqual({ duration_ms: 950, known: 3, unknown: 0 });
  expect(estimate(settle(all, { b0: 900, c0: 50 }))).toEqual({ duration_ms: 950, known: 2, unknown: 1 });
  expect(estimate(settle(all, { a0: 100, b0: 900 }))).toEqual({ known: 2, unknown: 1 });
  expect(estimate([])).toEqual({ duration_ms: 0, known: 0, unknown: 0 });
});
