import { describe, expect, test } from 'vitest';
import { planDeploy } from '../../src/plan/deploy.ts';
import { planText } from '../../src/report/plan/text.ts';
import {
  aConfiguration,
  aDeployment,
  aDriver,
  anEnvironmentState,
  aRelease,
  aService,
  aSnapshot,
  LOCAL,
  observed,
  running,
} from '../support/snapshots.ts';
import { graph, ids, operation } from './reading.ts';

const live = [aRelease('api', { variables: { PORT: '80' } }), aRelease('web')];
const same = { api: observed({ variables: { PORT: '80' } }), web: observed() };

describe('a first deploy', () => {
  test('places every service before it sends users to any', () => {
    expect(graph(planDeploy(aSnapshot()).plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      deploy:api < build:api
      deploy:web < build:web deploy:api
      traffic:api:100 < deploy:api deploy:web
      traffic:web:100 < deploy:api deploy:web traffic:api:100
      health:api < traffic:api:100
      health:web < traffic:web:100"
    `);
  });

  test('says so as the reason of every step', () => {
    const { plan } = planDeploy(aSnapshot());
    expect(new Set(plan.operations.filter(({ type }) => type === 'deploy').map(({ because }) => because))).toEqual(
      new Set(['first deploy']),
    );
  });

  test('provisions, and takes away again what it made when it fails', () => {
    const drivers = [aDriver('local', [...LOCAL, 'provision'])];
    const { plan } = planDeploy(aSnapshot({ drivers }));
    expect(operation(plan, 'provision:web')).toMatchObject({
      compensation: { id: 'undo:provision:web', when: 'started', action: { do: 'destroy', service: 'web' } },
    });
    expect(operation(plan, 'deploy:web').depends_on).toContain('provision:web');
  });

  test('tells what a driver makes at first, what of others it uses, and what costs money while idle', () => {
    const drivers = [
      {
        ...aDriver('local', [...LOCAL, 'provision']),
        traitsOf: () => ({
          capabilities: [...LOCAL, 'provision'] as const,
          creates: [{ what: 'a repository' }, { what: 'a load balancer', costs: true as const }],
          adopts: ['the cluster main'],
        }),
      },
    ];
    const { plan } = planDeploy(aSnapshot({ drivers }));
    expect(operation(plan, 'provision:web')).toMatchObject({
      changes: ['+ web on local', '+ a repository', '+ a load balancer', '= the cluster main, as it is'],
      costs: ['a load balancer'],
    });
    expect(planText(plan)).toContain('costs money while idle: a load balancer');
    const live = aSnapshot({ drivers, inspections: { web: running(aRelease('web')) } });
    expect(operation(planDeploy(live).plan, 'provision:web').costs).toBeUndefined();
  });

  test.each([
    ['is live', { current: anEnvironmentState(live, { resources: {} }) }],
    ['is seen at the platform', { inspections: { web: running(aRelease('web')) } }],
  ])('keeps what it provisions where something %s already', (_, draft) => {
    const drivers = [aDriver('local', [...LOCAL, 'provision'])];
    const seen = { web: observed({ source: 'second', files: 1 }) };
    const { plan } = planDeploy(aSnapshot({ drivers, observed: seen, ...draft }));
    expect(operation(plan, 'provision:web').compensation).toBeUndefined();
  });

  test('has no old releases to clean up', () => {
    expect(ids(planDeploy(aSnapshot()).plan).filter((id) => id.startsWith('cleanup:'))).toEqual([]);
  });
});

describe('what changed', () => {
  const state = anEnvironmentState(live);

  test('nothing: there is nothing to do, and the plan says why', () => {
    const { plan, errors } = planDeploy(aSnapshot({ current: state, observed: same }));
    expect(planText(plan)).toMatchInlineSnapshot(`
      "Deploy to staging  plan_12ac72192d9ca890

      Unchanged
        api: same files, variables and options as ver_1
        web: same files, variables and options as ver_1

      Nothing to do, 2 services unchanged
      "
    `);
    expect(errors).toEqual([]);
  });

  test('files: the service is built, the other one is left alone', () => {
    const web = observed({ source: 'second', files: 3 });
    const { plan } = planDeploy(aSnapshot({ current: state, observed: { ...same, web } }));
    expect(planText(plan, { verbose: true })).toMatchInlineSnapshot(`
      "Deploy to staging  plan_60c047db94b0e213

      Operations
        build:web        Build web                   files changed: 3
        deploy:web       Deploy web                  files changed: 3
            after build:web
            on failure: Withdraw the new release of web
        traffic:web:100  Move users of web           everything is in place
            ~ share of the new release: 100 %
            after deploy:web
            on failure: Move users of web back
        health:web       Check web                   the new release is live
            after traffic:web:100
        cleanup:web      Remove old releases of web  no old release is kept
            after health:web

      Unchanged
        api: same files, variables and options as ver_1

      Changes
        ~ service web (was ver_1)

      5 operations, 1 service unchanged
      "
    `);
  });

  test.each([
    ['files that cannot be counted', { source: 'second', files: 'unknown' as const }, 'sources changed'],
    ['the build settings', { source: 'second', files: 0 }, 'build settings changed'],
    [
      'the settings or the generated text',
      { source: 'second', files: 0, generated: ['web/Dockerfile'] },
      'build settings changed, or the generated web/Dockerfile',
    ],
    [
      'a build-time variable',
      { source: 'second', files: 0, buildVariables: { API_URL: 'x' } },
      'build-time variable API_URL changed',
    ],
    [
      'files and a build-time variable',
      { source: 'second', files: 1, buildVariables: { API_URL: 'x' } },
      'files changed: 1; build-time variable API_URL changed',
    ],
  ])('%s: the service is built again', (_, made, because) => {
    const { plan } = planDeploy(aSnapshot({ current: state, observed: { ...same, web: observed(made) } }));
    expect(operation(plan, 'build:web').because).toBe(because);
    expect(operation(plan, 'deploy:web').because).toBe(because);
  });

  test.each([
    ['one variable', { PORT: '81' }, 'variable PORT changed', ['~ PORT']],
    ['variables', { HOST: 'a' }, 'variables changed: HOST, PORT', ['+ HOST', '- PORT']],
  ])('%s: the artifact is used again', (_, variables, because, changes) => {
    const api = observed({ variables });
    const { plan } = planDeploy(aSnapshot({ current: state, observed: { ...same, api } }));
    expect(ids(plan)).not.toContain('build:api');
    expect(operation(plan, 'deploy:api')).toMatchObject({ because, changes, action: { do: 'place', version: 'new' } });
  });

  test('many variables: a handful is named in the reason and all are listed', () => {
    const variables = Object.fromEntries(['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((name) => [name, '1']));
    const web = observed({ variables });
    const deploy = operation(planDeploy(aSnapshot({ current: state, observed: { ...same, web } })).plan, 'deploy:web');
    expect(deploy.because).toBe('variables changed: A, B, C, D, E and 2 more');
    expect(deploy.changes).toHaveLength(7);
  });

  test('a variable named like a member of every object is a variable like any other', () => {
    const web = observed({ variables: JSON.parse('{"constructor":"1","__proto__":"2"}') });
    const { plan } = planDeploy(aSnapshot({ current: state, observed: { ...same, web } }));
    expect(operation(plan, 'deploy:web').changes).toContain('+ constructor');
  });

  test('options: placed again without a build', () => {
    const web = observed({ options: 'second' });
    const { plan } = planDeploy(aSnapshot({ current: state, observed: { ...same, web } }));
    expect(operation(plan, 'deploy:web').because).toBe('options changed');
    expect(plan.changes).toContainEqual({ kind: 'option', service: 'web', change: 'update', name: 'options' });
    expect(ids(plan)).not.toContain('build:web');
  });

  test('the driver: what ran on the old one stays, with a warning', () => {
    const services = [aService('api'), aService('web', { after: ['api'], driver: 'docker' })];
    const drivers = [aDriver(), aDriver('docker', [...LOCAL, 'provision'])];
    const web = observed({ options: 'second' });
    const { plan } = planDeploy(aSnapshot({ services, drivers, current: state, observed: { ...same, web } }));
    expect(operation(plan, 'deploy:web').because).toBe('driver changed from local to docker');
    expect(operation(plan, 'provision:web').because).toBe('driver changed from local to docker');
    expect(plan.warnings.map(({ message }) => message)).toEqual([
      'web moves from local to docker; what runs on local stays there',
    ]);
  });

  test('the form of artifact that the driver needs: built again', () => {
    const drivers = [{ ...aDriver(), artifact: 'image' as const }];
    const { plan } = planDeploy(aSnapshot({ drivers, current: state, observed: same }));
    expect(operation(plan, 'build:web').because).toBe('local needs another form of artifact');
  });

  test('configuration: plain values are shown from and to, secrets by name alone', () => {
    const before = aConfiguration({ variables: { LEVEL: 'debug', OLD: '1' }, secrets: { TOKEN: 'env:A' } });
    const after = aConfiguration({
      variables: { LEVEL: 'info' },
      secrets: { TOKEN: 'env:B', KEY: 'env:K' },
      flags: { BETA: true },
    });
    const current = anEnvironmentState(live, { deployments: [aDeployment(live, { configuration: before })] });
    const { plan } = planDeploy(aSnapshot({ current, configuration: after, observed: same }));
    expect(plan.changes).toEqual([
      { kind: 'variable', name: 'LEVEL', change: 'update', from: 'debug', to: 'info' },
      { kind: 'variable', name: 'OLD', change: 'remove', from: '1' },
      { kind: 'secret', name: 'KEY', change: 'add' },
      { kind: 'secret', name: 'TOKEN', change: 'update' },
      { kind: 'flag', name: 'BETA', change: 'add', to: true },
    ]);
  });

  test('a secret with a new value behind the same reference is named', () => {
    const configuration = aConfiguration({ secrets: { PORT: 'env:PORT' } });
    const current = anEnvironmentState(live, { deployments: [aDeployment(live, { configuration })] });
    const api = observed({ variables: { PORT: '81' } });
    const { plan } = planDeploy(aSnapshot({ current, configuration, observed: { ...same, api } }));
    expect(plan.changes).toContainEqual({ kind: 'secret', name: 'PORT', change: 'update' });
  });
});

describe('a driver that keeps variables at the platform', () => {
  const drivers = [aDriver('local', [...LOCAL, 'configure', 'build'])];

  test('gets them before it builds, at the first deploy', () => {
    const { plan } = planDeploy(aSnapshot({ drivers, observed: same }));
    expect(operation(plan, 'configure:api').action).toEqual({ do: 'configure', service: 'api', names: ['PORT'] });
    expect(operation(plan, 'build:api').depends_on).toEqual(['configure:api']);
    expect(ids(plan)).not.toContain('configure:web');
  });

  test('gets them again only when they changed', () => {
    const current = anEnvironmentState(live);
    const files = { ...same, api: observed({ source: 'second', files: 1, variables: { PORT: '80' } }) };
    expect(ids(planDeploy(aSnapshot({ drivers, current, observed: files })).plan)).not.toContain('configure:api');
    const other = { ...same, api: observed({ variables: { PORT: '81' } }) };
    const { plan } = planDeploy(aSnapshot({ drivers, current, observed: other }));
    expect(operation(plan, 'configure:api')).toMatchObject({
      because: 'variables changed: PORT',
      changes: ['~ PORT'],
    });
    expect(operation(plan, 'deploy:api').changes).toEqual([]);
  });
});

describe('drift', () => {
  const current = anEnvironmentState(live);
  const [api, web] = live.map((release) => running(release));
  const drifted = (inspections: Parameters<typeof aSnapshot>[0] & object) =>
    planDeploy(aSnapshot({ current, observed: same, ...inspections })).plan;

  test('a release that runs as the state says changes nothing', () => {
    if (!api || !web) throw new Error('no releases');
    expect(drifted({ inspections: { api, web } }).operations).toEqual([]);
  });

  test.each([
    ['gone', { state: 'absent' as const, releases: [] }, 'the live release is not running'],
    ['stopped', running(aRelease('web'), { state: 'stopped', percent: 0 }), 'the live release is not running'],
    [
      'replaced by hand',
      {
        state: 'present' as const,
        releases: [
          { ref: 'a', version_id: 'ver_1', state: 'running' as const, percent: 0 },
          { ref: 'b', version_id: 'ver_9', state: 'running' as const, percent: 100 },
        ],
      },
      'another version is live: ver_9',
    ],
    [
      'sharing users that nobody split',
      {
        state: 'present' as const,
        releases: [
          { ref: 'a', version_id: 'ver_1', state: 'running' as const, percent: 70 },
          { ref: 'b', version_id: 'ver_9', state: 'running' as const, percent: 30 },
        ],
      },
      'ver_9 gets 30 % of the requests',
    ],
  ])('a live release that is %s is placed again, with a warning', (_, inspection, because) => {
    const plan = drifted({ inspections: { web: inspection } });
    expect(operation(plan, 'deploy:web').because).toBe(because);
    expect(ids(plan)).not.toContain('build:web');
    expect(plan.warnings).toMatchObject([{ code: 'DRIFT', message: `web: ${because} (state: ver_1)` }]);
  });

  test('a service that left the config but still runs is named', () => {
    const state = anEnvironmentState([...live, aRelease('worker')]);
    expect(planDeploy(aSnapshot({ current: state, observed: same })).plan.warnings).toMatchObject([
      { code: 'DRIFT', message: 'worker still runs in staging but is not in the config any more' },
    ]);
  });
});

describe('only some services', () => {
  const current = anEnvironmentState(live);
  const changed = { api: observed({ source: 'second', files: 1 }), web: observed({ source: 'second', files: 2 }) };

  test('leaves the others out and says that they changed', () => {
    const { plan } = planDeploy(aSnapshot({ current, observed: changed }), { services: ['api'] });
    expect(ids(plan)).not.toContain('deploy:web');
    expect(plan.unchanged).toEqual([
      { service: 'web', because: 'not asked for, although: files changed: 2', left_out: true },
    ]);
    expect(plan.warnings).toEqual([]);
  });

  test('warns when one comes after another that changed too', () => {
    const { plan } = planDeploy(aSnapshot({ current, observed: changed }), { services: ['web'] });
    expect(plan.warnings).toMatchObject([
      {
        message: 'web comes after api, which changed too but is not part of this deploy',
        fix: 'Add --service api',
      },
    ]);
  });

  test('refuses a name that does not exist and suggests one that does', () => {
    const { errors } = planDeploy(aSnapshot(), { services: ['wep'] });
    expect(errors).toMatchObject([{ code: 'NOT_FOUND', fix: 'Did you mean web?' }]);
  });
});

describe('refusals', () => {
  test('a direct deploy into an environment that takes promoted versions names the promote command', () => {
    const environment = { name: 'production', promote_from: ['staging'] };
    const { plan } = planDeploy(aSnapshot({ environment }));
    expect(plan.gates).toMatchObject([
      { name: 'promote_from', met: false, fix: 'deployer env promote staging production' },
    ]);
    const forced = planDeploy(aSnapshot({ environment }), { force: true }).plan;
    expect(forced.gates).toMatchObject([{ name: 'promote_from', met: true }]);
    expect(forced.warnings).toMatchObject([{ code: 'GATE_REFUSED' }]);
  });

  test('a driver that cannot serve files, or run a command, is an error that names one that can', () => {
    const services = [aService('api'), aService('web', { driver: 'pages' }), aService('www', { driver: 'vm' })];
    const bare = { start: undefined };
    const { start: _, ...files } = { ...aService('www', { driver: 'vm' }), ...bare };
    const drivers = [aDriver(), aDriver('pages', ['static']), aDriver('vm', ['process'])];
    const { errors } = planDeploy(aSnapshot({ services: [...services.slice(0, 2), files], drivers }));
    expect(errors).toMatchObject([
      {
        code: 'UNSUPPORTED',
        message: expect.stringContaining('run a start command'),
        fix: 'Use the driver local and vm',
      },
      { code: 'UNSUPPORTED', message: expect.stringContaining('serve files'), fix: 'Use the driver local and pages' },
    ]);
  });

  test('a driver that is not there is an error, and the rest is planned', () => {
    const { plan, errors } = planDeploy(
      aSnapshot({ services: [aService('api', { driver: 'moon' }), aService('web')] }),
    );
    expect(errors).toMatchObject([{ code: 'UNSUPPORTED', path: 'services.api.driver' }]);
    expect(ids(plan)).toContain('deploy:web');
  });
});

describe('drivers that cannot place without switching', () => {
  const at = (name: string, driver: string, after: string[] = []) => aService(name, { driver, after });
  const drivers = [aDriver(), aDriver('direct', ['static', 'process'])];

  test('have no traffic steps', () => {
    const { plan } = planDeploy(aSnapshot({ drivers, services: [at('web', 'direct')] }));
    expect(ids(plan)).toEqual(['build:web', 'deploy:web', 'health:web']);
  });

  test('wait until the users of what they come after are moved', () => {
    const services = [at('api', 'local'), at('edge', 'local', ['web']), at('web', 'direct', ['api'])];
    expect(graph(planDeploy(aSnapshot({ drivers, services })).plan)).toMatchInlineSnapshot(`
      "build:api <
      build:web <
      build:edge <
      deploy:api < build:api
      traffic:api:100 < deploy:api
      deploy:web < build:web traffic:api:100
      deploy:edge < build:edge deploy:web
      traffic:edge:100 < deploy:web deploy:edge
      health:api < traffic:api:100
      health:web < deploy:web
      health:edge < traffic:edge:100"
    `);
  });

  test('go back by placing the old version again, for nothing would be live otherwise', () => {
    const current = anEnvironmentState([aRelease('web', { driver: 'direct' })]);
    const services = [at('web', 'direct')];
    const seen = { web: observed({ source: 'second', files: 1 }) };
    const { plan } = planDeploy(aSnapshot({ drivers, services, current, observed: seen }));
    expect(operation(plan, 'deploy:web').compensation).toMatchObject({
      id: 'undo:deploy:web',
      action: { do: 'restore', service: 'web', version: 'ver_1' },
    });
  });
});

test('time limits leave room for the health check inside a deploy', () => {
  const health = aService('api').health;
  if (!health) throw new Error('no health check');
  const services = [aService('api', { timeout: 30_000, health: { ...health, timeout: 120_000 } })];
  const { plan } = planDeploy(aSnapshot({ services }));
  expect(operation(plan, 'build:api').timeout_ms).toBe(30_000);
  expect(operation(plan, 'deploy:api').timeout_ms).toBe(130_000);
});

test('warnings of the snapshot come along', () => {
  const finding = { level: 'warning', code: 'MISSING_ENV', message: 'OPTIONAL has no value' } as const;
  expect(planDeploy(aSnapshot({ findings: [finding] })).plan.warnings).toEqual([finding]);
});
