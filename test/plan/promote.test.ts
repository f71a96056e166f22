import { describe, expect, test } from 'vitest';
import { planPromote } from '../../src/plan/promote.ts';
import { planText } from '../../src/report/plan/text.ts';
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
  aSnapshot,
  aVersion,
  CANARY,
  observed,
  record,
  type SnapshotDraft,
} from '../support/snapshots.ts';
import { ids, operation } from './reading.ts';

const built = [
  aRelease('api', { version: 'ver_2', source: 'second', variables: { LEVEL: 'debug' } }),
  aRelease('web', { version: 'ver_2', source: 'second', buildVariables: { API_URL: 'https://staging' } }),
];
const live = [
  aRelease('api', { variables: { LEVEL: 'info' } }),
  aRelease('web', { buildVariables: { API_URL: 'https://staging' } }),
];
const version = aVersion(built, { name: 'v3.2' });
const from = anEnvironmentState(built);
const production = { name: 'production', mode: 'production', promote_from: ['staging'] } as const;
const seen = {
  api: observed({ source: 'tree', variables: { LEVEL: 'info' } }),
  web: observed({ source: 'tree', buildVariables: { API_URL: 'https://staging' } }),
};

function promotion(draft: SnapshotDraft = {}) {
  const current = anEnvironmentState(live, { name: 'production' });
  return aSnapshot({ environment: production, current, from, version, observed: seen, ...draft });
}

describe('promoting', () => {
  test('says why a platform builds again what is promoted', () => {
    const driver = { ...aDriver(), traitsOf: () => ({ ...aDriver(), rebuilds: 'the platform keeps no image' }) };
    const { plan } = planPromote(promotion({ drivers: [driver] }));
    expect(operation(plan, 'deploy:api').because).toBe('promoted from staging; the platform keeps no image');
  });

  test('places the same artifacts, whatever the working tree holds', () => {
    const { plan, errors } = planPromote(promotion());
    expect(errors).toEqual([]);
    expect(planText(plan)).toMatchInlineSnapshot(`
      "Promote v3.2 (ver_2) from staging to production  plan_e00c073fc3170e91

      Operations
        deploy:api       Deploy api                  promoted from staging
        deploy:web       Deploy web                  promoted from staging
        traffic:api:100  Move users of api           everything is in place
        traffic:web:100  Move users of web           everything is in place
        health:api       Check api                   the new release is live
        health:web       Check web                   the new release is live
        cleanup:api      Remove old releases of api  no old release is kept
        cleanup:web      Remove old releases of web  no old release is kept

      Changes
        ~ service api: ver_1 → ver_2
        ~ service web: ver_1 → ver_2

      Gates
        ✓ promote_from: production takes versions from staging
        ✓ source_healthy: The last deploy of staging was healthy

      8 operations
      "
    `);
    expect(operation(plan, 'deploy:web').action).toEqual({ do: 'place', service: 'web', version: 'ver_2' });
  });

  test('shows the difference of configurations', () => {
    const before = aConfiguration({ variables: { LEVEL: 'debug' } });
    const current = anEnvironmentState(live, { deployments: [aDeployment(live, { configuration: before })] });
    const configuration = aConfiguration({ variables: { LEVEL: 'info' } });
    expect(planPromote(promotion({ current, configuration })).plan.changes).toContainEqual({
      kind: 'variable',
      name: 'LEVEL',
      change: 'update',
      from: 'debug',
      to: 'info',
    });
  });

  test('the version that runs already changes nothing', () => {
    const current = anEnvironmentState([
      aRelease('api', { version: 'ver_2', source: 'second', variables: { LEVEL: 'info' } }),
      aRelease('web', { version: 'ver_2', source: 'second', buildVariables: { API_URL: 'https://staging' } }),
    ]);
    const { plan } = planPromote(promotion({ current }));
    expect(plan.operations).toEqual([]);
    expect(plan.unchanged[0]?.because).toBe('already runs v3.2 (ver_2) with the same variables and options');
  });

  test('leaves a service alone that is not part of the version', () => {
    const [api] = built;
    const { plan } = planPromote(promotion({ version: aVersion(api ? [api] : []) }));
    expect(plan.unchanged).toEqual([{ service: 'web', because: 'not part of ver_2' }]);
  });

  test('names a part of the version that the config no longer has', () => {
    const withWorker = aVersion([...built, aRelease('worker')]);
    expect(planPromote(promotion({ version: withWorker })).plan.warnings).toMatchObject([
      { message: 'ver_2 has a worker, which the config no longer has; it is left out' },
    ]);
  });

  test('without a version is an error', () => {
    const { version: _, ...rest } = promotion();
    expect(planPromote(rest).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('rolls out by canary where the environment says so', () => {
    expect(ids(planPromote(promotion({ environment: { ...production, rollout: CANARY } })).plan)).toContain('watch:10');
  });
});

describe('a service whose build-time variables differ', () => {
  const other = { ...seen, web: observed({ source: 'tree', buildVariables: { API_URL: 'https://production' } }) };

  test('is rebuilt, and the plan says why', () => {
    const { plan } = planPromote(promotion({ observed: other }));
    expect(operation(plan, 'build:web').because).toBe(
      'build-time variable API_URL differs between staging and production',
    );
    expect(operation(plan, 'deploy:web').action).toMatchObject({ version: 'new' });
    expect(operation(plan, 'deploy:api').action).toMatchObject({ version: 'ver_2' });
    expect(plan.gates).toContainEqual({
      name: 'same_source',
      met: true,
      message: 'web is rebuilt from the same commit',
    });
  });

  test('is not rebuilt from another commit', () => {
    const { plan } = planPromote(promotion({ observed: other, source: { commit: 'def456' } }));
    expect(plan.gates).toMatchObject([{}, {}, { name: 'same_source', met: false, fix: 'git checkout abc123' }]);
  });

  test('is left alone when an earlier promotion built it for this environment', () => {
    const web = aRelease('web', { source: 'tree', buildVariables: { API_URL: 'https://production' } });
    const current = anEnvironmentState([aRelease('api', { source: 'second', variables: { LEVEL: 'info' } }), web]);
    expect(planPromote(promotion({ observed: other, current })).plan.operations).toEqual([]);
  });
});

describe('gates', () => {
  const gate = (draft: SnapshotDraft, name: string, force = false) =>
    planPromote(promotion(draft), { force }).plan.gates.find((one) => one.name === name);

  test('a source that the environment takes, healthy: met', () => {
    expect(gate({}, 'promote_from')?.met).toBe(true);
    expect(gate({}, 'source_healthy')?.met).toBe(true);
  });

  test('another source: refused, with the command that would work', () => {
    const dev = { ...from, name: 'dev' };
    expect(gate({ from: dev }, 'promote_from')).toMatchObject({
      met: false,
      fix: 'deployer env promote staging production',
    });
    expect(gate({ from: dev }, 'promote_from', true)?.met).toBe(true);
  });

  test('any source, where the environment names none', () => {
    expect(gate({ environment: { ...production, promote_from: [] } }, 'promote_from')?.met).toBe(true);
  });

  test.each([
    [
      'whose last deploy was unhealthy',
      anEnvironmentState(built, { deployments: [aDeployment(built, { healthy: false })] }),
    ],
    ['with a canary under way', anEnvironmentState(built, { canary: aCanary(built) })],
    ['that was never deployed', anEnvironmentState([])],
  ])('a source %s: refused', (_, source) => {
    expect(gate({ from: source }, 'source_healthy')?.met).toBe(false);
  });
});

describe('migrations of a promotion', () => {
  const [mine, later] = [aMigration('0002_mine'), aMigration('0003_later')];
  const databaseConfigs = [aDatabase('main')];
  const migrated = { ...version, migrations: { main: [record(mine)] } };

  test('are those of the version; later ones stay pending', () => {
    const databases = { main: aMigrationStatus({ pending: [mine, later] }) };
    const { plan } = planPromote(promotion({ databaseConfigs, databases, version: migrated }));
    expect(operation(plan, 'migrate:main:pre_deploy').changes).toEqual(['+ 0002_mine (expand)']);
    expect(plan.warnings).toMatchObject([{ message: expect.stringContaining('0003_later') }]);
  });

  test.each([
    ['missing', []],
    ['changed', [aMigration('0002_mine', { checksum: later.checksum })]],
  ])('that are %s in the working tree are an error', (_, pending) => {
    const databases = { main: aMigrationStatus({ pending }) };
    const { errors } = planPromote(promotion({ databaseConfigs, databases, version: migrated }));
    expect(errors).toMatchObject([{ code: 'MIGRATION_REFUSED', fix: 'git checkout abc123' }]);
  });
});
