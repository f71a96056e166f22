import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import type { HttpRequest } from '../../../src/core/ports.ts';
import { Secret } from '../../../src/core/secret.ts';
import { failureOf } from '../../support/failure-of.ts';
import { persistently, requireSound } from '../../support/quick-world.ts';
import { seeded } from '../../support/seeded.ts';
import { stateOf } from '../../support/vercel/deployments.ts';
import type { Trouble } from '../../support/vercel/faults.ts';
import { builtFiles, createVercelWorld, type VercelWorld } from '../../support/vercel-world.ts';

let world: VercelWorld;

beforeEach(async () => {
  world = await createVercelWorld();
});

afterEach(() => world.end());

/** Everything that is asked of Vercel in the life of a target. */
const ALWAYS = [
  'GET /v9/projects/*',
  'POST /v11/projects',
  'GET /v10/projects/*/env',
  'POST /v2/files',
  'POST /v13/deployments',
  'GET /v7/deployments',
  'GET /v13/deployments/*',
  'DELETE /v13/deployments/*',
  'GET /v3/deployments/*/events',
  'GET /api/logs/request-logs',
  'DELETE /v9/projects/*',
];
const OF_PRODUCTION = [
  'PATCH /v9/projects/*/env/*',
  'POST /v10/projects/*/env',
  'DELETE /v9/projects/*/env/*',
  'PATCH /v1/projects/*/protection-bypass',
  'GET /v1/projects/*/rolling-release/billing',
  'GET /v1/projects/*/rolling-release',
  'PATCH /v1/projects/*/rolling-release/config',
  'DELETE /v1/projects/*/rolling-release/config',
  'POST /v1/projects/*/rolling-release/start',
  'POST /v1/projects/*/rolling-release/complete',
  'PATCH /v9/projects/*',
  'POST /v10/projects/*/promote/*',
  'POST /v1/projects/*/rollback/*',
  'GET /v2/user',
  'GET /v9/projects/*/domains',
  'POST /v10/projects/*/domains',
  'POST /v9/projects/*/domains/*/verify',
  'DELETE /v9/projects/*/domains/*',
];
const OF_PREVIEWS = [
  'POST /v2/deployments/*/aliases',
  'GET /v4/aliases/*',
  'DELETE /v2/aliases/*',
  'GET /v9/projects/*/custom-environments',
  'POST /v9/projects/*/custom-environments',
  'DELETE /v9/projects/*/custom-environments/*',
];
const CALLS = { production: [...ALWAYS, ...OF_PRODUCTION], preview: [...ALWAYS, ...OF_PREVIEWS] } as const;

const TROUBLES: readonly (readonly [string, Trouble])[] = [
  ['500', { status: 500 }],
  ['502 with a page', { status: 502, headers: { 'content-type': 'text/html' } }],
  ['503', { status: 503 }],
  ['408', { status: 408 }],
  [
    '429 with a wait',
    { status: 429, headers: { 'retry-after': '1' }, error: { code: 'rate_limited', message: 'Slow' } },
  ],
  ['a connection that is reset', 'reset_before'],
  ['an answer that is lost', 'lost_answer'],
  ['half an answer', 'half_answer'],
  ['the page of another server', 'html'],
];

describe('the first of every call meets', () => {
  test.each(TROUBLES)('%s, and everything is there once, and then gone', async (name, trouble) => {
    const side = TROUBLES.findIndex(([one]) => one === name) % 2 === 0 ? 'production' : 'preview';
    const { front } = world;
    for (const of of CALLS[side]) front.faults.push({ of, trouble, times: 1 });
    await liveOnce(side);
    expect(await front.things()).toEqual([]);
    expect(front.unknown).toEqual([]);
    expect(front.faults.filter(({ times }) => times !== 0)).toEqual([]);
  });

  test('a mixture of all of them by chance, from a seed', async () => {
    const { front } = world;
    const chance = seeded(20_261_121);
    for (let count = 0; count < 60; count++) {
      const of = CALLS.production[Math.floor(chance() * CALLS.production.length)] ?? '';
      const [, trouble] = TROUBLES[Math.floor(chance() * TROUBLES.length)] ?? [];
      if (trouble) front.faults.push({ of, trouble, times: 1 });
    }
    await liveOnce('production');
    expect(await front.things()).toEqual([]);
  });
});

test('a lost answer to the request for a deployment leaves exactly one, without another attempt', async () => {
  const target = await provisioned();
  await deploy(target, 'one', context());
  world.front.faults.push({ of: 'POST /v13/deployments', trouble: 'lost_answer', times: 1 });
  const placed = await deploy(target, 'one', context());
  expect(world.front.faults[0]?.times).toBe(0);
  expect([...world.front.deployments.keys()]).toEqual([expect.anything(), placed.ref]);
});

test('an upload that is cut off half way goes on with what is missing', async () => {
  const target = await provisioned();
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, number) => [`f${number}.txt`, `text ${number}`]));
  const artifact = await world.artifact({ ...files, healthz: 'ok' });
  const request = { version_id: 'ver_1', artifact, variables: {} };
  const attempt = context();
  const cut = new AbortController();
  let sent = 0;
  const send = (wanted: HttpRequest) => {
    if (wanted.url.includes('/v2/files') && ++sent > 30) cut.abort(new Error('cut'));
    return attempt.http.send(wanted);
  };
  const half = { ...attempt, http: { send }, signal: cut.signal };
  await expect(world.driver.deploy(target, request, half)).rejects.toThrow('cut');
  const stored = world.front.blobs.size;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(62);
  const before = uploads();
  await world.driver.deploy(target, request, attempt);
  expect(world.front.blobs.size).toBe(62);
  expect(uploads() - before).toBeLessThanOrEqual(62 - stored);
  expect(world.front.deployments.size).toBe(1);
});

test('nothing changed costs no upload and few requests', async () => {
  const target = await provisioned();
  await deploy(target, 'one', context());
  const before = world.front.requests.length;
  await deploy(target, 'one', context());
  const asked = world.front.requests.slice(before);
  expect(asked).not.toContain('POST /v2/files');
  expect(asked.length).toBeLessThanOrEqual(6);
});

test('a token that is refused ends the work at once, and a new one goes on', async () => {
  const target = await provisioned();
  const attempt = context();
  world.front.tokens.delete('goodtoken');
  const before = world.front.requests.length;
  const failure = await failureOf(deploy(target, 'one', attempt));
  expect(failure).toMatchObject({ code: 'AUTH_FAILED', fix: expect.stringContaining('VERCEL_TOKEN') });
  expect(JSON.stringify(failure)).not.toContain('goodtoken');
  expect(world.front.requests.length - before).toBe(1);
  world.front.tokens.add('newtoken');
  const renewed = { ...attempt, credentials: { VERCEL_TOKEN: new Secret('newtoken') } };
  expect(await deploy(target, 'one', renewed)).toMatchObject({ ref: expect.stringMatching(/^dpl_/) });
});

test.each([
  ['asks for a day', { 'retry-after': '86400' }],
  ['asks for a second, for ever', { 'retry-after': '1' }],
])('a service that %s is given up on, with the reason', async (_, headers) => {
  const target = await provisioned();
  const error = { code: 'rate_limited', name: 'api-upload-free', message: 'Too many requests' };
  world.front.faults.push({ of: 'POST /v2/files', trouble: { status: 429, headers, error } });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 20_000 })));
  expect(failure).toMatchObject({
    code: 'RATE_LIMIT_EXCEEDED',
    reason: expect.stringMatching(/(index\.html|healthz|config\.json) could not be uploaded to Vercel \(status 429\)/),
    fix: expect.stringContaining('vercel.archive'),
  });
});

test('a silent service ends at the time limit', async () => {
  const target = await provisioned();
  world.front.faults.push({ of: 'GET /v7/deployments', trouble: 'silence' });
  const failure = await failureOf(deploy(target, 'one', context({ timeout: 1_000 })));
  expect(['TIMEOUT', 'PLATFORM_UNAVAILABLE']).toContain(failure?.code);
});

test('what was removed by hand is seen, and not mended in secret', async () => {
  const target = await provisioned();
  const placed = await deploy(target, 'one', context());
  await world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context());
  world.front.production.clear();
  const { releases } = await world.driver.inspect(target, context());
  expect(releases).toMatchObject([{ ref: placed.ref, percent: 0 }]);
  world.front.deployments.clear();
  expect(await world.driver.inspect(target, context())).toMatchObject({ state: 'absent' });
  const failure = await failureOf(world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context()));
  expect(failure?.code).toBe('NOT_FOUND');
});

/** From nothing to nothing, each step tried again as the executor does. */
async function liveOnce(side: 'production' | 'preview'): Promise<void> {
  const { driver } = world;
  const { front } = world;
  const wanted = world.target({
    name: 'web',
    options:
      side === 'production'
        ? { content: 'prebuilt', rolling_releases: true, domains: ['shop.example'] }
        : { content: 'prebuilt', target: 'preview', custom_environment: 'qa' },
  });
  front.isProtected = side === 'production';
  front.unproved.add('shop.example');
  const step = async <T>(work: (context: DriverContext) => Promise<T>) => persistently(work, context());
  await step((own) => requireSound(world.driver, wanted, own));
  const resource = (await step((at) => driver.provision?.(wanted, at) ?? Promise.reject())).resource;
  const at = { ...wanted, resource };
  await step((own) => requireSound(world.driver, at, own));
  const { project } = resource as { readonly project: string };
  const shared = { key: 'KEPT', value: 'theirs', type: 'encrypted', target: ['production', 'preview'] };
  await front.emulator.ask('POST', `/v10/projects/${project}/env`, shared);
  if (side === 'production') front.autoAssign.set(project, false);
  await step((one) => driver.configure?.(at, { OLD: 'x', KEPT: new Secret('value-of-kept') }, one) ?? Promise.reject());
  await step((one) => driver.configure?.(at, { KEPT: new Secret('value-of-kept') }, one) ?? Promise.reject());
  const one = await step((own) => deploy(at, 'one', own));
  await step((own) => driver.traffic?.(at, [{ ref: one.ref, percent: 100 }], own) ?? Promise.reject());
  const two = await step((own) => deploy(at, 'two', own));
  const split = [
    { ref: one.ref, percent: 90 },
    { ref: two.ref, percent: 10 },
  ];
  if (side === 'production') await step((own) => driver.traffic?.(at, split, own) ?? Promise.reject());
  await step((own) => driver.traffic?.(at, [{ ref: two.ref, percent: 100 }], own) ?? Promise.reject());
  front.isProtected = false;
  front.unproved.clear();
  expect(await world.ask(two.url ?? '')).toBe('two');
  await step((own) => driver.traffic?.(at, [{ ref: one.ref, percent: 100 }], own) ?? Promise.reject());
  expect(await world.ask(one.url ?? '')).toBe('one');
  const { releases } = await step((own) => driver.inspect(at, own));
  expect(releases.map(({ ref }) => ref)).toEqual([one.ref, two.ref]);
  expect([...world.front.deployments.values()].map(stateOf)).toEqual(['READY', 'READY']);
  await step(async (own) => {
    for await (const line of driver.logs?.(at, { follow: false, tail: 5 }, own) ?? []) expect(line.service).toBe('web');
  });
  await step((own) => driver.retire(at, two.ref, own));
  await step((own) => driver.destroy(at, own));
}

function uploads(): number {
  return world.front.requests.filter((line) => line === 'POST /v2/files').length;
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
