import { describe, expect, test } from 'vitest';
import { isStale } from '../../src/plan/basis.ts';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planId } from '../../src/plan/finish.ts';
import {
  aConfiguration,
  aDatabase,
  aDeployment,
  aMigration,
  aMigrationStatus,
  anEnvironmentState,
  aRelease,
  aSnapshot,
  digestOf,
  observed,
  type SnapshotDraft,
} from '../support/snapshots.ts';

const live = [aRelease('api'), aRelease('web')];
const current = anEnvironmentState(live);
const draft: SnapshotDraft = {
  current,
  databaseConfigs: [aDatabase('main')],
  databases: { main: aMigrationStatus({ pending: [aMigration('0002_more')] }) },
};
const snapshot = aSnapshot(draft);
const { plan } = planDeploy(snapshot);

describe('a plan fits as long as', () => {
  test('nothing moved', () => {
    expect(isStale(plan, aSnapshot(draft))).toEqual([]);
  });

  test('only other environments moved, which count the serial up', () => {
    expect(isStale(plan, { ...snapshot, state: { ...snapshot.state, serial: 99 } })).toEqual([]);
  });

  test('only durations were learned', () => {
    const learned = { ...current, durations: { 'build:web': 1 } };
    expect(isStale(plan, aSnapshot({ ...draft, current: learned }))).toEqual([]);
  });

  test('the state came into being elsewhere after a plan without one', () => {
    const first = aSnapshot();
    const born = { ...first, state: { ...first.state, serial: 1, lineage: 'new' } };
    expect(isStale(planDeploy(first).plan, born)).toEqual([]);
  });
});

describe('a plan is stale when', () => {
  test.each<[string, SnapshotDraft, string]>([
    ['the environment moved', { current: { ...current, resources: {} } }, 'staging was changed since'],
    [
      'something was deployed and undone',
      { current: { ...current, deployments: [...current.deployments, aDeployment(live, { run_id: 'run_9' })] } },
      'staging was changed since',
    ],
    ['the config moved', { config: { digest: digestOf('other') } }, 'the config file was changed'],
    ['a source moved', { observed: { web: observed({ source: 'second' }) } }, 'sources, variables'],
    ['a variable moved', { observed: { web: observed({ variables: { A: '1' } }) } }, 'sources, variables'],
    ['the configuration moved', { configuration: aConfiguration({ revision: 2 }) }, 'sources, variables'],
    ['a migration was applied', { databases: { main: aMigrationStatus() } }, 'sources, variables'],
    ['a live release is gone', { inspections: { web: { state: 'absent', releases: [] } } }, 'sources, variables'],
  ])('%s', (_, moved, reason) => {
    expect(isStale(plan, aSnapshot({ ...draft, ...moved }))).toEqual([expect.stringContaining(reason)]);
  });

  test('it belongs to another state', () => {
    const other = { ...snapshot, state: { ...snapshot.state, lineage: 'other' } };
    expect(isStale(plan, other)).toEqual(['the state is that of another project folder']);
  });
});

describe('the id of a plan', () => {
  test('is that of its content, however it was stored', () => {
    expect(plan.id).toMatch(/^plan_[0-9a-f]{16}$/);
    expect(planId(JSON.parse(JSON.stringify(plan)))).toBe(plan.id);
  });

  test('differs once anything in it was altered', () => {
    expect(planId({ ...plan, env: 'production' })).not.toBe(plan.id);
    expect(planId({ ...plan, gates: [{ name: 'x', met: true, message: '' }] })).not.toBe(plan.id);
  });
});
