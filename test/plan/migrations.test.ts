import { describe, expect, test } from 'vitest';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planMigrate } from '../../src/plan/migrate.ts';
import { planText } from '../../src/report/plan/text.ts';
import {
  aCanary,
  aDatabase,
  aMigration,
  aMigrationStatus,
  anEnvironmentState,
  aRelease,
  aSnapshot,
  CANARY,
  observed,
} from '../support/snapshots.ts';
import { ancestors, graph, ids, operation } from './reading.ts';

const live = [aRelease('api'), aRelease('web')];
const current = anEnvironmentState(live);
const changed = { api: observed({ source: 'second', files: 1 }), web: observed({ source: 'second', files: 1 }) };
const adds = aMigration('0002_add_tags');
const drops = aMigration('0003_drop_body', {
  phase: 'contract',
  phase_source: 'guessed',
  risks: ['DROP COLUMN body'],
});

function withMigrations(strategy: 'pre_deploy' | 'post_deploy' | 'manual', pending = [adds], more = {}) {
  return aSnapshot({
    current,
    observed: changed,
    databaseConfigs: [aDatabase('main', strategy)],
    databases: { main: aMigrationStatus({ applied: [aMigration('0001_notes')], pending }) },
    ...more,
  });
}

describe('pending migrations of a deploy', () => {
  test('that expand run before every deploy, which may still go back', () => {
    const { plan } = planDeploy(withMigrations('pre_deploy'));
    expect(graph(plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      migrate:main:pre_deploy < build:api build:web
      deploy:api < migrate:main:pre_deploy build:api
      deploy:web < migrate:main:pre_deploy build:web deploy:api
      traffic:api:100 < deploy:api deploy:web
      traffic:web:100 < deploy:api deploy:web traffic:api:100
      health:api < traffic:api:100
      health:web < traffic:web:100
      cleanup:api < health:api health:web
      cleanup:web < health:api health:web"
    `);
    expect(operation(plan, 'migrate:main:pre_deploy')).toMatchObject({
      because: '1 migration pending',
      changes: ['+ 0002_add_tags (expand)'],
      timeout_ms: 120_000,
      action: {
        do: 'migrate',
        database: 'main',
        strategy: 'pre_deploy',
        direction: 'up',
        files: [{ id: adds.id, checksum: adds.checksum, phase: 'expand' }],
      },
    });
    expect(operation(plan, 'migrate:main:pre_deploy').compensation).toBeUndefined();
    expect(operation(plan, 'deploy:web').compensation).toBeDefined();
    expect(plan.warnings).toEqual([]);
  });

  test('that take away before the deploy close the way back, come after all builds, and say so', () => {
    const { plan } = planDeploy(withMigrations('pre_deploy', [adds, drops]));
    expect(planText(plan, { verbose: true })).toMatchInlineSnapshot(`
      "Deploy to staging  plan_519b1138f26bf27c

      Operations
        build:api                Build api                       files changed: 1
        build:web                Build web                       files changed: 1
        migrate:main:pre_deploy  Migrate main before the deploy  2 migrations pending; no
                                                                 way back after
                                                                 0003_drop_body
            + 0002_add_tags (expand)
            + 0003_drop_body (contract, guessed: DROP COLUMN body)
            after build:api, build:web
        deploy:api               Deploy api                      files changed: 1
            after migrate:main:pre_deploy, build:api
        deploy:web               Deploy web                      files changed: 1
            after migrate:main:pre_deploy, build:web, deploy:api
        traffic:api:100          Move users of api               everything is in place
            ~ share of the new release: 100 %
            after deploy:api, deploy:web
        traffic:web:100          Move users of web               everything is in place
            ~ share of the new release: 100 %
            after deploy:api, deploy:web, traffic:api:100
        health:api               Check api                       the new release is live
            after traffic:api:100
        health:web               Check web                       the new release is live
            after traffic:web:100
        cleanup:api              Remove old releases of api      no old release is kept
            after health:api, health:web
        cleanup:web              Remove old releases of web      no old release is kept
            after health:api, health:web

      Changes
        ~ service api (was ver_1)
        ~ service web (was ver_1)
        + migration main/0002_add_tags: expand
        + migration main/0003_drop_body: contract, guessed: DROP COLUMN body

      Warnings
        ! 0003_drop_body on main: DROP COLUMN body
          → Read db/main/0003_drop_body.sql once more before it runs
        ! Point of no return: 0003_drop_body on main takes away what older code may
          need, and runs before the new code is live; a failure does not bring the old
          releases back
          → Use strategy post_deploy for main, or split the change: add first, take
          away a release later

      11 operations
      "
    `);
    const undone = plan.operations.filter(({ type, compensation }) => type !== 'infra_provision' && compensation);
    expect(undone).toEqual([]);
    expect(operation(plan, 'migrate:main:pre_deploy').depends_on).toEqual(['build:api', 'build:web']);
  });

  test('that take away, by their own word without harm to older code, leave the way back open', () => {
    const { plan } = planDeploy(withMigrations('pre_deploy', [{ ...drops, compatible: true, risks: [] }]));
    expect(operation(plan, 'traffic:web:100').compensation).toBeDefined();
    expect(plan.warnings).toEqual([]);
  });

  test('at a first deploy close nothing: there is no older code', () => {
    const { plan } = planDeploy(withMigrations('pre_deploy', [adds, drops], { current: undefined, observed: {} }));
    expect(operation(plan, 'deploy:web').compensation).toBeDefined();
    expect(plan.warnings.map(({ message }) => message)).toEqual(['0003_drop_body on main: DROP COLUMN body']);
  });

  test('after the deploy wait for all users, and close the way back once they have started', () => {
    const { plan } = planDeploy(withMigrations('post_deploy', [drops]));
    expect(graph(plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      deploy:api < build:api
      deploy:web < build:web deploy:api
      traffic:api:100 < deploy:api deploy:web
      traffic:web:100 < deploy:api deploy:web traffic:api:100
      migrate:main:post_deploy < traffic:api:100 traffic:web:100
      health:api < traffic:api:100 migrate:main:post_deploy
      health:web < traffic:web:100 migrate:main:post_deploy
      cleanup:api < migrate:main:post_deploy health:api health:web
      cleanup:web < migrate:main:post_deploy health:api health:web"
    `);
    expect(operation(plan, 'deploy:web').compensation?.unless_started).toEqual(['migrate:main:post_deploy']);
    expect(operation(plan, 'traffic:web:100').compensation?.unless_started).toEqual(['migrate:main:post_deploy']);
    expect(plan.warnings.at(-1)?.message).toContain('Point of no return: 0003_drop_body');
  });

  test('after the deploy that expand leave the way back open', () => {
    const { plan } = planDeploy(withMigrations('post_deploy'));
    expect(operation(plan, 'traffic:web:100').compensation).not.toHaveProperty('unless_started');
  });

  test('that are manual are a warning with the command, never an operation', () => {
    const { plan } = planDeploy(withMigrations('manual'));
    expect(ids(plan).filter((id) => id.startsWith('migrate:'))).toEqual([]);
    expect(plan.warnings).toMatchObject([
      {
        message: '1 manual migration of main not run by this plan: 0002_add_tags',
        fix: 'deployer migrate run --env staging --database main',
      },
    ]);
  });

  test('run although no service changed', () => {
    const same = { api: observed(), web: observed() };
    const { plan } = planDeploy(withMigrations('pre_deploy', [adds], { observed: same }));
    expect(ids(plan)).toEqual(['migrate:main:pre_deploy']);
    expect(plan.unchanged).toHaveLength(2);
  });

  test('that take away are refused beside a canary, unless forced', () => {
    const snapshot = withMigrations('pre_deploy', [drops], { environment: { rollout: CANARY } });
    expect(planDeploy(snapshot).plan.gates).toMatchObject([{ name: 'migration_phase', met: false }]);
    expect(planDeploy(snapshot, { force: true }).plan.gates).toMatchObject([{ name: 'migration_phase', met: true }]);
    const expanding = withMigrations('pre_deploy', [adds], { environment: { rollout: CANARY } });
    expect(planDeploy(expanding).plan.gates).toEqual([]);
  });

  test('on a database that stopped half way are an error that names the way out', () => {
    const databases = {
      main: aMigrationStatus({ dirty: { id: '0002_add_tags', statements_done: 2, statements_total: 5 } }),
    };
    const { errors } = planDeploy(withMigrations('pre_deploy', [], { databases }));
    expect(errors).toMatchObject([
      {
        code: 'MIGRATION_REFUSED',
        message: '0002_add_tags on main stopped after statement 2 of 5',
        fix: expect.stringContaining('deployer migrate resolve --env staging --database main'),
      },
    ]);
  });

  test('with changed or missing files are errors', () => {
    const problem = { level: 'error', code: 'MIGRATION_REFUSED', message: '0001_notes was changed' } as const;
    const databases = { main: aMigrationStatus({ problems: [problem] }) };
    expect(planDeploy(withMigrations('pre_deploy', [], { databases })).errors).toEqual([problem]);
  });

  test('of many databases wait for each other no more than they must', () => {
    const databaseConfigs = [aDatabase('a'), aDatabase('b', 'post_deploy'), aDatabase('c')];
    const databases = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, aMigrationStatus({ pending: [aMigration(`1_${name}`)] })]),
    );
    const { plan } = planDeploy(aSnapshot({ databaseConfigs, databases }));
    expect(ancestors(plan, 'migrate:c:pre_deploy')).not.toContain('migrate:a:pre_deploy');
    expect(ancestors(plan, 'migrate:b:post_deploy')).toContain('migrate:a:pre_deploy');
  });
});

describe('migrating alone', () => {
  test('runs what is pending of every strategy', () => {
    const { plan } = planMigrate(withMigrations('manual', [adds, drops]));
    expect(planText(plan)).toMatchInlineSnapshot(`
      "Migrate the databases of staging  plan_fbfb1d488b454215

      Operations
        migrate:main:manual  Run manual migrations of main  2 migrations pending; no
                                                            way back after
                                                            0003_drop_body

      Changes
        + migration main/0002_add_tags: expand
        + migration main/0003_drop_body: contract, guessed: DROP COLUMN body

      Warnings
        ! 0003_drop_body on main: DROP COLUMN body
          → Read db/main/0003_drop_body.sql once more before it runs
        ! Point of no return: 0003_drop_body may take away what the code that is live
          in staging needs
          → Deploy code that no longer needs it first

      1 operation
      "
    `);
  });

  test('runs only the strategies and the database asked for', () => {
    const snapshot = withMigrations('manual');
    expect(ids(planMigrate(snapshot, { strategies: ['pre_deploy'] }).plan)).toEqual([]);
    expect(ids(planMigrate(snapshot, { database: 'main' }).plan)).toEqual(['migrate:main:manual']);
  });

  test('refuses a database that does not exist', () => {
    const { errors } = planMigrate(withMigrations('manual'), { database: 'mian' });
    expect(errors).toMatchObject([{ code: 'NOT_FOUND', fix: 'Did you mean main?' }]);
  });

  test('is refused while a canary needs what it takes away', () => {
    const canary = aCanary([aRelease('web', { version: 'ver_2' })]);
    const state = anEnvironmentState(live, { canary });
    const { plan } = planMigrate(withMigrations('manual', [drops], { current: state }));
    expect(plan.gates).toMatchObject([{ name: 'migration_phase', met: false }]);
  });

  test('with nothing pending has nothing to do', () => {
    expect(planMigrate(withMigrations('manual', [])).plan.operations).toEqual([]);
  });
});
