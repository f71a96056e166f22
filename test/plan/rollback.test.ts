import { describe, expect, test } from 'vitest';
import { planRedeploy } from '../../src/plan/redeploy.ts';
import { planRollback } from '../../src/plan/rollback.ts';
import { planText } from '../../src/report/plan/text.ts';
import {
  aConfiguration,
  aDatabase,
  aDeployment,
  aMigration,
  aMigrationStatus,
  anEnvironmentState,
  aRelease,
  aSnapshot,
  aVersion,
  CANARY,
  observed,
  record,
  running,
  type SnapshotDraft,
} from '../support/snapshots.ts';
import { ancestors, ids, operation } from './reading.ts';

const old = [aRelease('api', { variables: { LEVEL: 'info' } }), aRelease('web')];
const now = [
  aRelease('api', { version: 'ver_2', source: 'second', variables: { LEVEL: 'debug' } }),
  aRelease('web', { version: 'ver_1' }),
];
const notes = aMigration('0001_notes');
const past = aDeployment(old, {
  configuration: aConfiguration({ variables: { LEVEL: 'info' } }),
  migrations: { main: [record(notes)] },
});
const present = aDeployment(now, {
  version_id: 'ver_2',
  run_id: 'run_2',
  configuration: aConfiguration({ variables: { LEVEL: 'debug' } }),
});
const current = anEnvironmentState(now, { deployments: [past, present] });

/** The world as it is observed with the configuration that the earlier version ran with. */
function back(draft: SnapshotDraft = {}) {
  return aSnapshot({
    current,
    version: aVersion(old),
    observed: { api: observed({ variables: { LEVEL: 'info' } }) },
    ...draft,
  });
}

describe('rolling back', () => {
  test('places the earlier artifacts with the configuration they ran with', () => {
    const { plan, errors } = planRollback(back());
    expect(errors).toEqual([]);
    expect(planText(plan, { verbose: true })).toMatchInlineSnapshot(`
      "Roll staging back to ver_1  plan_956f07b3f1527a5d

      Operations
        deploy:api       Deploy api again            back to ver_1; variable LEVEL
                                                     changed
            ~ LEVEL
            on failure: Withdraw the new release of api
        traffic:api:100  Move users of api           everything is in place
            ~ share of the new release: 100 %
            after deploy:api
            on failure: Move users of api back
        health:api       Check api                   the new release is live
            after traffic:api:100
        cleanup:api      Remove old releases of api  no old release is kept
            after health:api

      Unchanged
        web: already runs what ver_1 ran

      Changes
        ~ service api: ver_2 → ver_1
        ~ variable LEVEL: debug → info

      4 operations, 1 service unchanged
      "
    `);
    expect(operation(plan, 'deploy:api').action).toEqual({ do: 'place', service: 'api', version: 'ver_1' });
  });

  test('never goes by canary', () => {
    expect(ids(planRollback(back({ environment: { rollout: CANARY } })).plan)).toContain('traffic:api:100');
  });

  test('keeps the present configuration, with a warning, when the earlier one is forgotten', () => {
    const forgotten = anEnvironmentState(now, { deployments: [present] });
    const { plan } = planRollback(back({ current: forgotten }));
    expect(plan.warnings[0]?.message).toContain('the present configuration stays');
  });

  test('to a version that is not there is an error', () => {
    expect(planRollback(aSnapshot({ current })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('migrations that ran since', () => {
  const databaseConfigs = [aDatabase('main')];
  const adds = aMigration('0002_adds', { has_down: true });
  const drops = aMigration('0003_drops', { phase: 'contract', has_down: true });
  const final = aMigration('0004_final', { phase: 'contract' });
  const since = (...applied: (typeof adds)[]) => ({
    databaseConfigs,
    databases: { main: aMigrationStatus({ applied: [notes, ...applied] }) },
  });

  test('none: no gate', () => {
    expect(planRollback(back(since())).plan.gates).toEqual([]);
  });

  test('that older code runs on with are named and pass', () => {
    const { plan } = planRollback(back(since(adds)));
    expect(plan.gates).toMatchObject([{ name: 'migrations_compatible', met: true }]);
    expect(plan.warnings).toMatchObject([
      { message: 'Ran on main since that version, and left as they are: 0002_adds' },
    ]);
  });

  test('that took something away refuse, and name the ways on', () => {
    const { plan } = planRollback(back(since(adds, drops)));
    expect(plan.gates).toMatchObject([
      { name: 'migrations_compatible', met: false, fix: expect.stringContaining('--migrate-down') },
    ]);
    expect(plan.gates[0]?.message).toContain('0003_drops');
    expect(ids(plan).filter((id) => id.startsWith('migrate:'))).toEqual([]);
  });

  test('are reverted on request, newest first, once the older code has users', () => {
    const { plan } = planRollback(back(since(adds, drops)), { migrateDown: true });
    expect(plan.gates).toMatchObject([{ met: true }]);
    expect(operation(plan, 'migrate:main:down')).toMatchObject({
      changes: ['- 0003_drops', '- 0002_adds'],
      action: { do: 'migrate', direction: 'down', files: [{ id: '0003_drops' }, { id: '0002_adds' }] },
    });
    expect(ancestors(plan, 'migrate:main:down')).toContain('traffic:api:100');
    expect(operation(plan, 'traffic:api:100').compensation?.unless_started).toEqual(['migrate:main:down']);
  });

  test('are reverted only as far as down files reach; what blocks still blocks', () => {
    const { plan } = planRollback(back(since(final, adds)), { migrateDown: true });
    expect(operation(plan, 'migrate:main:down').changes).toEqual(['- 0002_adds']);
    expect(plan.gates).toMatchObject([{ met: false, fix: expect.stringContaining('Write down files for 0004_final') }]);
  });

  test('whose file is gone count by the phase in the ledger', () => {
    const databases = { main: aMigrationStatus({ applied: [notes, final], files: [notes] }) };
    expect(planRollback(back({ databaseConfigs, databases })).plan.gates).toMatchObject([{ met: false }]);
  });

  test('are passed by force, with a warning', () => {
    const { plan } = planRollback(back(since(drops)), { force: true });
    expect(plan.gates).toMatchObject([{ met: true }]);
    expect(plan.warnings.at(-1)).toMatchObject({ code: 'GATE_REFUSED' });
  });

  test('cannot be reverted on a database that stopped half way', () => {
    const main = aMigrationStatus({
      applied: [notes, drops],
      dirty: { id: '0005', statements_done: 1, statements_total: 2 },
    });
    const snapshot = back({ databaseConfigs, databases: { main } });
    expect(planRollback(snapshot).errors).toEqual([]);
    expect(planRollback(snapshot, { migrateDown: true }).errors).toMatchObject([{ code: 'MIGRATION_REFUSED' }]);
  });
});

describe('deploying again', () => {
  const again = (draft: SnapshotDraft = {}) =>
    aSnapshot({
      current: anEnvironmentState(old),
      version: aVersion(old),
      observed: { api: observed({ variables: { LEVEL: 'info' } }) },
      ...draft,
    });

  test('places every artifact of the version once more, and builds nothing', () => {
    const { plan } = planRedeploy(again());
    expect(ids(plan)).toEqual([
      'deploy:api',
      'deploy:web',
      'traffic:api:100',
      'traffic:web:100',
      'health:api',
      'health:web',
      'cleanup:api',
      'cleanup:web',
    ]);
    expect(operation(plan, 'deploy:api')).toMatchObject({
      because: 'the same version again',
      action: { version: 'ver_1' },
    });
  });

  test('takes the variables of today, and names them', () => {
    const { plan } = planRedeploy(again({ observed: { api: observed({ variables: { LEVEL: 'debug' } }) } }));
    expect(operation(plan, 'deploy:api').because).toBe('the same version again; variable LEVEL changed');
  });

  test('warns that a variable baked in by the build stays as it was', () => {
    const web = observed({ buildVariables: { API_URL: 'new' } });
    expect(planRedeploy(again({ observed: { web } })).plan.warnings).toMatchObject([
      { message: expect.stringContaining('API_URL'), fix: 'deployer deploy --env staging' },
    ]);
  });

  test('names drift', () => {
    const [api] = old;
    if (!api) throw new Error('no release');
    const { plan } = planRedeploy(again({ inspections: { api: running(api, { state: 'failed' }) } }));
    expect(operation(plan, 'deploy:api').because).toContain('the live release is not running');
  });

  test('before any deploy is an error', () => {
    expect(planRedeploy(aSnapshot()).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
