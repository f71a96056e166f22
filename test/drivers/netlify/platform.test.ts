import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { Secret, type Variables } from '../../../src/core/secret.ts';
import { failureOf } from '../../support/failure-of.ts';
import { ACCOUNT, type Site } from '../../support/netlify/platform.ts';
import { builtFiles, createNetlifyWorld, type NetlifyWorld } from '../../support/netlify-world.ts';

let world: NetlifyWorld;
let number = 0;

beforeAll(async () => {
  world = await createNetlifyWorld();
});

afterAll(async () => {
  expect(world.server.violations).toEqual([]);
  await world.end();
});

beforeEach(() => {
  const { faults, platform } = world.server;
  faults.splice(0);
  platform.fate = undefined;
  platform.splits = 'allowed';
});

describe('before anything is touched', () => {
  test.each([
    ['no token', {}, 'AUTH_FAILED', 'is not set'],
    ['a token that is none', { NETLIFY_AUTH_TOKEN: new Secret('a b\n') }, 'AUTH_FAILED', 'is no token'],
    ['a token that is refused', { NETLIFY_AUTH_TOKEN: new Secret('oldtoken') }, 'AUTH_FAILED', 'status 401'],
  ])('%s is found', async (_, credentials, code, words) => {
    const findings = await world.driver.preflight(target(), context({ credentials }));
    expect(findings).toEqual([
      expect.objectContaining({ level: 'error', code, fix: expect.stringContaining('NETLIFY_AUTH_TOKEN') }),
    ]);
    expect(findings[0]?.message).toContain(words);
    expect(JSON.stringify(findings)).not.toContain('oldtoken');
  });

  test.each([
    ['a missing right', 403, { code: 403, message: 'Forbidden' }, 'INSUFFICIENT_PERMISSIONS'],
    ['a team that has to pay', 402, { error: 'Payment required' }, 'GATE_REFUSED'],
  ])('%s is found, with what to do', async (_, status, error, code) => {
    world.server.faults.push({ of: 'GET /sites', trouble: { status, error } });
    const findings = await world.driver.preflight(target(), context());
    expect(findings).toEqual([expect.objectContaining({ level: 'error', code, fix: expect.anything() })]);
  });

  test('a team that the token does not see is found, and its own is taken', async () => {
    expect(await preflight(target({ team: 'strangers' }))).toEqual(['INSUFFICIENT_PERMISSIONS']);
    expect(await preflight(target({ team: 'acme' }))).toEqual([]);
    const own = await provisioned({ team: 'acme' });
    expect(siteOf(own).account).toBe(ACCOUNT);
  });

  test('a name that somebody else in the world has is found by what stands there', async () => {
    const site = world.server.platform.addForeignSite('shop-popular');
    const theirs = target({}, 'popular');
    expect(await preflight(theirs)).toEqual([]);
    const failure = await failureOf(world.driver.provision?.(theirs, context()));
    expect(failure).toMatchObject({ code: 'PROJECT_NAME_TAKEN', fix: expect.stringContaining('netlify.site') });
    serve(site);
    expect(await world.driver.preflight(theirs, context())).toMatchObject([
      { code: 'PROJECT_NAME_TAKEN', path: 'services.popular.netlify.site' },
    ]);
  });

  test('a site of that name that is not ours is only taken when it is named, and then stays', async () => {
    const { platform } = world.server;
    const site = platform.addSite('shop-foreign');
    serve(site);
    expect(await preflight(target({}, 'foreign'))).toEqual(['PROJECT_NAME_TAKEN']);
    await expect(world.driver.provision?.(target({}, 'foreign'), context())).rejects.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
    });
    const own = await provisioned({ site: 'shop-foreign' }, 'foreign');
    const before = site.published;
    const { url } = await live(own, 'ours');
    expect(await world.ask(url ?? '')).toBe('ours');
    await world.driver.destroy(own, context());
    expect(site.published).toBe(before);
    expect(platform.things()).toEqual(expect.arrayContaining(['site shop-foreign', `deploy ${before}`]));
    expect(platform.deploysOf(site)).toHaveLength(1);
  });

  test('a site that the config names goes before the one of before', async () => {
    const own = await provisioned();
    const moved = { ...own, ...withOptions(own, { site: `${siteName(own)}-new` }) };
    expect(await world.driver.inspect(moved, context())).toMatchObject({ state: 'absent' });
    const { resource = null, outcome } = (await world.driver.provision?.(moved, context())) ?? {};
    expect(outcome).toBe('created');
    expect(siteOf({ ...moved, resource }).name).toBe(`${siteName(own)}-new`);
  });

  test('a site that was made for another service is not taken even then', async () => {
    await provisioned({}, 'first');
    expect(await preflight(target({ site: 'shop-first' }, 'second'))).toEqual(['PROJECT_NAME_TAKEN']);
  });

  test('a site that takes git only, or is locked, and a canary that it may not have, are refused', async () => {
    const own = await provisioned({ split_testing: true });
    await live(own, 'one');
    const site = siteOf(own);
    site.gitOnly = true;
    const published = world.server.platform.deploys.get(site.published ?? '');
    if (published) published.locked = true;
    world.server.platform.splits = 'refused';
    expect(await preflight(own)).toEqual(['UNSUPPORTED']);
    world.server.platform.splits = 'allowed';
    const findings = await world.driver.preflight(own, context());
    expect(findings.map(({ code, level }) => `${level} ${code}`)).toEqual([
      'error GATE_REFUSED',
      'error GATE_REFUSED',
      'warning UNSUPPORTED',
    ]);
    site.repo = { url: 'https://git.test/shop', branch: 'trunk' };
    expect(await preflight({ ...own, ...withOptions(own, { unlock: true }) })).toEqual(['GATE_REFUSED']);
  });
});

describe('variables', () => {
  test('stand in the context of production, secrets unreadable, and go when they are not wanted any more', async () => {
    const own = await provisioned();
    await configure(own, { A: 'plain', B: new Secret('hidden-value'), OLD: 'x' });
    await configure(own, { A: 'plain', B: new Secret('hidden-value') });
    expect(records(own)).toEqual([
      ['A', 'open', 'production=plain'],
      ['B', 'secret', 'production=hidden-value'],
      ['DEPLOYER_MANAGED', 'open', `dev=shop/${own.service.name}`],
      ['DEPLOYER_VARIABLES', 'open', 'dev=A,B'],
    ]);
    const scoped = { ...own, ...withOptions(own, { scopes: ['functions', 'post_processing'] }) };
    await configure(scoped, { A: 'plain', C: 'scoped', D: new Secret('hidden-value') });
    expect(siteOf(own).variables.get('C')?.scopes).toEqual(['functions', 'post_processing']);
    expect(siteOf(own).variables.get('D')?.scopes).toEqual(['functions']);
  });

  test('leave those of other contexts their value, also where one value was for all', async () => {
    const own = await provisioned();
    const scopes = ['builds', 'functions', 'runtime', 'post_processing'];
    const values = [{ id: '1', context: 'all', value: 'theirs' }];
    siteOf(own).variables.set('A', { key: 'A', scopes, values, is_secret: false });
    await configure(own, { A: new Secret('ours') });
    const others = 'branch-deploy=theirs deploy-preview=theirs dev-server=theirs dev=theirs';
    expect(records(own)).toContainEqual(['A', 'secret', `${others} production=ours`]);
    await configure(own, {});
    expect(records(own)).toContainEqual(['A', 'secret', others]);
  });

  test('that Netlify keeps to itself are refused before anything is sent, and others without their values', async () => {
    const own = await provisioned();
    const before = world.server.requests.length;
    expect(await failureOf(configure(own, { DEPLOY_URL: 'x' }))).toMatchObject({ code: 'INVALID_ENV' });
    expect(await failureOf(deploy(own, 'one', { AWS_REGION: 'x' }))).toMatchObject({ code: 'INVALID_ENV' });
    expect(world.server.requests.length).toBe(before);
    await configure(own, { B: 'plain' });
    const error = { code: 422, msg: 'wrong: a-hidden-value' };
    world.server.faults.push({ of: 'POST /accounts/*/env', trouble: { status: 422, error } });
    const refused = await failureOf(configure(own, { A: new Secret('a-hidden-value') }));
    expect(refused).toMatchObject({ code: 'INVALID_ENV', detail: ['wrong: [secret]'] });
  });
});

describe('a deploy', () => {
  test('brings functions with their variables, and what runs at the edge', async () => {
    const own = await provisioned();
    const files = {
      ...builtFiles('one'),
      'dist/.hidden': 'x',
      'dist/.well-known/a': 'y',
      '.netlify/edge-functions-dist/manifest.json': '{"bundles":[]}',
      '.netlify/functions/twin.zip': 'the packed function of one',
      'src/index.js': 'source',
    };
    const { ref, internal_url } = await place(own, files, { A: new Secret('hidden-value'), B: 'plain' });
    expect(await world.ask(`${internal_url}/.netlify/functions/hello`)).toBe('{"A":"hidden-value","B":"plain"}');
    const made = world.server.platform.deploys.get(String(ref));
    expect([...(made?.files?.keys() ?? [])].sort()).toEqual([
      '.netlify/internal/edge-functions/manifest.json',
      '.well-known/a',
      'healthz',
      'index.html',
    ]);
    expect([...(made?.functions.keys() ?? [])]).toEqual(['hello', 'twin']);
  });

  test.each([
    ['a name that no address can have', { 'index.html': 'x', 'a#b.txt': 'y' }, {}, 'UNSUPPORTED'],
    ['no page for its app', { 'index.html': 'x' }, { spa: 'app.html' }, 'INVALID_CONFIG'],
    ['rules of its own beside the app', { 'index.html': 'x', _redirects: '' }, { spa: 'index.html' }, 'INVALID_CONFIG'],
    ['no folder to serve', { 'out/index.html': 'x' }, { content: 'prebuilt' }, 'BUILD_FAILED'],
    [
      'a list of functions that is none',
      { 'dist/index.html': 'x', '.netlify/functions/manifest.json': '[' },
      { content: 'prebuilt' },
      'BUILD_FAILED',
    ],
  ])('with %s is refused before Netlify hears of it', async (_, files, options, code) => {
    const own = await provisioned({ content: 'static', ...options });
    expect(await failureOf(place(own, files))).toMatchObject({ code, fix: expect.anything() });
    expect(world.server.platform.deploysOf(siteOf(own))).toEqual([]);
  });

  test('serves the app for unknown paths where it is told to', async () => {
    const own = await provisioned({ content: 'static', spa: 'index.html' });
    const { internal_url } = await place(own, { 'index.html': 'the app', healthz: 'ok' });
    expect(await world.ask(`${internal_url}/some/where`)).toBe('the app');
  });

  test.each([
    ['fails', 'error', 'DEPLOY_FAILED'],
    ['is rejected', 'rejected', 'GATE_REFUSED'],
    ['waits for a reviewer who does not come', 'pending_review', 'GATE_REFUSED'],
  ] as const)('that %s says so, and another attempt ends well', async (_, fate, code) => {
    const own = await provisioned();
    const attempt = context();
    world.server.platform.fate = fate;
    const failure = await failureOf(deploy(own, 'one', {}, attempt));
    expect(failure).toMatchObject({ code, fix: expect.stringMatching(/https:\/\/app\.netlify\.com\/.*\/deploys\//) });
    expect((await states(own))[0]).toBe('failed');
    world.server.platform.fate = undefined;
    await deploy(own, 'one', {}, attempt);
    expect(await states(own)).toEqual(['running']);
  });
});

describe('production', () => {
  test('that is locked is left alone, or unlocked for the moment where that is allowed', async () => {
    const own = await provisioned();
    const one = await live(own, 'one');
    const locked = world.server.platform.deploys.get(String(one.ref));
    if (locked) locked.locked = true;
    expect(await failureOf(live(own, 'two'))).toMatchObject({ code: 'GATE_REFUSED' });
    expect(await world.ask(one.url ?? '')).toBe('one');
    const allowed = { ...own, ...withOptions(own, { unlock: true }) };
    const three = await live(allowed, 'three');
    expect(await world.ask(one.url ?? '')).toBe('three');
    expect(world.server.platform.deploys.get(String(three.ref))?.locked).toBe(true);
    expect(records(own).map(([key]) => key)).toEqual(['DEPLOYER_MANAGED']);
  });

  test('that somebody else has taken is seen, and what they have made is not removed', async () => {
    const own = await provisioned();
    const { ref } = await live(own, 'one');
    const site = siteOf(own);
    serve(site);
    const { releases } = await world.driver.inspect(own, context());
    expect(releases.map(({ ref: id, percent }) => [id, percent])).toEqual([
      [ref, 0],
      [site.published, 100],
    ]);
    expect(releases[1]).toMatchObject({ version_id: `deploy ${site.published}`, detail: 'was not made by deployer' });
    const theirs = site.published;
    await world.driver.traffic?.(own, [{ ref, percent: 100 }], context());
    await world.driver.retire(own, theirs ?? '', context());
    expect(world.server.platform.deploys.has(theirs ?? '')).toBe(true);
  });

  test('that nobody is to have any more is off line, and the rest of the site stays', async () => {
    const own = await provisioned();
    const preview = { ...own, ...withOptions(own, { target: 'preview' }), environment: 'pr-7' };
    const kept = await deploy(preview, 'seven');
    const one = await live(own, 'one');
    await world.driver.traffic?.(own, [], context());
    expect(await world.ask(one.url ?? '')).toBe('Not found\n');
    await world.driver.destroy(own, context());
    expect(await world.ask(kept.url ?? '')).toBe('seven');
    await world.driver.destroy(preview, context());
    expect(world.server.platform.things().join()).not.toContain(`site ${siteName(own)}`);
  });

  test('has a canary by a split test between the branches of its releases', async () => {
    const own = await provisioned({ split_testing: true });
    const plain = { ...own, ...withOptions(own, { split_testing: false }) };
    const [one, two] = [await live(plain, 'one'), await deploy(own, 'two')];
    const split = [
      { ref: one.ref, percent: 80 },
      { ref: two.ref, percent: 20 },
    ];
    const shift = (shares: typeof split) => world.driver.traffic?.(own, shares, context());
    await shift(split);
    await shift(split);
    expect(await shares(own)).toEqual([80, 20]);
    await expect(world.driver.retire(own, two.ref, context())).rejects.toMatchObject({ code: 'GATE_REFUSED' });
    await shift([{ ref: one.ref, percent: 100 }]);
    expect(await shares(own)).toEqual([100, 0]);
    await shift(split);
    await shift([{ ref: two.ref, percent: 100 }]);
    expect(await shares(own)).toEqual([0, 100]);
    expect(await failureOf(shift(split))).toMatchObject({
      code: 'UNSUPPORTED',
      reason: expect.stringContaining('belongs to no branch'),
    });
    const again = [split[1], split[0]].flatMap((share) => share ?? []);
    expect(await failureOf(world.driver.traffic?.(plain, again, context()))).toMatchObject({ code: 'UNSUPPORTED' });
  });

  test.each([
    'production',
    'preview',
  ])('is seen behind many deploys of others, as a %s, without asking for all', async (side) => {
    const own = await provisioned({ target: side });
    const { ref } = await live(own, 'one');
    const site = siteOf(own);
    const ours = site.published;
    for (let count = 0; count < 450; count++) serve(site);
    site.published = ours;
    const before = world.server.requests.length;
    const { releases } = await world.driver.inspect(own, context());
    expect(releases).toMatchObject([{ ref, percent: 100 }]);
    expect(world.server.requests.length - before).toBeLessThanOrEqual(3);
    await world.driver.destroy(own, context());
    expect(world.server.platform.deploys.has(String(ref))).toBe(false);
  });

  test('goes back to a release that was kept, as it is', async () => {
    const own = await provisioned();
    const [one] = [await live(own, 'one'), await live(own, 'two')];
    const before = world.server.platform.deploys.size;
    const artifact = await world.artifact(builtFiles('one'));
    const request = { version_id: 'ver_1', artifact, variables: {}, kept: one.ref };
    expect(await world.driver.deploy(own, request, context())).toEqual(one);
    expect(world.server.platform.deploys.size).toBe(before);
    const other = await world.driver.deploy(own, { ...request, variables: { A: 'x' } }, context());
    expect(other.ref).not.toBe(one.ref);
  });
});

describe('a preview', () => {
  test('is never what the site publishes', async () => {
    const own = await provisioned({ target: 'preview', branch: 'trunk' });
    siteOf(own).repo = { url: 'https://git.test/shop', branch: 'trunk' };
    expect(await preflight(own)).toEqual(['UNSUPPORTED']);
    expect(await failureOf(deploy(own, 'one'))).toMatchObject({ fix: expect.stringContaining('netlify.branch') });
    expect(world.server.platform.deploysOf(siteOf(own))).toEqual([]);
  });

  test('has one host name for its life, which leads to the newest release that is well', async () => {
    const own = await provisioned({ target: 'preview' });
    const [one, two] = [await deploy(own, 'one'), await deploy(own, 'two')];
    expect(one.url).toBe(`https://prod--${siteName(own)}.netlify.app`);
    expect(two.url).toBe(one.url);
    expect(await world.ask(one.url ?? '')).toBe('two');
    expect(await failureOf(deploy(own, 'sick', { EXIT_AT_START: '1' }))).toMatchObject({ code: 'HEALTH_CHECK_FAILED' });
    expect(await world.ask(one.url ?? '')).toBe('two');
    await configure(own, { A: 'one' });
    expect(records(own).map(([key]) => key)).toEqual(['DEPLOYER_MANAGED']);
  });
});

function target(options: JsonObject = {}, name = `s${++number}`): Target {
  return world.target({ name, options: { content: 'prebuilt', ...options } });
}

function provisioned(options: JsonObject = {}, name?: string): Promise<Target> {
  return world.provisioned(target(options, name));
}

function withOptions({ service }: Target, options: JsonObject): Pick<Target, 'service'> {
  return { service: { ...service, options: { ...service.options, ...options } } };
}

function context(given: Partial<DriverContext> = {}): DriverContext {
  return world.context(given);
}

async function preflight(own: Target): Promise<readonly string[]> {
  return (await world.driver.preflight(own, context())).map(({ code }) => code);
}

function configure(own: Target, variables: Variables): Promise<unknown> {
  return world.driver.configure?.(own, variables, context()) ?? Promise.reject();
}

async function place(own: Target, files: Record<string, string>, variables: Variables = {}, given = context()) {
  const request = { version_id: 'ver_1', artifact: await world.artifact(files), variables };
  return world.driver.deploy(own, request, given);
}

function deploy(own: Target, label: string, variables?: Variables, given?: DriverContext): Promise<Placed> {
  return place(own, builtFiles(label), variables, given);
}

async function live(own: Target, label: string): Promise<Placed> {
  const placed = await deploy(own, label);
  await world.driver.traffic?.(own, [{ ref: placed.ref, percent: 100 }], context());
  return placed;
}

async function shares(own: Target): Promise<readonly number[]> {
  return (await world.driver.inspect(own, context())).releases.map(({ percent }) => percent);
}

async function states(own: Target): Promise<readonly string[]> {
  return (await world.driver.inspect(own, context())).releases.map(({ state }) => state);
}

function siteOf({ resource }: Target): Site {
  const { site } = resource as { readonly site: string };
  const found = world.server.platform.sites.get(site);
  if (!found) throw new Error('there is no site');
  return found;
}

function siteName(own: Target): string {
  return `shop-${own.service.name}`;
}

/** As a deploy of whoever it belongs to. */
function serve(site: Site): void {
  const { platform } = world.server;
  const id = `${platform.next()}`.padStart(24, '0');
  const empty = { files: new Map(), functions: new Map(), variables: [], error: undefined, branch: undefined };
  const times = { created: Date.now(), told: Date.now(), uploaded: Date.now(), publishedAt: Date.now() };
  const sort = { title: 'by hand', draft: false, async: false, locked: false };
  const sha = 'a'.repeat(40);
  platform.blobs.set(sha, Buffer.from('somebody is here'));
  site.known.add(sha);
  platform.deploys.set(id, {
    ...{ id, site: site.id, number: platform.next() },
    ...empty,
    ...times,
    ...sort,
    files: new Map([['index.html', sha]]),
  });
  site.published = id;
}

function records(own: Target): readonly (readonly string[])[] {
  return [...siteOf(own).variables.values()]
    .map(({ key, is_secret, values }) => [
      key,
      is_secret ? 'secret' : 'open',
      values
        .map(({ context: at, value }) => `${at}=${value}`)
        .sort()
        .join(' '),
    ])
    .sort();
}
