import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, PlaceRequest, Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { Secret, type Variables } from '../../../src/core/secret.ts';
import { appFiles } from '../../support/driver-world.ts';
import { failureOf } from '../../support/failure-of.ts';
import type { Status } from '../../support/railway/machine.ts';
import type { Instance } from '../../support/railway/world.ts';
import { createRailwayWorld, type RailwayWorld } from '../../support/railway-world.ts';

let world: RailwayWorld;
let number = 0;

beforeAll(async () => {
  world = await createRailwayWorld();
});

afterAll(() => world.end());

beforeEach(() => {
  world.railway.faults.splice(0);
  world.railway.machine.outcome = undefined;
});

describe('tokens', () => {
  test.each([
    ['no token', {}, 'AUTH_FAILED', 'Neither'],
    ['a token that is none', { RAILWAY_API_TOKEN: new Secret('a b\n') }, 'AUTH_FAILED', 'is no token'],
    ['a token that is refused', { RAILWAY_API_TOKEN: new Secret('oldtoken') }, 'AUTH_FAILED', 'does not take'],
    ['a project token that is refused', { RAILWAY_TOKEN: new Secret('oldtoken') }, 'AUTH_FAILED', 'RAILWAY_TOKEN'],
  ])('%s is found before anything is touched', async (_, credentials, code, words) => {
    const findings = await world.driver.preflight(target(), context({ credentials }));
    expect(findings).toEqual([
      expect.objectContaining({ level: 'error', code, fix: expect.stringContaining('RAILWAY_') }),
    ]);
    expect(findings[0]?.message).toContain(words);
    expect(JSON.stringify(findings)).not.toContain('oldtoken');
  });

  test('of a project deploy to what is there, and a plan says what they cannot make', async () => {
    const own = await provisioned();
    const { project, environment } = own.resource as Record<'project' | 'environment', string>;
    const holder = { kind: 'project', projectId: project, environmentId: environment } as const;
    world.railway.account.tokens.set('projecttoken', holder);
    const credentials = { RAILWAY_TOKEN: new Secret('projecttoken') };
    const bare = { ...own, resource: null };
    expect(await world.driver.preflight(bare, context({ credentials }))).toEqual([]);
    expect(await deploy(bare, 'one', {}, { credentials })).toMatchObject({ ref: expect.any(String) });
    const [finding] = await world.driver.preflight(target(), context({ credentials }));
    expect(finding).toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
      fix: expect.stringContaining('RAILWAY_API_TOKEN'),
    });
    const failure = await failureOf(world.driver.provision?.(target(), context({ credentials })));
    expect(failure).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' });
  });

  test('that may not remove do not say that nothing is left', async () => {
    const own = await provisioned();
    await deploy(own, 'one');
    world.railway.faults.push({ of: 'DeleteService', trouble: 'not_authorized', times: 1 });
    const failure = await failureOf(world.driver.destroy(own, context()));
    expect(failure).toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
      reason: expect.stringContaining('remove the service'),
    });
    await world.driver.destroy(own, context());
    expect(world.railway.things()).not.toContain(`service ${own.service.name}`);
  });

  test('are told of by kind and reach, and both at once are warned of', async () => {
    const account = await world.driver.examine?.(target(), context());
    expect(account?.checks).toEqual([
      { name: 'Railway', result: 'RAILWAY_API_TOKEN is a token of an account or workspace (Acme)' },
    ]);
    const own = await provisioned();
    const { project, environment } = own.resource as Record<'project' | 'environment', string>;
    const holder = { kind: 'project', projectId: project, environmentId: environment } as const;
    world.railway.account.tokens.set('projecttoken', holder);
    const credentials = { RAILWAY_TOKEN: new Secret('projecttoken'), RAILWAY_API_TOKEN: new Secret('goodtoken') };
    const both = await world.driver.examine?.(own, context({ credentials }));
    expect(both?.checks[0]?.result).toContain('RAILWAY_TOKEN is a token of the environment prod');
    expect(both?.findings).toMatchObject([{ level: 'warning', fix: expect.stringContaining('Unset') }]);
  });

  test('that see several workspaces need one that is named', async () => {
    const { account } = world.railway;
    account.workspaces.push({ id: 'ws-other', name: 'Other' });
    account.tokens.set('wide', { kind: 'account', workspaces: ['ws-acme', 'ws-other'] });
    const own = { credentials: { RAILWAY_API_TOKEN: new Secret('wide') } };
    const place = { project: 'elsewhere' };
    const [finding] = await world.driver.preflight({ ...target(), ...place }, context(own));
    expect(finding).toMatchObject({ code: 'INVALID_CONFIG', path: expect.stringContaining('railway.workspace') });
    const named = { ...target({ workspace: 'Other' }), ...place };
    expect(await world.driver.preflight(named, context(own))).toEqual([]);
    const made = await world.driver.provision?.(named, context(own));
    expect([...account.projects.values()].at(-1)).toMatchObject({ name: 'elsewhere', workspaceId: 'ws-other' });
    await world.driver.destroy({ ...named, resource: made?.resource ?? null }, context(own));
  });
});

describe('what is there', () => {
  test('is only taken when it is named, and is never removed', async () => {
    const { account } = world.railway;
    const foreign = account.createProject('ws-acme', { name: 'foreign' });
    account.createService({ projectId: foreign.id, name: 'api' });
    const place = { project: 'foreign', environment: 'production' };
    const plain = { ...target({}, 'api'), ...place };
    expect(await world.driver.preflight(plain, context())).toMatchObject([
      { code: 'PROJECT_NAME_TAKEN', path: 'services.api.railway.project' },
    ]);
    expect(await failureOf(world.driver.provision?.(plain, context()))).toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
    const half = { ...target({ project: 'foreign' }, 'api'), ...place };
    expect(await world.driver.preflight(half, context())).toMatchObject([
      { message: expect.stringContaining('service api') },
    ]);
    const named = { ...target({ project: 'foreign', service: 'api' }, 'api'), ...place };
    expect(await world.driver.preflight(named, context())).toEqual([]);
    const made = await world.driver.provision?.(named, context());
    expect(made?.outcome).toBe('adopted');
    const adopted = { ...named, resource: made?.resource ?? null };
    const theirs = instanceOf(adopted);
    Object.assign(theirs.settings, { buildCommand: 'make', rootDirectory: 'theirs' });
    theirs.variables.set('THEIRS', { value: 'x', isSealed: false });
    const { options } = adopted.service;
    const once = { ...adopted, service: { ...adopted.service, options: { ...options, root_directory: 'ours' } } };
    await deploy(once, 'one', { OURS: 'y' });
    expect(theirs.settings).toMatchObject({ buildCommand: 'make', rootDirectory: 'ours' });
    await deploy(adopted, 'one', { OURS: 'y' });
    expect(theirs.settings).toMatchObject({ buildCommand: 'make', rootDirectory: null });
    await world.driver.destroy(adopted, context());
    expect(world.railway.things()).toEqual(expect.arrayContaining(['project foreign', 'service api']));
    expect([...theirs.variables.keys()]).toEqual(['THEIRS']);
    account.removeProject(foreign.id);
  });

  test('of an environment that is copied stays with that one', async () => {
    const base = await provisioned({ volume: '/data' });
    await deploy(base, 'one', { KEPT: 'x' });
    const copy = { ...base, environment: 'copy', mode: 'preview', resource: null } as const;
    const wanted = { ...copy, service: { ...copy.service, options: { ...copy.service.options, duplicate: 'prod' } } };
    const resource = (await world.driver.provision?.(wanted, context()))?.resource ?? null;
    const at = { ...wanted, resource };
    expect([...instanceOf(at).variables.keys()]).toContain('KEPT');
    expect(await world.driver.inspect(at, context())).toMatchObject({ state: 'absent' });
    const two = await deploy(at, 'two');
    expect(await world.ask(two.url ?? '')).toBe('two');
    await world.driver.destroy(base, context(), 'remove');
    expect(world.railway.account.volumes.size).toBe(2);
    await world.driver.destroy(at, context());
    expect([...world.railway.account.volumes.values()].map(({ mountPath }) => mountPath)).toEqual(['/data']);
    await world.driver.destroy(base, context(), 'remove');
    expect(world.railway.account.volumes.size).toBe(0);
  });

  test('is left for another environment that the config names, and comes along with a new name', async () => {
    const own = await provisioned();
    const { account } = world.railway;
    const { environment } = own.resource as Record<string, string>;
    const { options } = own.service;
    const moved = { ...own, service: { ...own.service, options: { ...options, environment: 'blue' } } };
    const { resource } = (await world.driver.provision?.(moved, context())) ?? {};
    expect(resource).not.toMatchObject({ environment });
    Object.assign(account.environments.get(environment ?? '') ?? {}, { name: 'renamed' });
    expect((await world.driver.provision?.(own, context()))?.resource).toEqual(own.resource);
    Object.assign(account.environments.get(environment ?? '') ?? {}, { name: 'prod' });
    await world.driver.destroy({ ...moved, resource: resource ?? null }, context());
    expect(world.railway.things()).not.toContain('environment blue');
  });

  test('keeps its volume unless told otherwise', async () => {
    const own = await provisioned({ image: 'postgres:16', volume: '/data' });
    await world.driver.deploy(own, imageRequest('postgres:16'), context());
    const said: string[] = [];
    await world.driver.destroy(own, context({ log: (line) => said.push(line) }));
    expect(said).toEqual(['kept the volume at /data']);
    expect(world.railway.things()).toContain('volume /data');
    expect(await world.driver.inspect(own, context())).toMatchObject({ releases: [] });
    const moved = { ...own, service: { ...own.service, options: { ...own.service.options, volume: '/elsewhere' } } };
    expect(await failureOf(world.driver.provision?.(moved, context()))).toMatchObject({ code: 'INVALID_CONFIG' });
    await world.driver.destroy(own, context(), 'remove');
    expect(world.railway.things()).not.toContain('volume /data');
  });
});

describe('variables', () => {
  test('are one change that deploys nothing, whatever goes and comes', async () => {
    const own = await provisioned();
    await deploy(own, 'one', { A: '1', B: new Secret('hidden-value'), OLD: 'x' });
    instanceOf(own).variables.set('THEIRS', { value: '${{shared.X}}', isSealed: false });
    const before = world.railway.requests.length;
    const deployments = world.railway.deploymentsOf(own.service.name, 'prod').length;
    await world.driver.configure?.(own, { A: '2', B: new Secret('hidden-value') }, context());
    await world.driver.configure?.(own, { A: '2', B: new Secret('hidden-value') }, context());
    const there = Object.fromEntries([...instanceOf(own).variables].map(([name, { value }]) => [name, value]));
    const managed = { DEPLOYER_MANAGED: `shop/${own.service.name}`, HOST: '::' };
    expect(there).toEqual({ A: '2', B: 'hidden-value', THEIRS: '${{shared.X}}', ...managed });
    expect(world.railway.deploymentsOf(own.service.name, 'prod')).toHaveLength(deployments);
    // One for the values, one for their names.
    expect(world.railway.requests.slice(before).filter((name) => name === 'SetVariables')).toHaveLength(2);
  });

  test('that are sealed are not lost to take another one away', async () => {
    const own = await provisioned();
    await world.driver.configure?.(own, { A: '1', OLD: 'x' }, context());
    instanceOf(own).variables.set('SEALED', { value: 'unreadable', isSealed: true });
    await world.driver.configure?.(own, { A: '2', OLD: 'x' }, context());
    const failure = await failureOf(world.driver.configure?.(own, { A: '2' }, context()));
    expect(failure).toMatchObject({ code: 'INVALID_ENV', reason: expect.stringContaining('SEALED') });
    expect(instanceOf(own).variables.get('SEALED')?.value).toBe('unreadable');
  });

  test('that Railway does not take are told of without their values', async () => {
    const own = await provisioned();
    const failure = await failureOf(
      world.driver.configure?.(own, { 'NOT-A-NAME': new Secret('a-hidden-value') }, context()),
    );
    expect(failure?.detail?.join()).toContain('Invalid variable name for the value [secret]');
  });
});

describe('a deployment', () => {
  test.each<[Status, DeployerError['code'], RegExp]>([
    ['FAILED', 'DEPLOY_FAILED', /could not be started/],
    ['CRASHED', 'HEALTH_CHECK_FAILED', /crashed/],
    ['REMOVED', 'DEPLOY_FAILED', /cancelled or replaced/],
    ['SKIPPED', 'DEPLOY_FAILED', /skipped/],
    ['NEEDS_APPROVAL', 'GATE_REFUSED', /approve/],
    ['QUEUED', 'TIMEOUT', /was not live within/],
  ])('that ends as %s is %s', async (outcome, code, words) => {
    const own = await provisioned();
    world.railway.machine.outcome = outcome;
    const failure = await failureOf(deploy(own, 'one', {}, { timeout: 120_000 }));
    expect(failure).toMatchObject({ code, reason: expect.stringMatching(words) });
  });

  test('that sleeps is live', async () => {
    const own = await provisioned();
    world.railway.machine.outcome = 'SLEEPING';
    await deploy(own, 'one');
    const { releases } = await world.driver.inspect(own, context());
    expect(releases).toMatchObject([{ state: 'running', percent: 100 }]);
  });

  test('tells which step failed, with what was printed', async () => {
    const own = await provisioned({ pre_deploy_command: 'echo careful >&2; exit 3' });
    expect(await failureOf(deploy(own, 'one'))).toMatchObject({
      code: 'COMMAND_FAILED',
      detail: ['pre deploy command: Command exited with code 3', 'careful'],
    });
    const broken = await provisioned();
    const artifact = await world.artifact({ ...(await appFiles('one')), BROKEN: 'no such module' });
    const request = { version_id: 'ver_1', artifact, variables: {} };
    expect(await failureOf(world.driver.deploy(broken, request, context()))).toMatchObject({
      code: 'BUILD_FAILED',
      detail: ['build image: Build failed', 'Using Railpack', 'no such module'],
    });
  });

  test('takes its settings from the config, and they are set again only when they differ', async () => {
    const options = {
      healthcheck_timeout: 90_000,
      replicas: 3,
      region: 'europe-west4',
      restart: 'always',
      builder: 'nixpacks',
    };
    const own = await provisioned({
      ...options,
      overlap_time: 5_000,
      drain_time: 1_500,
      root_directory: 'app',
      port: 4_000,
    });
    await world.driver.configure?.(own, {}, context());
    const request = { version_id: 'ver_1', artifact: await world.artifact({ 'app/x': '' }), variables: {} };
    world.railway.machine.outcome = 'SUCCESS';
    await world.driver.deploy(own, request, context());
    const { settings, domains, variables } = instanceOf(own);
    expect(settings).toMatchObject({
      startCommand: 'node app.mjs',
      healthcheckPath: '/healthz',
      healthcheckTimeout: 90,
      numReplicas: 3,
      region: 'europe-west4',
      restartPolicyType: 'ALWAYS',
      builder: 'NIXPACKS',
      overlapSeconds: 5,
      drainingSeconds: 2,
      rootDirectory: 'app',
    });
    expect(domains).toMatchObject([{ targetPort: 4_000 }]);
    expect(variables.get('PORT')?.value).toBe('4000');
    const before = world.railway.requests.length;
    await world.driver.deploy(own, request, context());
    const asked = world.railway.requests.slice(before);
    expect(asked).not.toContain('UpdateInstance');
    expect(asked.length).toBeLessThanOrEqual(14);
    const other = { ...own, service: { ...own.service, options: { ...own.service.options, port: 5_000 } } };
    await world.driver.provision?.(other, context());
    expect(instanceOf(own).domains).toMatchObject([{ targetPort: 5_000 }]);
  });

  test('of an image is fetched by its name, with the account it needs', async () => {
    const registry = { registry_username: 'robot', registry_password: 'env:REGISTRY' };
    const own = await provisioned({ image: 'ghcr.io/acme/api:1', ...registry });
    const credentials = {
      RAILWAY_API_TOKEN: new Secret('goodtoken'),
      registry_password: new Secret('registry-secret'),
    };
    await world.driver.deploy(own, imageRequest('ghcr.io/acme/api:1'), context({ credentials }));
    expect(world.railway.deploymentsOf(own.service.name, 'prod')).toMatchObject([{ image: 'ghcr.io/acme/api:1' }]);
    expect(instanceOf(own).domains).toEqual([]);
    expect(world.railway.texts.filter((text) => text.includes('registry-secret'))).toHaveLength(1);
  });

  test('is made anew for a roll-back when Railway has its image no more', async () => {
    const own = await provisioned();
    const one = await deploy(own, 'one');
    const two = await deploy(own, 'two');
    for (const deployment of world.railway.deploymentsOf(own.service.name, 'prod')) deployment.hasImage = false;
    const { releases } = await world.driver.inspect(own, context());
    expect(releases.map(({ ref }) => ref)).toEqual([two.ref]);
    const back = await deploy(own, 'one', {}, {}, { kept: one.ref });
    expect(await world.ask(back.url ?? '')).toBe('one');
    const restored = await world.driver.restore?.(own, two.ref, context({ undoing: true }));
    expect(await world.ask(restored?.url ?? '')).toBe('two');
  });

  test('whose sources are too large is refused before they are sent, or by what Railway says', async () => {
    const own = await provisioned({ upload_limit: 1 });
    const noise = Buffer.alloc(3_000_000, Array.from({ length: 999_983 }, (_, at) => (at * at) % 251).join());
    const artifact = await world.artifact({
      'noise.txt': noise.map((byte, at) => (byte * at + (at >> 7)) % 256).toString(),
    });
    const request = { version_id: 'ver_1', artifact, variables: {} };
    const before = world.railway.requests.filter((name) => name === 'up').length;
    expect(await failureOf(world.driver.deploy(own, request, context()))).toMatchObject({
      code: 'UNSUPPORTED',
      reason: expect.stringContaining('railway.upload_limit is 1 MiB'),
    });
    expect(world.railway.requests.filter((name) => name === 'up')).toHaveLength(before);
    world.railway.largest = 10;
    expect(await failureOf(deploy(own, 'one'))).toMatchObject({
      code: 'UNSUPPORTED',
      fix: expect.stringContaining('.deployignore'),
    });
    world.railway.largest = 1024 ** 3;
  });

  test('is followed from its build into what it prints, each line once', async () => {
    const own = await provisioned();
    const placed = await deploy(own, 'one');
    world.railway.streams = 'dying';
    const cut = new AbortController();
    const seen: string[] = [];
    const [deployment] = world.railway.deploymentsOf(own.service.name, 'prod');
    if (!deployment) throw new Error('nothing was deployed');
    const request = { follow: true, tail: 100, ref: placed.ref };
    for await (const { line } of world.driver.logs?.(own, request, context({ signal: cut.signal })) ?? []) {
      seen.push(line);
      if (line === 'listening one') world.railway.machine.print(deployment, 'runtimeLog', 'said later');
      if (seen.includes('said later') && seen.includes('warning of one')) cut.abort(new Error('enough'));
    }
    world.railway.streams = 'well';
    expect(seen.slice(0, 2)).toEqual(['Using Railpack', 'Build completed']);
    // Its two streams are read side by side.
    const printed = ['listening one', 'said later', 'starting one', 'warning of one'];
    expect(seen.slice(2).toSorted()).toEqual(printed);
  });
});

describe('what Railway says', () => {
  test.each([
    ['Two Factor Authentication Required', 'AUTH_FAILED'],
    ['You are creating projects too quickly', 'RATE_LIMIT_EXCEEDED'],
    ['Deployment not found', 'NOT_FOUND'],
    ['Free plan resource provision limit exceeded. Please upgrade', 'GATE_REFUSED'],
    ['Problem processing request', 'DEPLOY_FAILED'],
    ['Something else', 'DEPLOY_FAILED'],
  ])('%s, with status 200, is %s', async (message, code) => {
    const own = await provisioned();
    world.railway.faults.push({ of: 'SetVariables', trouble: { errors: [message] }, times: 1 });
    const failure = await failureOf(world.driver.configure?.(own, { A: '1' }, context()));
    expect(failure).toMatchObject({ code, detail: [message] });
  });

  test('Not Authorized, of a token that is good, is a missing right', async () => {
    const own = await provisioned();
    world.railway.faults.push({ of: 'SetVariables', trouble: 'not_authorized', times: 1 });
    const failure = await failureOf(world.driver.configure?.(own, { A: '1' }, context()));
    expect(failure).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' });
  });
});

describe('options', () => {
  test('that do not go together are refused', () => {
    const problems = (options: JsonObject) => {
      const checked = world.driver.facts.checkOptions(options);
      return checked.ok ? [] : checked.problems.map(({ path }) => path.join('.'));
    };
    expect(problems({ image: 'redis:7', dockerfile: 'Dockerfile' })).toEqual(['dockerfile']);
    expect(problems({ registry_username: 'x', image: 'redis:7' })).toEqual(['registry_password']);
    expect(problems({ volume: '/data', replicas: 2 })).toEqual(['replicas']);
    expect(problems({ volume: 'data', port: 0, restart: 'maybe', service: 'a'.repeat(40) })).toEqual([
      'volume',
      'port',
      'restart',
      'service',
    ]);
    expect(problems({ image: 'redis:7', volume: '/data', tcp_proxy: 6379 })).toEqual([]);
  });

  test('say what a service can, and how long it lives', () => {
    const { traitsOf } = world.driver.facts;
    const traits = (options: JsonObject, mode: Target['mode'] = 'production') =>
      traitsOf?.({ options, timeout: 1 }, { mode });
    expect(traits({})).toMatchObject({ rebuilds: expect.stringContaining('anew') });
    expect(traits({ image: 'a' })).toMatchObject({ artifact: 'image' });
    expect(traits({ image: 'a', volume: '/d' })).toMatchObject({ longLived: true, data: true });
    expect(traits({ image: 'a', volume: '/d' }, 'preview')).not.toHaveProperty('data');
  });

  test('that Railway cannot keep are refused by the plan', async () => {
    const tcp = { kind: 'tcp', timeout: 1, interval: 1, successes: 1 } as const;
    const own = target();
    const at = (service: Partial<Target['service']>) => ({ ...own, service: { ...own.service, ...service } });
    expect(await world.driver.preflight(at({ health: tcp }), context())).toMatchObject([{ code: 'UNSUPPORTED' }]);
    const hidden = at({ options: { ...own.service.options, public: false } });
    expect(await world.driver.preflight(hidden, context())).toMatchObject([
      { code: 'UNSUPPORTED', fix: expect.stringContaining('healthcheck_path') },
    ]);
  });
});

function context(given: Partial<DriverContext> = {}): DriverContext {
  return world.context(given);
}

function target(written: JsonObject = {}, name = `service-${++number}`): Target {
  return world.target({ name, options: durations(written) });
}

/** As they are written. */
function durations(options: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      /_time$|_timeout$/.test(name) && typeof value === 'number' ? `${value}ms` : value,
    ]),
  );
}

function provisioned(options: JsonObject = {}): Promise<Target> {
  return world.provisioned(target(options));
}

function instanceOf({ resource }: Target): Instance {
  const { service, environment } = resource as Record<'service' | 'environment', string>;
  return world.railway.account.instance(service, environment);
}

async function deploy(
  own: Target,
  label: string,
  variables: Variables = {},
  given: Partial<DriverContext> = {},
  request: Partial<PlaceRequest> = {},
): Promise<Placed> {
  const artifact = await world.artifact(await appFiles(label));
  return world.driver.deploy(own, { version_id: `ver_${label}`, artifact, variables, ...request }, context(given));
}

function imageRequest(location: string): PlaceRequest {
  return { version_id: 'ver_1', artifact: { kind: 'image', digest: 'sha256:1', location }, variables: {} };
}
