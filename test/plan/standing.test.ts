import { describe, expect, test } from 'vitest';
import type { DriverFacts } from '../../src/core/driver.ts';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planDestroy } from '../../src/plan/destroy.ts';
import { planPromote } from '../../src/plan/promote.ts';
import { planRedeploy } from '../../src/plan/redeploy.ts';
import { planRollback } from '../../src/plan/rollback.ts';
import {
  aDriver,
  anEnvironmentState,
  aRelease,
  aService,
  aSnapshot,
  aVersion,
  LOCAL,
  observed,
  running,
  type SnapshotDraft,
} from '../support/snapshots.ts';
import { ids, operation } from './reading.ts';

/** Its options say what a service is. */
const drivers: readonly DriverFacts[] = [
  {
    ...aDriver('local', [...LOCAL, 'rollback']),
    traitsOf: ({ options }) => ({
      capabilities: options['alone'] ? ['logs', 'process', 'rollback'] : [...LOCAL, 'rollback'],
      ...(options['alone'] ? { wait: 100_000 } : {}),
      ...(options['database'] ? { longLived: true as const, data: true as const } : {}),
    }),
  },
];
const alone = aService('api', { options: { alone: true } });
const database = aService('db', { options: { alone: true, database: true } });
const changed = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, observed({ source: 'second', files: 1 })]));

describe('a service of which a second must not run', () => {
  const draft: SnapshotDraft = { drivers, services: [alone], observed: changed('api') };
  const live = anEnvironmentState([aRelease('api')]);

  test('is replaced in place, and brought back when that fails', () => {
    const { plan } = planDeploy(aSnapshot({ ...draft, current: live }));
    expect(ids(plan)).toEqual(['build:api', 'deploy:api', 'health:api', 'cleanup:api']);
    const deploy = operation(plan, 'deploy:api');
    expect(deploy.because).toBe('files changed: 1; it is replaced in place: requests wait meanwhile, up to 1m 40s');
    expect(deploy.compensation?.action).toEqual({ do: 'restore', service: 'api', version: 'ver_1' });
  });

  test('makes nobody wait for its first release', () => {
    expect(operation(planDeploy(aSnapshot(draft)).plan, 'deploy:api').because).toBe('first deploy');
  });

  test('gets no canary, and the plan says that its options are the reason', () => {
    const { errors } = planDeploy(aSnapshot({ ...draft, current: live }), { canaryPercent: 10 });
    expect(errors).toMatchObject([
      {
        code: 'UNSUPPORTED',
        path: 'services.api.local',
        message: expect.stringContaining('can split users, but not those of api in '),
      },
    ]);
  });
});

describe('a long-lived service', () => {
  const services = [aService('api'), database];
  const released = [aRelease('api'), aRelease('db')];
  const draft: SnapshotDraft = { drivers, services, observed: changed('api', 'db') };
  const live = anEnvironmentState(released);

  test('is placed by the first deploy, and left alone by the next', () => {
    expect(ids(planDeploy(aSnapshot(draft)).plan)).toContain('deploy:db');
    const { plan } = planDeploy(aSnapshot({ ...draft, current: live }));
    expect(ids(plan).filter((id) => id.endsWith(':db'))).toEqual([]);
    expect(plan.unchanged).toEqual([
      { service: 'db', because: 'long-lived, although: files changed: 1; --service db deploys it', left_out: true },
    ]);
  });

  test('is deployed when it is named, and keeps no second release', () => {
    const { plan } = planDeploy(aSnapshot({ ...draft, current: live }), { services: ['db'] });
    expect(ids(plan)).toEqual(['build:db', 'deploy:db', 'health:db', 'cleanup:db']);
    expect(operation(plan, 'cleanup:db').action).toMatchObject({ keep: 0 });
  });

  test('stays where it is when versions come and go', () => {
    const version = aVersion(released, { id: 'ver_0' });
    const snapshot = aSnapshot({ ...draft, current: live, version, from: live });
    for (const { plan } of [planRollback(snapshot), planRedeploy(snapshot), planPromote(snapshot)])
      expect(plan.unchanged).toContainEqual({
        service: 'db',
        because: 'long-lived: only deploy --service db places it again',
      });
  });

  test('loses its data only when asked, and the plan says so', () => {
    const snapshot = aSnapshot({ ...draft, current: live });
    const kept = planDestroy(snapshot).plan;
    expect(operation(kept, 'destroy:db').action).toEqual({ do: 'destroy', service: 'db' });
    expect(kept.warnings).toMatchObject([
      { message: 'The data of db stays', fix: 'To remove it too: deployer env destroy staging --volumes' },
    ]);
    const lost = planDestroy(snapshot, { data: 'remove' }).plan;
    expect(operation(lost, 'destroy:db').action).toEqual({ do: 'destroy', service: 'db', data: 'remove' });
    expect(operation(lost, 'destroy:api').action).toEqual({ do: 'destroy', service: 'api' });
    expect(lost.warnings).toMatchObject([{ message: 'The data of db is removed for good' }]);
  });
});

describe('going back where old releases are kept', () => {
  const old = aRelease('api');
  const now = aRelease('api', { version: 'ver_2', source: 'second' });
  const present = running(now);
  const kept = { ref: old.ref, version_id: 'ver_1', state: 'stopped', percent: 0 } as const;
  const inspections = { api: { ...present, releases: [kept, ...present.releases] } };
  const draft: SnapshotDraft = { drivers, services: [aService('api')], current: anEnvironmentState([now]) };
  const back = (given: SnapshotDraft) => aSnapshot({ ...draft, version: aVersion([old]), ...given });

  test('starts the release that was kept', () => {
    const { plan } = planRollback(back({ inspections }), { given: { api: old.inputs } });
    expect(operation(plan, 'deploy:api')).toMatchObject({
      title: 'Start the kept release of api again',
      action: { do: 'place', version: 'ver_1', kept: old.ref },
    });
  });

  test.each([
    ['none was kept', {}, old.inputs],
    ['what it is given has changed', { inspections }, aRelease('api', { variables: { LEVEL: 'info' } }).inputs],
  ])('makes it again from its artifact when %s', (why, given, inputs) => {
    const { plan } = planRollback(back(given), { given: { api: inputs } });
    const { title, because, action } = operation(plan, 'deploy:api');
    expect(title).toBe('Deploy api again');
    expect(because).toContain('made again from its artifact');
    expect(action, why).toEqual({ do: 'place', service: 'api', version: 'ver_1' });
  });
});
