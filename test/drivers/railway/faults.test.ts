import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, PlaceRequest, Target } from '../../../src/core/driver.ts';
import { DeployerError, isTemporary } from '../../../src/core/errors.ts';
import { Secret } from '../../../src/core/secret.ts';
import { appFiles, eventually } from '../../support/driver-world.ts';
import { failureOf } from '../../support/failure-of.ts';
import { persistently, requireSound } from '../../support/quick-world.ts';
import type { Trouble } from '../../support/railway/faults.ts';
import { createRailwayWorld, type RailwayWorld } from '../../support/railway-world.ts';
import { seeded } from '../../support/seeded.ts';

/** Everything that is asked of Railway in the life of a target. */
const CALLS = [
  'ApiToken',
  'Projects',
  'Project',
  'Environment',
  'Instance',
  'Variables',
  'Deployments',
  'Deployment',
  'BuildLogs',
  'DeploymentLogs',
  'DeploymentEvents',
  'CreateProject',
  'CreateEnvironment',
  'CreateService',
  'CreateVolume',
  'CreateDomain',
  'CreateTcpProxy',
  'SetVariables',
  'UpdateInstance',
  'up',
  'RollBack',
  'RemoveDeployment',
  'DeleteDomain',
  'DeleteTcpProxy',
  'DeleteVolume',
  'DeleteService',
  'DeleteVariable',
  'DeleteEnvironment',
  'DeleteProject',
];

const TROUBLES = {
  '500': { status: 500 },
  '502 with a page': { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
  '503': { status: 503 },
  '408': { status: 408 },
  '429 with a wait': { status: 429, headers: { 'retry-after': '1' } },
  'a connection that is reset': 'reset_before',
  'an answer that is lost': 'lost_answer',
  'half an answer': 'half_answer',
  'the page of what stands in front': 'html',
} as const satisfies Readonly<Record<string, Trouble>>;
type TroubleName = keyof typeof TROUBLES;

const RUNS: readonly (readonly TroubleName[])[] = [
  ['500', '503', 'an answer that is lost'],
  ['502 with a page', '408', 'half an answer'],
  ['429 with a wait', 'a connection that is reset', 'the page of what stands in front'],
];

let world: RailwayWorld;

beforeEach(async () => {
  world = await createRailwayWorld();
});

afterEach(() => world.end());

describe('the first of every call meets', () => {
  test.each(
    RUNS.map((names) => [names.join(' and then '), names] as const),
  )('%s, and everything is there once, and then gone', async (_, names) => {
    const { railway } = world;
    for (const name of names) for (const of of CALLS) railway.faults.push({ of, trouble: TROUBLES[name], times: 1 });
    await liveOnce();
    // Not every call is made so often.
    const met = new Set(railway.faults.filter(({ times }) => times === 0).map(({ of }) => of));
    expect(CALLS.filter((name) => !met.has(name))).toEqual([]);
    expect(railway.invalid).toEqual([]);
  });

  test('a mixture of all of them by chance, from a seed', async () => {
    const chance = seeded(20_261_121);
    for (let count = 0; count < 60; count++) {
      const of = CALLS[Math.floor(chance() * CALLS.length)] ?? '';
      const trouble = Object.values(TROUBLES)[Math.floor(chance() * Object.keys(TROUBLES).length)];
      if (trouble) world.railway.faults.push({ of, trouble, times: 1 });
    }
    await liveOnce();
  });
});

describe('a lost answer leaves exactly one deployment, without another attempt', () => {
  test('to an upload', async () => {
    const target = await provisioned();
    world.railway.faults.push({ of: 'up', trouble: 'lost_answer', times: 1 });
    const placed = await deploy(target, 'one', context());
    expect(ids()).toEqual([placed.ref]);
    expect(world.railway.requests.filter((name) => name === 'up')).toHaveLength(1);
  });

  test('to the deploy of an image', async () => {
    const target = await provisioned({ options: { image: 'redis:7' } });
    world.railway.faults.push({ of: 'DeployInstance', trouble: 'half_answer', times: 1 });
    const placed = await world.driver.deploy(target, imageRequest('redis:7'), context());
    expect(ids()).toEqual([placed.ref]);
  });

  test('to a roll-back', async () => {
    const target = await provisioned();
    const one = await deploy(target, 'one', context());
    await deploy(target, 'two', context());
    world.railway.faults.push({ of: 'RollBack', trouble: 'lost_answer', times: 1 });
    const back = await deploy(target, 'one', context(), { kept: one.ref });
    expect(ids()).toHaveLength(3);
    expect(ids()[0]).toBe(back.ref);
    expect(await world.ask(back.url ?? '')).toBe('one');
  });

  test('nor does an end of ours in the middle', async () => {
    const target = await provisioned();
    const attempt = context();
    const cut = new AbortController();
    world.railway.faults.push({ of: 'up', trouble: 'lost_answer', times: 1 });
    const log = (line: string) => /uploading/.test(line) && setTimeout(() => cut.abort(new Error('cut')), 150);
    world.railway.machine.buildTime = 10_000;
    const stopped = deploy(target, 'one', { ...attempt, signal: cut.signal, log });
    await expect(stopped).rejects.toThrow();
    world.railway.machine.buildTime = 20;
    const left = ids();
    const placed = await deploy(target, 'one', attempt);
    expect(ids().filter((id) => !left.includes(id))).toEqual(left.includes(String(placed.ref)) ? [] : [placed.ref]);
    const up = world.railway.deploymentsOf('api', 'prod').filter(({ status }) => status === 'SUCCESS');
    expect(up.map(({ id }) => id)).toEqual([placed.ref]);
  });
});

test('an upload that is cut half way is sent again as a whole, and makes no second service', async () => {
  const target = await provisioned();
  const noise = Array.from({ length: 200_000 }, (_, index) => (index * 2_654_435_761) % 4_294_967_296).join();
  const artifact = await world.artifact({ ...(await appFiles('one')), 'noise.txt': noise });
  world.railway.faults.push({ of: 'up', trouble: 'cut', times: 2 });
  const placed = await world.driver.deploy(target, { version_id: 'ver_1', artifact, variables: {} }, context());
  expect(world.railway.requests.filter((name) => name === 'up')).toHaveLength(3);
  expect(ids()).toEqual([placed.ref]);
  expect(world.railway.things().filter((name) => name.startsWith('service'))).toEqual(['service api']);
  expect(await world.ask(placed.url ?? '')).toBe('one');
});

test('a token that is revoked in the run ends the work at once, and a new one goes on', async () => {
  const target = await provisioned();
  const attempt = context();
  world.railway.account.tokens.delete('goodtoken');
  const before = world.railway.requests.length;
  const failure = await failureOf(deploy(target, 'one', attempt));
  expect(failure).toMatchObject({ code: 'AUTH_FAILED', fix: expect.stringContaining('RAILWAY_API_TOKEN') });
  expect(JSON.stringify(failure)).not.toContain('goodtoken');
  expect(world.railway.requests.slice(before)).toEqual(['Project', 'ApiToken']);
  world.railway.account.tokens.set('newtoken', { kind: 'account', workspaces: ['ws-acme'] });
  const renewed = { ...attempt, credentials: { RAILWAY_API_TOKEN: new Secret('newtoken') } };
  expect(await deploy(target, 'one', renewed)).toMatchObject({ ref: expect.any(String) });
});

test.each([
  ['asks for a day', { 'retry-after': '86400' }],
  ['asks for a second, for ever', { 'retry-after': '1' }],
])('a service that %s is given up on, with the reason', async (_, headers) => {
  const target = await provisioned();
  world.railway.faults.push({ of: 'up', trouble: { status: 429, headers } });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 100_000 })));
  expect(failure).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', reason: expect.stringContaining('take the sources') });
  expect(ids()).toEqual([]);
});

test('a silent service ends at the time limit', async () => {
  const target = await provisioned();
  world.railway.faults.push({ of: 'Deployments', trouble: 'silence' });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 1_000 })));
  expect(['TIMEOUT', 'PLATFORM_UNAVAILABLE']).toContain(failure?.code);
});

test.each([
  'dying',
  'refused',
  'silent',
] as const)('subscriptions that are %s take nothing from a deploy, and each line is told once', async (streams) => {
  world.railway.streams = streams;
  world.railway.machine.buildTime = 200;
  const target = await provisioned();
  const said: string[] = [];
  await deploy(target, 'one', context({ log: (line) => said.push(line) }));
  expect(world.railway.requests).toContain('subscribe');
  const built = said.filter((line) => /Railpack|Build completed/.test(line));
  expect(new Set(built).size).toBe(built.length);
  expect(built).toContain('Using Railpack');
});

test('what was changed by hand is seen, and not mended in secret', async () => {
  const target = await provisioned();
  const placed = await deploy(target, 'one', context());
  const [deployment] = world.railway.deploymentsOf('api', 'prod');
  if (!deployment) throw new Error('nothing was deployed');
  world.railway.machine.crash(deployment);
  expect((await world.driver.inspect(target, context())).releases).toMatchObject([
    { ref: placed.ref, state: 'failed', percent: 0, detail: 'has crashed' },
  ]);
  const [instance] = world.railway.account.instances.values();
  if (!instance) throw new Error('there is no instance');
  world.railway.machine.deploy(instance, deployment, { reason: 'redeploy' });
  await eventually(
    () => world.railway.machine.live(instance)?.id,
    (id) => id !== undefined,
  );
  const { releases } = await world.driver.inspect(target, context());
  expect(releases.filter(({ percent }) => percent > 0)).toMatchObject([{ version_id: 'one-made-at-railway' }]);
  world.railway.account.removeProject(deployment.projectId);
  expect(await world.driver.inspect(target, context())).toMatchObject({ state: 'absent' });
});

/** From nothing to nothing, each step tried again as the executor does. */
async function liveOnce(): Promise<void> {
  const { driver, railway } = world;
  const options = { volume: '/data', tcp_proxy: 5432 };
  const step = async <T>(work: (own: DriverContext) => Promise<T> | undefined) =>
    persistently(work, world.context(), 40);
  const staging = world.target({ options }, { environment: 'staging', mode: 'staging' });
  const wanted = world.target({ options });
  await step((own) => requireSound(world.driver, staging, own));
  const resource = await step(async (own) => (await driver.provision?.(staging, own))?.resource ?? null);
  const other = { ...staging, resource };
  const place = await step(async (own) => (await driver.provision?.(wanted, own))?.resource ?? null);
  const at = { ...wanted, resource: place };
  await step((own) => driver.configure?.(at, { OLD: 'x', KEPT: new Secret('value-of-kept') }, own));
  await step((own) => driver.configure?.(at, { KEPT: new Secret('value-of-kept') }, own));
  const one = await step((own) => deploy(at, 'one', own));
  const two = await step((own) => deploy(at, 'two', own));
  expect(await world.ask(two.url ?? '')).toBe('two');
  const sick = await step((own) => failed(deploy(at, 'sick', own, { variables: { EXIT_AT_START: '1' } })));
  expect(sick).toMatchObject({ code: 'HEALTH_CHECK_FAILED' });
  const alive = railway.deploymentsOf('api', 'prod').map(({ status }) => status);
  expect(alive.filter((status) => status === 'SUCCESS')).toHaveLength(1);
  const { releases } = await step((own) => driver.inspect(at, own));
  const broken = releases.find(({ state }) => state === 'failed');
  await step((own) => driver.retire(at, broken?.ref ?? '', own));
  const restored = await step((own) => driver.restore?.(at, one.ref, own));
  expect(await world.ask(restored?.url ?? '')).toBe('one');
  await step(async (own) => {
    for await (const line of driver.logs?.(at, { follow: false, tail: 5 }, own) ?? []) expect(line.service).toBe('api');
  });
  expect(railway.things().filter((name) => !name.startsWith('environment'))).toEqual([
    'project shop',
    'service api',
    'volume /data',
    'volume /data',
  ]);
  for (const target of [at, other]) await step((own) => driver.destroy(target, own, 'remove'));
  expect(railway.things()).toEqual([]);
}

/** The failure that was to come; another one is thrown. */
async function failed(work: Promise<unknown>): Promise<DeployerError['failure']> {
  const failure = await failureOf(work);
  if (!failure) throw new Error('it went well');
  const error = new DeployerError(failure);
  if (isTemporary(error)) throw error;
  return failure;
}

function context(given: Partial<DriverContext> = {}): DriverContext {
  return world.context(given);
}

function provisioned(service: Parameters<RailwayWorld['target']>[0] = {}): Promise<Target> {
  return world.provisioned(world.target(service));
}

async function deploy(
  target: Target,
  label: string,
  own: DriverContext,
  given: Partial<PlaceRequest> = {},
): Promise<Placed> {
  const artifact = await world.artifact(await appFiles(label));
  const variables = { KEPT: new Secret('value-of-kept') };
  return world.driver.deploy(target, { version_id: `ver_${label}`, artifact, variables, ...given }, own);
}

function imageRequest(location: string): PlaceRequest {
  return { version_id: 'ver_1', artifact: { kind: 'image', digest: 'sha256:1', location }, variables: {} };
}

function ids(): readonly string[] {
  return world.railway.deploymentsOf('api', 'prod').map(({ id }) => id);
}
