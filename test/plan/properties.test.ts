import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MigrationStrategy } from '../../src/core/config.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { planCanaryAbort, planCanaryPromote } from '../../src/plan/canary.ts';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planDestroy } from '../../src/plan/destroy.ts';
import { planId } from '../../src/plan/finish.ts';
import { planMigrate } from '../../src/plan/migrate.ts';
import { planPromote } from '../../src/plan/promote.ts';
import { planRedeploy } from '../../src/plan/redeploy.ts';
import { planRollback } from '../../src/plan/rollback.ts';
import {
  aCanary,
  aConfiguration,
  aDatabase,
  aDeployment,
  aDriver,
  aMigration,
  aMigrationStatus,
  anEnvironmentState,
  aRelease,
  aService,
  aSnapshot,
  aVersion,
  LOCAL,
  observed,
  running,
} from '../support/snapshots.ts';
import { ancestors, ids } from './reading.ts';

const PLANNERS: Readonly<Record<string, (snapshot: Snapshot) => { readonly plan: Plan }>> = {
  deploy: (snapshot) => planDeploy(snapshot),
  canary: (snapshot) => planDeploy(snapshot, { canaryPercent: 10 }),
  'deploy of one service': (snapshot) => planDeploy(snapshot, { services: ['s0'], force: true }),
  redeploy: planRedeploy,
  promote: (snapshot) => planPromote(snapshot),
  rollback: (snapshot) => planRollback(snapshot),
  'rollback with the schema': (snapshot) => planRollback(snapshot, { migrateDown: true }),
  'canary promote': planCanaryPromote,
  'canary abort': planCanaryAbort,
  migrate: (snapshot) => planMigrate(snapshot),
  destroy: planDestroy,
};

const serviceDraft = fc.record({
  driver: fc.constantFrom('local', 'direct', 'platform'),
  /** Which of the services before it this one comes after, by bits. */
  after: fc.nat(0xffffff),
  live: fc.boolean(),
  checked: fc.boolean(),
  command: fc.boolean(),
  change: fc.constantFrom('none', 'files', 'variables', 'options', 'build variables', 'drift'),
  candidate: fc.boolean(),
});

const databaseDraft = fc.record({
  strategy: fc.constantFrom<MigrationStrategy>('pre_deploy', 'post_deploy', 'manual'),
  pending: fc.array(fc.constantFrom('expand' as const, 'contract' as const), { maxLength: 3 }),
  applied: fc.array(fc.boolean(), { maxLength: 3 }),
});

/** Up to 24 services, so that plans grow past the size up to which every edge is written out. */
const drafts = fc.record({
  services: fc.array(serviceDraft, { maxLength: 24 }),
  databases: fc.array(databaseDraft, { maxLength: 12 }),
  strategy: fc.constantFrom('all' as const, 'canary' as const),
  canary: fc.boolean(),
});
const snapshots = drafts.map(build);
const switching = drafts.map((draft) =>
  build({ ...draft, services: draft.services.map((service) => ({ ...service, driver: 'local' })) }),
);

describe.each(Object.entries(PLANNERS))('whatever the snapshot, a plan to %s', (_, plan) => {
  test('lists each operation once, after everything it waits for, with a reason', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const seen = new Set<string>();
        for (const operation of plan(snapshot).plan.operations) {
          expect(seen.has(operation.id)).toBe(false);
          for (const earlier of operation.depends_on) expect(seen.has(earlier)).toBe(true);
          expect(operation.because).not.toBe('');
          expect(operation.timeout_ms).toBeGreaterThan(0);
          seen.add(operation.id);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('has the same bytes whatever the order of keys in the snapshot', () => {
    fc.assert(
      fc.property(snapshots, fc.integer(), (snapshot, seed) => {
        const first = plan(snapshot).plan;
        const second = plan(shuffled(snapshot, seed) as Snapshot).plan;
        expect(JSON.stringify(second)).toBe(JSON.stringify(first));
        expect(planId(first)).toBe(first.id);
      }),
      { numRuns: 25 },
    );
  });
});

test('where every driver switches, users are moved only once every release is in place', () => {
  fc.assert(
    fc.property(switching, (snapshot) => {
      const { plan } = planDeploy(snapshot);
      const deploys = ids(plan).filter((id) => id.startsWith('deploy:'));
      for (const id of ids(plan).filter((one) => one.startsWith('traffic:'))) {
        const before = ancestors(plan, id);
        for (const deploy of deploys) expect(before).toContain(deploy);
      }
    }),
    { numRuns: 40 },
  );
});

test('where every driver switches, nothing is placed before every release command is through', () => {
  fc.assert(
    fc.property(switching, (snapshot) => {
      const { plan } = planDeploy(snapshot);
      const jobs = ids(plan).filter((id) => id.startsWith('job:'));
      for (const id of ids(plan).filter((one) => one.startsWith('deploy:')))
        expect([...ancestors(plan, id)]).toEqual(expect.arrayContaining(jobs));
      for (const id of jobs)
        expect([...ancestors(plan, id)].filter((one) => /^(deploy|traffic):/.test(one))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('whatever the snapshot, nothing is placed before what it comes after, nor before its schema', () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const { plan } = planDeploy(snapshot);
      const all = new Set(ids(plan));
      const schema = [...all].filter((id) => id.endsWith(':pre_deploy'));
      for (const { name, after } of Object.values(snapshot.environment.services)) {
        if (!all.has(`deploy:${name}`)) continue;
        const before = ancestors(plan, `deploy:${name}`);
        const earlier = [`job:${name}`, ...after.map((one) => `deploy:${one}`)].filter((id) => all.has(id));
        for (const id of [...earlier, ...schema]) expect(before).toContain(id);
      }
    }),
    { numRuns: 40 },
  );
});

type ServiceDraft = typeof serviceDraft extends fc.Arbitrary<infer T> ? T : never;
type DatabaseDraft = typeof databaseDraft extends fc.Arbitrary<infer T> ? T : never;
type Draft = typeof drafts extends fc.Arbitrary<infer T> ? T : never;

function build({ services, databases, strategy, canary }: Draft): Snapshot {
  const name = (index: number) => `s${index}`;
  const releases = services.flatMap(({ live, driver }, index) =>
    live ? [aRelease(name(index), { driver, variables: { LEVEL: 'info' } })] : [],
  );
  const candidates = services.flatMap(({ candidate }, index) =>
    candidate ? [aRelease(name(index), { version: 'ver_2' })] : [],
  );
  const built = services.map((_, index) => aRelease(name(index), { version: 'ver_0', source: 'zero' }));
  const past = aDeployment(built, { configuration: aConfiguration({ variables: { OLD: '1' } }) });
  const state = anEnvironmentState(releases, {
    deployments: [past, aDeployment(releases, { run_id: 'run_2' })],
    ...(canary ? { canary: aCanary(candidates) } : {}),
  });
  return aSnapshot({
    services: services.map((draft, index) => serviceOf(draft, index)),
    observed: Object.fromEntries(services.map(({ change }, index) => [name(index), observedOf(change)])),
    inspections: Object.fromEntries(
      services.flatMap(({ change }, index) =>
        change === 'drift' ? [[name(index), running(aRelease(name(index)), { state: 'failed' })]] : [],
      ),
    ),
    drivers: [
      aDriver('local', LOCAL),
      aDriver('direct', ['static', 'process']),
      aDriver('platform', ['static', 'process', 'provision', 'configure', 'build', 'switch', 'rollback']),
    ],
    databaseConfigs: databases.map((draft, index) => aDatabase(`d${index}`, draft.strategy)),
    databases: Object.fromEntries(databases.map((draft, index) => [`d${index}`, databaseOf(draft)])),
    environment: { rollout: { strategy, steps: [10, 50], interval: 1_000, max_error_rate: 0.01, min_requests: 50 } },
    configuration: aConfiguration({
      variables: { LEVEL: 'debug' },
      secrets: { TOKEN: 'env:T' },
      flags: { BETA: true },
    }),
    current: state,
    version: aVersion(built),
    from: anEnvironmentState(built, { name: 'dev' }),
  });
}

function serviceOf({ driver, after, checked, command }: ServiceDraft, index: number) {
  const earlier = Array.from({ length: index }, (_, one) => `s${one}`).filter((_, one) => (after >> one) & 1);
  const { health, ...service } = aService(`s${index}`, {
    driver,
    after: earlier,
    ...(command ? { release_command: 'node migrate.js' } : {}),
  });
  return checked && health ? { ...service, health } : service;
}

function observedOf(change: ServiceDraft['change']) {
  const variables = { LEVEL: 'info' };
  switch (change) {
    case 'files':
      return observed({ source: 'second', files: 2, variables });
    case 'variables':
      return observed({ variables: { LEVEL: 'debug', MORE: '1' } });
    case 'options':
      return observed({ options: 'second', variables });
    case 'build variables':
      return observed({ source: 'second', variables, buildVariables: { API_URL: 'x' } });
    default:
      return observed({ variables });
  }
}

function databaseOf({ pending, applied }: DatabaseDraft) {
  return aMigrationStatus({
    applied: applied.map((has_down, index) => aMigration(`000${index}_applied`, { has_down })),
    pending: pending.map((phase, index) => aMigration(`001${index}_pending`, { phase })),
  });
}

/** The same value with the keys of all objects in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (value === null || typeof value !== 'object') return value;
  const rank = (key: string) => [...key].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 16_777_619), seed);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([key, member]) => [key, shuffled(member, seed)]));
}
