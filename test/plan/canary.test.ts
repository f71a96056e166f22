import { describe, expect, test } from 'vitest';
import { planCanaryAbort, planCanaryPromote } from '../../src/plan/canary.ts';
import { planDeploy } from '../../src/plan/deploy.ts';
import {
  aCanary,
  aDatabase,
  aDriver,
  aMigration,
  aMigrationStatus,
  anEnvironmentState,
  aRelease,
  aSnapshot,
  aVersion,
  LOCAL,
  observed,
  record,
} from '../support/snapshots.ts';
import { ancestors, graph, ids, operation } from './reading.ts';

const live = [aRelease('api'), aRelease('web')];
const current = anEnvironmentState(live);
const changed = { api: observed({ source: 'second', files: 1 }), web: observed({ source: 'second', files: 1 }) };
const rollout = {
  strategy: 'canary',
  steps: [10, 50],
  interval: 300_000,
  max_error_rate: 0.01,
  min_requests: 50,
} as const;

describe('a canary that is held', () => {
  test('places the new version, gives it its share, and leaves the rest for later', () => {
    const databases = { main: aMigrationStatus({ pending: [aMigration('0002_more')] }) };
    const databaseConfigs = [aDatabase('main', 'post_deploy')];
    const { plan, errors } = planDeploy(aSnapshot({ current, observed: changed, databases, databaseConfigs }), {
      canaryPercent: 10,
    });
    expect(errors).toEqual([]);
    expect(graph(plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      deploy:api < build:api
      deploy:web < build:web deploy:api
      traffic:api:10 < deploy:api deploy:web
      traffic:web:10 < deploy:api deploy:web traffic:api:10
      health:api < traffic:api:10
      health:web < traffic:web:10"
    `);
    expect(plan.changes.filter(({ kind }) => kind === 'migration')).toEqual([]);
  });

  test('is an ordinary deploy when there is nothing to split users with', () => {
    const { plan } = planDeploy(aSnapshot(), { canaryPercent: 10 });
    expect(ids(plan)).toContain('traffic:web:100');
    expect(plan.warnings).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('no earlier release of api and web runs in staging'),
      }),
    ]);
    expect(planDeploy(aSnapshot()).plan.warnings).toEqual([]);
  });

  test('gives a service without an older release everything at once', () => {
    const state = anEnvironmentState([aRelease('api')]);
    const { plan } = planDeploy(aSnapshot({ current: state, observed: changed }), { canaryPercent: 10 });
    expect(ids(plan).filter((id) => id.startsWith('traffic:'))).toEqual(['traffic:api:10', 'traffic:web:100']);
    expect(plan.warnings[0]?.message).toContain('no earlier release of web runs');
  });

  test('is refused where the driver cannot split, naming drivers that can', () => {
    const drivers = [aDriver('local', ['switch', 'static', 'process']), aDriver('docker'), aDriver('aws')];
    const { errors } = planDeploy(aSnapshot({ current, observed: changed, drivers }), { canaryPercent: 10 });
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'This machine cannot send a share of the requests to a new release of api',
      fix: 'Deploy without a canary, or use the driver aws and docker',
    });
  });

  test.each([0, 100, -5])('of %i %% is refused', (canaryPercent) => {
    const { errors } = planDeploy(aSnapshot({ current, observed: changed }), { canaryPercent });
    expect(errors).toMatchObject([{ code: 'USAGE', expected: 'a share from 1 to 99' }]);
  });

  test('is refused beside another one, even by force', () => {
    const state = anEnvironmentState(live, { canary: aCanary([aRelease('web', { version: 'ver_2' })]) });
    const { plan } = planDeploy(aSnapshot({ current: state, observed: changed }), { force: true });
    expect(plan.gates).toMatchObject([{ name: 'canary_in_progress', met: false }]);
    expect(plan.gates[0]?.fix).toContain('deployer canary promote --env staging');
  });
});

describe('a canary that goes on by itself', () => {
  test('watches each step before it takes the next, and cleans up at the end', () => {
    const { plan } = planDeploy(aSnapshot({ current, observed: changed, environment: { rollout } }));
    expect(graph(plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      deploy:api < build:api
      deploy:web < build:web deploy:api
      traffic:api:10 < deploy:api deploy:web
      traffic:web:10 < deploy:api deploy:web traffic:api:10
      watch:10 < traffic:api:10 traffic:web:10
      traffic:api:50 < watch:10
      traffic:web:50 < watch:10 traffic:api:50
      watch:50 < traffic:api:50 traffic:web:50
      traffic:api:100 < watch:50
      traffic:web:100 < watch:50 traffic:api:100
      health:api < traffic:api:100
      health:web < traffic:web:100
      cleanup:api < health:api health:web
      cleanup:web < health:api health:web"
    `);
  });

  test('says how long each step is watched and what it tolerates', () => {
    const { plan } = planDeploy(aSnapshot({ current, observed: changed, environment: { rollout } }));
    expect(operation(plan, 'watch:10')).toMatchObject({
      title: 'Watch the canary at 10 % for 5m 0s',
      because: 'at most 1 % of requests may fail',
      action: { do: 'watch', services: ['api', 'web'], interval_ms: 300_000, max_error_rate: 0.01, min_requests: 50 },
      timeout_ms: 360_000,
    });
  });

  test('counts the watching in its estimate', () => {
    const state = { ...current, durations: Object.fromEntries(durationsOf(1_000)) };
    const { plan } = planDeploy(aSnapshot({ current: state, observed: changed, environment: { rollout } }));
    expect(plan.estimate.duration_ms).toBeGreaterThan(600_000);
    expect(plan.estimate.unknown).toBe(0);
  });

  test('needs a driver that counts failed requests', () => {
    const drivers = [aDriver('local', ['switch', 'weights', 'static', 'process'])];
    const { errors } = planDeploy(aSnapshot({ current, observed: changed, drivers, environment: { rollout } }));
    expect(errors[0]).toMatchObject({ code: 'UNSUPPORTED', fix: 'Deploy without a canary' });
    expect(errors[0]?.message).toContain('cannot be watched');
  });

  test('needs a driver that tells how long answers take only where that is judged', () => {
    const drivers = [aDriver('local', ['switch', 'weights', 'metrics', 'static', 'process'])];
    const planned = (more: object) =>
      planDeploy(aSnapshot({ current, observed: changed, drivers, environment: { rollout: { ...rollout, ...more } } }));
    expect(planned({}).errors).toEqual([]);
    expect(planned({ max_latency_ratio: 2 }).errors[0]).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('max_latency_ratio cannot be kept'),
      fix: 'Leave rollout.max_latency_ratio out',
    });
  });
});

describe('promoting a canary', () => {
  const canary = aCanary([aRelease('web', { version: 'ver_2', source: 'second' })]);
  const state = anEnvironmentState(live, { canary });

  test('gives it all users, then does what the deploy had held back', () => {
    const databases = { main: aMigrationStatus({ pending: [aMigration('0002_drop', { phase: 'contract' })] }) };
    const databaseConfigs = [aDatabase('main', 'post_deploy')];
    const { plan } = planCanaryPromote(aSnapshot({ current: state, databases, databaseConfigs }));
    expect(plan).toMatchObject({ intent: 'canary_promote', version_id: 'ver_2' });
    expect(graph(plan)).toMatchInlineSnapshot(`
      "traffic:web:100 <
      migrate:main:post_deploy < traffic:web:100
      health:web < traffic:web:100 migrate:main:post_deploy
      cleanup:web < migrate:main:post_deploy health:web"
    `);
    expect(operation(plan, 'traffic:web:100').compensation?.unless_started).toEqual(['migrate:main:post_deploy']);
  });

  test('runs no migration that is not part of its version', () => {
    const [mine, later] = [aMigration('0002_mine'), aMigration('0003_later')];
    const databases = { main: aMigrationStatus({ pending: [mine, later] }) };
    const databaseConfigs = [aDatabase('main', 'post_deploy')];
    const version = aVersion([], { id: 'ver_2', migrations: { main: [record(mine)] } });
    const { plan } = planCanaryPromote(aSnapshot({ current: state, databases, databaseConfigs, version }));
    expect(operation(plan, 'migrate:main:post_deploy').changes).toEqual(['+ 0002_mine (expand)']);
    expect(plan.warnings).toMatchObject([{ message: 'Not part of ver_2, so not run on main: 0003_later' }]);
  });

  test('without a canary is an error', () => {
    expect(planCanaryPromote(aSnapshot({ current })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('aborting a canary', () => {
  const canary = aCanary([aRelease('api', { version: 'ver_2' }), aRelease('web', { version: 'ver_2' })]);
  const state = anEnvironmentState(live, { canary });

  test('takes users back, dependents first, and then removes the candidates', () => {
    const { plan } = planCanaryAbort(aSnapshot({ current: state }));
    expect(plan).toMatchObject({ intent: 'canary_abort', version_id: 'ver_1' });
    expect(graph(plan)).toMatchInlineSnapshot(`
      "traffic:web:0 <
      traffic:api:0 < traffic:web:0
      cleanup:web < traffic:web:0 traffic:api:0
      cleanup:api < traffic:web:0 traffic:api:0"
    `);
    expect(operation(plan, 'cleanup:web').action).toEqual({ do: 'withdraw', service: 'web' });
  });

  test('without a canary is an error', () => {
    expect(planCanaryAbort(aSnapshot({ current })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

test('a first release without a switch beside a canary waits for what it comes after to be in place', () => {
  const base = aSnapshot();
  const [api, web] = [base.environment.services['api'], base.environment.services['web']];
  if (!api || !web) throw new Error('no services');
  const { plan } = planDeploy(
    aSnapshot({
      services: [api, { ...web, driver: 'direct' }],
      drivers: [aDriver('local', LOCAL), aDriver('direct', ['static', 'process'])],
      current: anEnvironmentState([aRelease('api')]),
      observed: changed,
      environment: { rollout },
    }),
  );
  expect(ancestors(plan, 'deploy:web')).toContain('deploy:api');
  expect(plan.operations.at(-1)?.id).toBe('cleanup:api');
});

function durationsOf(ms: number): [string, number][] {
  const services = ['api', 'web'];
  const steps = ['build:X', 'deploy:X', 'traffic:X:10', 'traffic:X:50', 'traffic:X:100', 'health:X', 'cleanup:X'];
  return services.flatMap((name) => steps.map((id): [string, number] => [id.replace('X', name), ms]));
}
