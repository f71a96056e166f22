import { describe, expect, test } from 'vitest';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planPromote } from '../../src/plan/promote.ts';
import { planRedeploy } from '../../src/plan/redeploy.ts';
import { planRollback } from '../../src/plan/rollback.ts';
import {
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
  type SnapshotDraft,
} from '../support/snapshots.ts';
import { ancestors, graph, ids, operation } from './reading.ts';

const COMMAND = 'node migrate.js';
const api = aService('api', { release_command: COMMAND, timeout: 90_000 });
const web = aService('web', { after: ['api'] });
const jobs = aDriver('local', [...LOCAL, 'jobs']);
const changed = observed({ source: 'second', files: 2 });

function world(draft: SnapshotDraft = {}) {
  return aSnapshot({ services: [api, web], drivers: [jobs], ...draft });
}

const live = [aRelease('api'), aRelease('web')];

describe('a release command', () => {
  test('runs once for a new release, after builds and migrations, before anything is placed', () => {
    const snapshot = world({
      databaseConfigs: [aDatabase('main')],
      databases: { main: aMigrationStatus({ pending: [aMigration('0001_first')] }) },
    });
    const { plan, errors } = planDeploy(snapshot);
    expect(errors).toEqual([]);
    expect(operation(plan, 'job:api')).toMatchObject({
      type: 'migration',
      title: 'Run the release command of api',
      because: 'once before the release: node migrate.js',
      driver: 'local',
      service: 'api',
      action: { do: 'run', service: 'api', command: COMMAND },
      timeout_ms: 90_000,
    });
    expect(operation(plan, 'job:api').compensation).toBeUndefined();
    expect([...ancestors(plan, 'job:api')].sort()).toEqual(['build:api', 'build:web', 'migrate:main:pre_deploy']);
    for (const id of ['deploy:api', 'deploy:web']) expect(ancestors(plan, id)).toContain('job:api');
  });

  test('does not run for a service that stays as it is', () => {
    const current = anEnvironmentState(live);
    const { plan } = planDeploy(world({ current, observed: { web: changed } }));
    expect(ids(plan).filter((id) => id.startsWith('job:'))).toEqual([]);
    expect(ids(plan)).toContain('deploy:web');
  });

  test('also runs for a redeploy and a promotion', () => {
    const current = anEnvironmentState(live);
    const version = aVersion(live);
    expect(ids(planRedeploy(world({ current, version })).plan)).toContain('job:api');
    const promoted = planPromote(world({ version, from: anEnvironmentState(live, { name: 'dev' }) }));
    expect(ids(promoted.plan)).toContain('job:api');
  });

  test('does not run on a roll-back, whose plan says so', () => {
    const now = [aRelease('api', { version: 'ver_2', source: 'second' }), aRelease('web')];
    const deployments = [aDeployment(live), aDeployment(now, { version_id: 'ver_2', run_id: 'run_2' })];
    const { plan, errors } = planRollback(
      // A driver without the capability is no reason to refuse either.
      world({
        drivers: [aDriver()],
        current: anEnvironmentState(now, { deployments }),
        version: aVersion(live),
      }),
    );
    expect(errors).toEqual([]);
    expect(ids(plan).filter((id) => id.startsWith('job:'))).toEqual([]);
    expect(plan.warnings.map(({ message }) => message)).toContain(
      'The release command of api does not run on a roll-back, and what it did since that version stays',
    );
  });

  test('is refused where the driver cannot run it, and the drivers that can are named', () => {
    const other = aService('jobs-elsewhere', { driver: 'docker' });
    const docker = aDriver('docker', [...LOCAL, 'jobs']);
    const { errors } = planDeploy(world({ services: [api, other], drivers: [aDriver(), docker] }));
    expect(errors).toEqual([
      {
        level: 'error',
        code: 'UNSUPPORTED',
        message: 'This machine cannot run a release command, which api needs',
        path: 'services.api.driver',
        fix: 'Use the driver docker',
      },
    ]);
  });

  test('waits for a service of its "after" that is placed without a switch, and the others wait for it', () => {
    const direct = aDriver('direct', ['process']);
    const services = [
      aService('db', { driver: 'direct' }),
      aService('cache', { driver: 'direct' }),
      aService('api', { after: ['db'], release_command: COMMAND }),
      web,
    ].map(({ health: _, ...service }) => service);
    const { plan } = planDeploy(world({ services, drivers: [jobs, direct] }));
    expect(graph(plan)).toMatchInlineSnapshot(`
      "build:db <
      build:api <
      build:cache <
      build:web <
      deploy:db < build:db
      job:api < build:db build:api build:cache build:web deploy:db
      deploy:api < build:api job:api deploy:db
      deploy:cache < build:cache job:api
      deploy:web < build:web job:api deploy:api
      traffic:api:100 < deploy:db deploy:api deploy:cache deploy:web
      traffic:web:100 < deploy:db deploy:api deploy:cache deploy:web traffic:api:100"
    `);
  });
});
