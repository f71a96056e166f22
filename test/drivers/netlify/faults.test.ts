import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import { Secret } from '../../../src/core/secret.ts';
import { eventually } from '../../support/driver-world.ts';
import { failureOf } from '../../support/failure-of.ts';
import { builtFiles, createNetlifyWorld, type NetlifyWorld } from '../../support/netlify-world.ts';
import { persistently, requireSound } from '../../support/quick-world.ts';
import { seeded } from '../../support/seeded.ts';
import type { Trouble } from '../../support/vercel/faults.ts';

let world: NetlifyWorld;

beforeEach(async () => {
  world = await createNetlifyWorld();
});

afterEach(async () => {
  expect(world.server.violations).toEqual([]);
  await world.end();
});

/** Everything that is asked of Netlify in the life of a target; the first that fits is meant. */
const ALWAYS = [
  'GET /sites',
  'POST /sites',
  'GET /sites/*/deploys',
  'GET /sites/*/functions',
  'GET /accounts/*/env',
  'POST /accounts/*/env',
  'POST /sites/*/deploys',
  'PUT /deploys/*/files/*',
  'PUT /deploys/*/functions/*',
  'GET /deploys/*',
  'DELETE /deploys/*',
  'GET /v2/*',
  'DELETE /sites/*',
];
const OF_PRODUCTION = [
  'PUT /accounts/*/env/*',
  'PATCH /accounts/*/env/*',
  'DELETE /accounts/*/env/*/value/*',
  'DELETE /accounts/*/env/*',
  'GET /sites/*/traffic_splits',
  'POST /sites/*/traffic_splits/*/unpublish',
  'POST /sites/*/traffic_splits/*/publish',
  'PUT /sites/*/traffic_splits/*',
  'POST /sites/*/traffic_splits',
  'POST /sites/*/deploys/*/restore',
  'POST /deploys/*/unlock',
  'POST /deploys/*/lock',
];
const CALLS = {
  production: [...ALWAYS, ...OF_PRODUCTION, 'GET /sites/*'],
  preview: [...ALWAYS, 'POST /deploys/*/cancel', 'GET /sites/*'],
} as const;

const TROUBLES: readonly (readonly [string, Trouble])[] = [
  ['500', { status: 500 }],
  ['502 with a page', { status: 502, headers: { 'content-type': 'text/html' } }],
  ['503', { status: 503 }],
  ['408', { status: 408 }],
  ['429 until an absolute time', limited(1)],
  ['a connection that is reset', 'reset_before'],
  ['an answer that is lost', 'lost_answer'],
  ['half an answer', 'half_answer'],
  ['the page of another server', 'html'],
];

describe('the first of every call meets', () => {
  test.each(TROUBLES)('%s, and everything is there once, and then gone', async (name, trouble) => {
    const side = TROUBLES.findIndex(([one]) => one === name) % 2 === 0 ? 'production' : 'preview';
    const { server } = world;
    for (const of of CALLS[side]) server.faults.push({ of, trouble, times: 1 });
    await liveOnce(side);
    expect(server.platform.things()).toEqual([]);
    expect(server.faults.filter(({ times }) => times !== 0)).toEqual([]);
  });

  test('a mixture of all of them by chance, from a seed', async () => {
    const { server } = world;
    const chance = seeded(20_261_122);
    for (let count = 0; count < 60; count++) {
      const of = CALLS.production[Math.floor(chance() * CALLS.production.length)] ?? '';
      const [, trouble] = TROUBLES[Math.floor(chance() * TROUBLES.length)] ?? [];
      if (trouble) server.faults.push({ of, trouble, times: 1 });
    }
    await liveOnce('production');
    expect(server.platform.things()).toEqual([]);
  });
});

test('a lost answer to the request for a site, or for a deploy, leaves exactly one, without another attempt', async () => {
  const { server } = world;
  server.faults.push({ of: 'POST /sites', trouble: 'lost_answer', times: 1 });
  server.faults.push({ of: 'POST /sites/*/deploys', trouble: 'lost_answer', times: 1 });
  const target = await provisioned();
  const placed = await deploy(target, 'one', context());
  expect(server.faults.map(({ times }) => times)).toEqual([0, 0]);
  expect(server.platform.things()).toEqual(['site shop-web', `deploy ${placed.ref}`, 'variable DEPLOYER_MANAGED']);
});

test('an upload that is cut off half way goes on with what is missing', async () => {
  const target = await provisioned();
  const { server } = world;
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, number) => [`f${number}.txt`, `text ${number}`]));
  const artifact = await world.artifact({ ...files, healthz: 'ok' });
  const request = { version_id: 'ver_1', artifact, variables: {} };
  const attempt = context();
  server.faults.push({ of: 'PUT /deploys/*/files/f4*', trouble: { status: 403 }, times: 1 });
  const failure = await failureOf(world.driver.deploy(target, request, attempt));
  expect(failure?.reason).toMatch(/^f4\d?\.txt could not be uploaded to Netlify \(status 403\)$/);
  const there = server.platform.blobs.size;
  expect(there).toBeGreaterThan(0);
  const before = uploads();
  await world.driver.deploy(target, request, attempt);
  expect(uploads() - before).toBe(61 - there);
  expect(server.platform.deploys.size).toBe(1);
});

test('nothing changed costs no upload and at most 6 requests; one file of many is one upload', async () => {
  const target = await provisioned();
  const { server } = world;
  const files = Object.fromEntries(Array.from({ length: 510 }, (_, number) => [`d/f${number}.txt`, `text ${number}`]));
  server.platform.prepareTime = 10;
  const place = async (changed: string) => {
    const artifact = await world.artifact({ ...files, healthz: 'ok', 'd/f7.txt': changed });
    const before = server.requests.length;
    await world.driver.deploy(target, { version_id: 'ver_1', artifact, variables: {} }, context());
    return server.requests.slice(before);
  };
  await place('text 7');
  server.platform.prepareTime = 0;
  const again = await place('text 7');
  expect(again.filter((line) => line.startsWith('PUT '))).toEqual([]);
  expect(again.length).toBeLessThanOrEqual(6);
  expect((await place('changed')).filter((line) => line.startsWith('PUT '))).toHaveLength(1);
});

test('a token that is refused ends the work at once, and a new one goes on', async () => {
  const target = await provisioned();
  const attempt = context();
  const { server } = world;
  const [account] = server.platform.tokens.values();
  server.platform.tokens.clear();
  const before = server.requests.length;
  const failure = await failureOf(deploy(target, 'one', attempt));
  expect(failure).toMatchObject({ code: 'AUTH_FAILED', fix: expect.stringContaining('NETLIFY_AUTH_TOKEN') });
  expect(JSON.stringify(failure)).not.toContain('goodtoken');
  expect(server.requests.length - before).toBe(1);
  if (account) server.platform.tokens.set('newtoken', account);
  const renewed = { ...attempt, credentials: { NETLIFY_AUTH_TOKEN: new Secret('newtoken') } };
  expect(await deploy(target, 'one', renewed)).toMatchObject({ ref: expect.stringMatching(/^[0-9a-f]{24}$/) });
});

test.each([
  ['asks for a day', () => limited(86_400)],
  ['asks for a second, for ever', () => limited(1)],
])('a service that %s is given up on, with the reason', async (_, trouble) => {
  const target = await provisioned();
  world.server.faults.push({ of: 'PUT /deploys/*/files/*', trouble: trouble() });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 20_000 })));
  expect(failure).toMatchObject({
    code: 'RATE_LIMIT_EXCEEDED',
    reason: expect.stringMatching(/(index\.html|healthz) could not be uploaded to Netlify \(status 429\)/),
  });
});

test('one deploy more than there may be in a minute waits until Netlify takes it', async () => {
  const { meter, platform, requests } = world.server;
  meter.limits.deploys = 1;
  meter.limits.window = 50_000;
  const target = await provisioned();
  await deploy(target, 'one', context());
  const asked = () => requests.filter((line) => /^POST \/sites\/[^/]+\/deploys$/.test(line)).length;
  const second = deploy(target, 'two', context());
  await eventually(asked, (count) => count > 1);
  expect(platform.deploys.size).toBe(1);
  meter.limits.deploys = Number.POSITIVE_INFINITY;
  await second;
  expect(platform.deploys.size).toBe(2);
});

test('a silent service ends at the time limit', async () => {
  const target = await provisioned();
  world.server.faults.push({ of: 'GET /sites/*/deploys', trouble: 'silence' });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 1_000 })));
  expect(['TIMEOUT', 'PLATFORM_UNAVAILABLE']).toContain(failure?.code);
});

test('what was removed by hand is seen, and not mended in secret', async () => {
  const target = await provisioned();
  const placed = await deploy(target, 'one', context());
  await world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context());
  const { platform } = world.server;
  for (const site of platform.sites.values()) site.published = undefined;
  const { releases } = await world.driver.inspect(target, context());
  expect(releases).toMatchObject([{ ref: placed.ref, percent: 0 }]);
  platform.deploys.clear();
  expect(await world.driver.inspect(target, context())).toMatchObject({ state: 'absent' });
  const failure = await failureOf(world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context()));
  expect(failure?.code).toBe('NOT_FOUND');
});

/** From nothing to nothing, each step tried again as the executor does. */
async function liveOnce(side: 'production' | 'preview'): Promise<void> {
  const { driver, server } = world;
  const inProduction = side === 'production';
  const options = { target: side, content: 'prebuilt', split_testing: inProduction, unlock: true };
  const wanted = world.target({ name: 'web', options });
  server.platform.processTime = 5;
  const step = async <T>(work: (context: DriverContext) => Promise<T>) => persistently(work, context());
  await step((own) => requireSound(world.driver, wanted, own));
  const resource = (await step((at) => driver.provision?.(wanted, at) ?? Promise.reject())).resource;
  const at = { ...wanted, resource };
  await step((own) => requireSound(world.driver, at, own));
  if (inProduction) await variablesOf(at, step);
  const one = await step((own) => deploy(at, 'one', own));
  await step((own) => driver.traffic?.(at, [{ ref: one.ref, percent: 100 }], own) ?? Promise.reject());
  const two = await step((own) => deploy(at, 'two', own));
  if (inProduction) await splitOf(at, [one, two], step);
  expect(await world.ask(two.url ?? '')).toBe('two');
  const { releases } = await step((own) => driver.inspect(at, own));
  expect(releases.map(({ ref }) => ref)).toEqual([one.ref, two.ref]);
  await step(async (own) => {
    for await (const line of driver.logs?.(at, { follow: false, tail: 5 }, own) ?? []) expect(line.service).toBe('web');
  });
  await step((own) => driver.retire(at, one.ref, own));
  // One that is under way is cancelled before it is removed; somebody else's keeps the site from being removed whole.
  const [site] = server.platform.sites.values();
  if (!site) throw new Error('there is no site');
  const other = { ...at, environment: 'other' };
  const third = await step((own) => deploy(other, 'three', own));
  const begun = server.platform.deploys.get(String(third.ref));
  if (begun && !inProduction) begun.uploaded = Date.now() + 3_600_000;
  await step((own) => driver.retire(other, third.ref, { ...own, undoing: true }));
  await step((own) => driver.destroy(at, own));
}

type Step = <T>(work: (context: DriverContext) => Promise<T>) => Promise<T>;

async function variablesOf(at: Target, step: Step): Promise<void> {
  const { driver, server } = world;
  const [site] = server.platform.sites.values();
  const values = [
    { id: 'v1', context: 'deploy-preview', value: 'theirs' },
    { id: 'v2', context: 'production', value: 'theirs' },
  ];
  site?.variables.set('KEPT', { key: 'KEPT', scopes: ['functions'], values, is_secret: false });
  const set = (variables: Parameters<NonNullable<typeof driver.configure>>[1]) =>
    step((own) => driver.configure?.(at, variables, own) ?? Promise.reject());
  await set({ OLD: 'x', KEPT: 'ours' });
  await set({ NEW: new Secret('value-of-new') });
  expect([...(site?.variables.keys() ?? [])].sort()).toEqual(['DEPLOYER_MANAGED', 'DEPLOYER_VARIABLES', 'KEPT', 'NEW']);
  expect(site?.variables.get('KEPT')?.values).toMatchObject([{ context: 'deploy-preview', value: 'theirs' }]);
  site?.variables.delete('KEPT');
}

async function splitOf(at: Target, [one, two]: readonly [Placed, Placed], step: Step): Promise<void> {
  const { driver, server } = world;
  const shift = (...shares: { ref: Placed['ref']; percent: number }[]) =>
    step((own) => driver.traffic?.(at, shares, own) ?? Promise.reject());
  const split = [
    { ref: one.ref, percent: 90 },
    { ref: two.ref, percent: 10 },
  ];
  await shift(...split);
  await shift({ ref: one.ref, percent: 100 });
  expect(await world.ask(one.url ?? '')).toBe('one');
  await shift(...split);
  const [live] = [...server.platform.deploys.values()].filter(({ id }) => id === one.ref);
  if (live) live.locked = true;
  await shift({ ref: two.ref, percent: 100 });
  expect(server.platform.deploys.get(String(two.ref))?.locked).toBe(true);
}

function limited(seconds: number): Trouble {
  const reset = Math.ceil(Date.now() / 1_000) + seconds;
  return { status: 429, headers: { 'x-ratelimit-reset': String(reset) }, error: { code: 429, message: 'Slow' } };
}

function uploads(): number {
  return world.server.requests.filter((line) => line.startsWith('PUT /deploys/')).length;
}

function context(given: Partial<DriverContext> = {}): DriverContext {
  return world.context(given);
}

function provisioned(): Promise<Target> {
  return world.provisioned(world.target({ name: 'web' }));
}

async function deploy(target: Target, label: string, own: DriverContext): Promise<Placed> {
  const built = target.service.options['content'] === 'prebuilt';
  const artifact = await world.artifact(built ? builtFiles(label) : { 'index.html': label, healthz: 'ok' });
  return world.driver.deploy(target, { version_id: `ver_${label}`, artifact, variables: {} }, own);
}
