import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { Secret, type Variables } from '../../../src/core/secret.ts';
import { readTar } from '../../../src/drivers/tar.ts';
import { failureOf } from '../../support/failure-of.ts';
import { page } from '../../support/vercel/site.ts';
import { builtFiles, createVercelWorld, type VercelWorld } from '../../support/vercel-world.ts';

let world: VercelWorld;
let number = 0;

beforeAll(async () => {
  world = await createVercelWorld();
});

afterAll(() => world.end());

beforeEach(() => {
  const { front } = world;
  front.faults.splice(0);
  front.isProtected = false;
  front.buildTime = 0;
});

describe('before anything is touched', () => {
  test.each([
    ['no token', {}, 'AUTH_FAILED', 'is not set'],
    ['a token that is none', { VERCEL_TOKEN: new Secret('a b\n') }, 'AUTH_FAILED', 'is no token'],
    ['a token that is refused', { VERCEL_TOKEN: new Secret('oldtoken') }, 'AUTH_FAILED', 'status 403'],
  ])('%s is found', async (_, credentials, code, words) => {
    const findings = await world.driver.preflight(target(), context({ credentials }));
    expect(findings).toEqual([
      expect.objectContaining({ level: 'error', code, fix: expect.stringContaining('VERCEL_TOKEN') }),
    ]);
    expect(findings[0]?.message).toContain(words);
    expect(JSON.stringify(findings)).not.toContain('oldtoken');
  });

  test.each([
    ['a missing right', { code: 'forbidden', message: 'Not authorized' }, 403, 'INSUFFICIENT_PERMISSIONS'],
    [
      'a team that wants SAML',
      { code: 'forbidden', message: 'SAML', saml: true, teamId: 'team_1' },
      403,
      'AUTH_FAILED',
    ],
    ['an account that has to pay', { code: 'payment_required', message: 'Pay' }, 402, 'GATE_REFUSED'],
  ])('%s is found, with what to do', async (_, error, status, code) => {
    world.front.faults.push({ of: 'GET /v9/projects/*', trouble: { status, error } });
    const findings = await world.driver.preflight(target(), context());
    expect(findings).toEqual([expect.objectContaining({ level: 'error', code, fix: expect.anything() })]);
  });

  test('a project of that name that is not ours is only taken when it is named', async () => {
    await world.front.emulator.ask('POST', '/v11/projects', { name: 'shop-foreign' });
    const [finding] = await world.driver.preflight(target({}, 'foreign'), context());
    expect(finding).toMatchObject({ code: 'PROJECT_NAME_TAKEN', path: 'services.foreign.vercel.project' });
    await expect(world.driver.provision?.(target({}, 'foreign'), context())).rejects.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
    });
    const named = target({ project: 'shop-foreign' }, 'foreign');
    expect(await world.driver.preflight(named, context())).toEqual([]);
    const adopted = { ...named, resource: (await world.driver.provision?.(named, context()))?.resource ?? null };
    await deploy(adopted, 'one');
    await world.driver.destroy(adopted, context());
    expect(await world.front.things()).toContain('project shop-foreign');
  });

  test('a project that was made for another service is not taken even then', async () => {
    await provisioned({}, 'first');
    const other = target({ project: 'shop-first' }, 'second');
    expect(await world.driver.preflight(other, context())).toMatchObject([{ code: 'PROJECT_NAME_TAKEN' }]);
  });

  test('a team is asked for by its slug', async () => {
    const own = await provisioned({ team: 'acme' });
    const { body } = await world.front.emulator.ask('GET', `/v9/projects/shop-${own.service.name}?slug=acme`);
    expect(body.name).toBe(`shop-${own.service.name}`);
  });
});

describe('variables', () => {
  test('stand in one record each, secrets unreadable, and go when they are not wanted any more', async () => {
    const own = await provisioned();
    await configure(own, { A: 'plain', B: new Secret('hidden-value'), VITE_KEY: new Secret('public-value'), OLD: 'x' });
    await configure(own, { A: 'plain', B: new Secret('hidden-value'), VITE_KEY: new Secret('public-value') });
    expect(await records(own)).toEqual([
      ['A', 'encrypted', 'production'],
      ['B', 'sensitive', 'production'],
      ['DEPLOYER_MANAGED', 'plain', 'development'],
      ['VITE_KEY', 'encrypted', 'production'],
    ]);
  });

  test('leave those of other targets their value, also where one record was for all', async () => {
    const own = await provisioned();
    const shared = { key: 'A', value: 'theirs', type: 'encrypted', target: ['production', 'preview'] };
    await world.front.emulator.ask('POST', `/v10/projects/shop-${own.service.name}/env`, shared);
    await world.front.emulator.ask('POST', `/v10/projects/shop-${own.service.name}/env`, { ...shared, key: 'THEIRS' });
    await configure(own, { A: 'ours' });
    const found = await records(own, 'with values');
    expect(found).toContainEqual(['A', 'encrypted', 'preview', 'theirs']);
    expect(found).toContainEqual(['A', 'encrypted', 'production', 'ours']);
    expect(found).toContainEqual(['THEIRS', 'encrypted', 'production,preview', 'theirs']);
  });

  test('that Vercel does not take are named, without their values', async () => {
    const own = await provisioned();
    const failure = await failureOf(configure(own, { VERCEL_URL: new Secret('a-hidden-value') }));
    expect(failure).toMatchObject({ code: 'INVALID_ENV', detail: ['VERCEL_URL: RESERVED_ENV_VARIABLE'] });
    const error = { code: 'VALUE_INVALID_TYPE', message: 'wrong: a-hidden-value', envVarKey: 'A' };
    world.front.faults.push({ of: 'POST /v10/projects/*/env', trouble: { status: 400, error } });
    const refused = await failureOf(configure(own, { A: new Secret('a-hidden-value') }));
    expect(refused).toMatchObject({ code: 'INVALID_ENV', detail: ['wrong: [secret]', 'about: A'] });
  });

  test('of more than 64 KiB are refused before anything is sent', async () => {
    const own = await provisioned();
    const before = world.front.requests.length;
    expect(await failureOf(configure(own, { A: 'x'.repeat(70_000) }))).toMatchObject({ code: 'INVALID_ENV' });
    expect(await failureOf(deploy(own, 'one', { A: 'x'.repeat(70_000) }))).toMatchObject({ code: 'INVALID_ENV' });
    expect(world.front.requests.length).toBe(before);
  });
});

describe('a deployment', () => {
  test('has the log of its build in ours, each line once, over several connections', async () => {
    const own = await provisioned();
    world.front.buildTime = 400;
    const said: string[] = [];
    await deploy(own, 'one', {}, { log: (line) => void said.push(line) });
    expect(said.filter((line) => /Cloning|Building|Build completed/.test(line)).sort()).toEqual([
      'Build completed',
      'Building',
      'Cloning',
    ]);
  });

  test('that Vercel warns about is made, and the warning told', async () => {
    const own = await provisioned();
    world.front.warning = 'Node.js 18 ends soon';
    const said: string[] = [];
    await deploy(own, 'one', {}, { log: (line) => void said.push(line) });
    world.front.warning = '';
    expect(said).toContain('Vercel says: Node.js 18 ends soon');
  });

  test('is followed from its build into what its functions print, each line once', async () => {
    const own = await provisioned();
    const { ref } = await deploy(own, 'one');
    const enough = new AbortController();
    const seen: string[] = [];
    const lines = world.driver.logs?.(own, { follow: true, tail: 2, ref }, context({ signal: enough.signal })) ?? [];
    for await (const { line } of lines) {
      seen.push(line);
      if (seen.length === 5) enough.abort(new Error('enough'));
    }
    expect(seen.slice(0, 4)).toEqual(['Building', 'Build completed', 'request 1', 'request 2']);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('has what its functions have printed behind the log of its build, as many lines as are asked for', async () => {
    const own = await provisioned();
    const { ref } = await deploy(own, 'one');
    const lines = (from: number) => ({ deployment: String(ref), lines: [`line ${from}`, `line ${from + 1}\n`, ''] });
    world.front.printed.push(...[1, 3, 5].map(lines), { deployment: 'dpl_other', lines: ['other'] });
    const seen = async (tail: number) => {
      const found: string[] = [];
      const all = world.driver.logs?.(own, { follow: false, tail, ref }, context()) ?? [];
      for await (const { line } of all) found.push(line);
      return found;
    };
    expect(await seen(3)).toEqual(['line 4', 'line 5', 'line 6']);
    expect(await seen(8)).toEqual([
      'Building',
      'Build completed',
      ...[1, 2, 3, 4, 5, 6].map((count) => `line ${count}`),
    ]);
    world.front.faults.push({ of: 'GET /api/logs/request-logs', trouble: { status: 404 } });
    expect(await seen(2)).toEqual(['Building', 'Build completed']);
  });

  test('that cannot be built fails with the last lines, and another attempt makes it anew', async () => {
    const own = await provisioned();
    const attempt = context();
    const failure = await failureOf(deploy(own, 'one', { BUILD_FATE: 'ERROR' }, attempt));
    expect(failure).toMatchObject({ code: 'BUILD_FAILED', fix: expect.stringMatching(/^See https:\/\/vercel\.com\//) });
    expect(failure?.detail).toEqual(expect.arrayContaining(['BUILD_FAILED', 'Building']));
    await deploy(own, 'one', {}, attempt);
    expect(await states(own)).toEqual(['running']);
  });

  test('that Vercel holds back fails after a minute, and says why', async () => {
    const own = await provisioned();
    const failure = await failureOf(deploy(own, 'one', { BUILD_FATE: 'BLOCKED' }));
    expect(failure).toMatchObject({ code: 'GATE_REFUSED', reason: expect.stringContaining('TEAM_ACCESS_REQUIRED') });
    expect(await states(own)).toEqual(['failed']);
  });

  test('is checked past Deployment Protection, by a secret that is made for it', async () => {
    world.front.isProtected = true;
    const own = await provisioned();
    await deploy(own, 'one');
    await world.driver.provision?.(own, context());
    const bare = await provisioned({ protection_bypass: false });
    const failure = await failureOf(deploy(bare, 'one'));
    expect(failure).toMatchObject({ code: 'HEALTH_CHECK_FAILED', fix: expect.stringContaining('bypass secret') });
    const inspection = await world.driver.inspect(own, context());
    expect(Object.keys(inspection.probe_headers ?? {})).toEqual(['x-vercel-protection-bypass']);
    expect(JSON.stringify(inspection)).not.toContain('bypassprj');
  });

  test('serves the app for unknown paths where it is told to', async () => {
    const own = await provisioned({ spa: 'index.html' });
    const { internal_url } = await deploy(own, 'the app');
    expect(await world.ask(`${internal_url}/some/where`)).toBe('the app');
    expect(await failureOf(deploy(await provisioned({ spa: 'app.html' }), 'one'))).toMatchObject({
      code: 'INVALID_CONFIG',
    });
  });

  test('takes prebuilt output as it is, and nothing else in its place', async () => {
    const own = await provisioned({ content: 'prebuilt' });
    const output = { 'config.json': '{"version":3,"routes":[]}', 'static/index.html': 'built', 'static/healthz': 'ok' };
    const { internal_url } = await place(own, output);
    expect(await world.ask(`${internal_url}/`)).toBe('built');
    expect(await failureOf(place(own, { 'index.html': 'x' }))).toMatchObject({ code: 'BUILD_FAILED' });
  });

  test('is made of the same bytes in another project, none of them sent again', async () => {
    const uploads = () => world.front.requests.filter((line) => line === 'POST /v2/files').length;
    const [one, other] = [await provisioned(), await provisioned()];
    await live(one, 'bytes for two projects');
    const before = uploads();
    const { url } = await live(other, 'bytes for two projects');
    expect(await world.ask(url ?? '')).toBe('bytes for two projects');
    expect(uploads()).toBe(before);
  });

  test('of many files goes up as one archive', async () => {
    const own = target({ archive: 'always', content: 'source' });
    const ready = {
      ...own,
      service: withoutHealth(own),
      resource: (await world.driver.provision?.(own, context()))?.resource ?? null,
    };
    const { ref } = await place(ready, { 'a/b.txt': 'B', 'index.html': 'I' });
    const [[path, sha] = []] = world.front.deployments.get(String(ref))?.files ?? [];
    expect(path).toBe('.vercel/source.tgz.part1');
    const members = readTar(gunzipSync(world.front.blobs.get(sha ?? '') ?? Buffer.alloc(0)));
    expect(members.map(({ path: name, text }) => [name, text])).toEqual([
      ['a/b.txt', 'B'],
      ['index.html', 'I'],
    ]);
  });
});

describe('production', () => {
  test('keeps it switched off that domains are assigned by themselves, where somebody has switched it off', async () => {
    const own = await provisioned();
    const one = await live(own, 'one');
    const id = projectOf(own);
    world.front.autoAssign.set(id, false);
    const two = await live(own, 'two');
    expect(world.front.autoAssign.get(id)).toBe(false);
    const said: string[] = [];
    world.front.autoAssign.set(id, true);
    const log = (line: string) => void said.push(line);
    await world.driver.traffic?.(own, [{ ref: one.ref, percent: 100 }], context({ log }));
    expect(said).toEqual([expect.stringContaining('autoAssignCustomDomains off')]);
    await world.driver.traffic?.(own, [{ ref: two.ref, percent: 100 }], context({ log }));
    expect(world.front.autoAssign.get(id)).toBe(true);
    expect(said[1]).toContain('the rollback is over');
  });

  test('is promoted where Vercel refuses to roll back, as an account may', async () => {
    const own = await provisioned();
    const one = await live(own, 'one');
    await live(own, 'two');
    const error = { code: 'payment_required', message: 'Upgrade to Pro' };
    world.front.faults.push({ of: 'POST /v1/projects/*/rollback/*', trouble: { status: 402, error } });
    const said: string[] = [];
    const all = [{ ref: one.ref, percent: 100 }];
    await world.driver.traffic?.(own, all, context({ log: (line) => void said.push(line) }));
    expect(said).toEqual([expect.stringMatching(/status 402.*promoting it instead$/)]);
    expect(await world.ask(one.url ?? '')).toBe('one');
  });

  test('that does not get all its domains says which', async () => {
    const own = await provisioned();
    world.front.failNextSwitch = true;
    const failure = await failureOf(live(own, 'one'));
    expect(failure).toMatchObject({ code: 'DEPLOY_FAILED', reason: expect.stringContaining('www.shop.test') });
  });

  test('goes back to what was there before, when nobody is to have the new one', async () => {
    const own = await provisioned();
    const one = await live(own, 'one');
    await live(own, 'two');
    await world.driver.traffic?.(own, [], context());
    expect(await world.ask(one.url ?? '')).toBe('one');
    const first = await provisioned();
    const placed = await live(first, 'one');
    await world.driver.traffic?.(first, [], context());
    expect(await world.ask(placed.url ?? '')).toBe('DEPLOYMENT_NOT_FOUND');
  });

  test('that is not ours, or was not switched last, is left alone', async () => {
    const own = await provisioned();
    const one = await live(own, 'one');
    world.front.failNextSwitch = true;
    await expect(live(own, 'two')).rejects.toThrow();
    await world.driver.traffic?.(own, [], context());
    expect(await world.ask(one.url ?? '')).toBe('one');
    const other = { ...own, environment: 'another' };
    await world.driver.traffic?.(own, [{ ref: one.ref, percent: 100 }], context());
    await world.driver.traffic?.(other, [], context());
    expect(await world.ask(one.url ?? '')).toBe('one');
  });

  test('has a canary by a rolling release, which leaves nothing switched on when it is over', async () => {
    const own = await provisioned({ rolling_releases: true });
    const [one, two] = [await live(own, 'one'), await deploy(own, 'two')];
    const split = [
      { ref: one.ref, percent: 80 },
      { ref: two.ref, percent: 20 },
    ];
    const shift = (shares: typeof split) => world.driver.traffic?.(own, shares, context());
    await shift(split);
    await shift(split);
    const { releases } = await world.driver.inspect(own, context());
    expect(releases.map(({ percent }) => percent)).toEqual([80, 20]);
    await expect(world.driver.retire(own, two.ref, context())).rejects.toMatchObject({ code: 'GATE_REFUSED' });
    await shift([{ ref: one.ref, percent: 100 }]);
    expect(world.front.autoAssign.get(projectOf(own))).toBe(true);
    expect(await shares(own)).toEqual([100, 0]);
    await shift(split);
    await shift([{ ref: two.ref, percent: 100 }]);
    expect(await shares(own)).toEqual([0, 100]);
    expect(world.front.rollouts.get(projectOf(own))).toEqual({});
  });

  test('is refused a canary by the plan, where the account has none, and where the project has its own', async () => {
    const own = await provisioned({ rolling_releases: true });
    world.front.rolloutReason = 'plan_not_supported';
    expect(await world.driver.preflight(own, context())).toMatchObject([{ code: 'UNSUPPORTED' }]);
    world.front.rolloutReason = 'unlimited_slots';
    const other = await provisioned();
    world.front.rollouts.set(projectOf(other), { stages: [{ targetPercentage: 5 }, { targetPercentage: 100 }] });
    expect(await world.driver.preflight(other, context())).toMatchObject([{ code: 'UNSUPPORTED' }]);
  });

  test('has no shares without them', async () => {
    const own = await provisioned();
    const [one, two] = [await live(own, 'one'), await deploy(own, 'two')];
    const split = [
      { ref: one.ref, percent: 90 },
      { ref: two.ref, percent: 10 },
    ];
    expect(await failureOf(world.driver.traffic?.(own, split, context()))).toMatchObject({ code: 'UNSUPPORTED' });
  });
});

describe('static files', () => {
  test('need no variables, so none are sent', async () => {
    const own = await provisioned({ content: 'static' });
    await configure(own, { A: new Secret('hidden-value') });
    const { ref, url } = await deploy(own, 'one', { A: new Secret('hidden-value') });
    expect(world.front.deployments.get(String(ref))?.env).toEqual({});
    expect(await records(own)).toEqual([['DEPLOYER_MANAGED', 'plain', 'development']]);
    await world.driver.traffic?.(own, [{ ref, percent: 100 }], context());
    expect(await world.ask(url ?? '')).toBe('one');
  });
});

describe('a preview', () => {
  test('has one host name for its life, which it only gets when nobody else has it', async () => {
    const own = await provisioned({ target: 'preview' });
    const [one, two] = [await live(own, 'one'), await live(own, 'two')];
    expect(one.url).toBe(two.url);
    expect(await world.ask(one.url ?? '')).toBe('two');
    world.front.taken.add('taken.vercel.app');
    const other = await provisioned({ target: 'preview', alias: 'taken.vercel.app' });
    expect(await failureOf(live(other, 'one'))).toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
      fix: expect.stringContaining('vercel.alias'),
    });
  });

  test('gets its variables with each deployment, and leaves the project none', async () => {
    const own = await provisioned({ target: 'preview' });
    await configure(own, { A: 'one' });
    const { ref } = await deploy(own, 'one', { A: 'one' });
    expect(world.front.deployments.get(String(ref))?.env).toEqual({ A: 'one' });
    expect(await records(own)).toEqual([['DEPLOYER_MANAGED', 'plain', 'development']]);
  });
});

describe('domains', () => {
  test('are given to production, proved where they can be, and taken away when they are named no more', async () => {
    const { front } = world;
    await front.emulator.ask('POST', '/v11/projects', { name: 'shop-theirs' });
    const wanted = { project: 'shop-theirs', domains: ['shop.example', 'www.shop.example'] };
    await front.emulator.ask('POST', '/v10/projects/shop-theirs/domains', { name: 'old.example' });
    front.unproved.add('www.shop.example');
    const said: string[] = [];
    const first = await world.driver.provision?.(target(wanted), context({ log: (line) => void said.push(line) }));
    expect(first?.resource).toMatchObject({ domains: wanted.domains });
    const proof = 'Make a TXT record _vercel.www.shop.example with the value vc-domain-verify=1';
    expect(said).toEqual([`www.shop.example leads nowhere yet: ${proof}`]);
    const own = { ...target(wanted), resource: first?.resource ?? null };
    expect(await world.driver.preflight(own, context())).toMatchObject([{ level: 'warning', fix: proof }]);
    front.unproved.clear();
    await live(own, 'one');
    expect(await world.driver.inspect(own, context())).toMatchObject({ url: 'https://shop.example' });
    expect(page(front, 'www.shop.example', '/', undefined).body.toString()).toBe('one');
    const fewer = { ...target({ ...wanted, domains: ['shop.example'] }), resource: own.resource };
    const second = await world.driver.provision?.(fewer, context());
    expect(await domainsOf('shop-theirs')).toEqual(['old.example', 'shop.example']);
    await world.driver.destroy({ ...fewer, resource: second?.resource ?? null }, context());
    expect(await domainsOf('shop-theirs')).toEqual(['old.example']);
  });

  test('of another project are refused by name', async () => {
    world.front.taken.add('theirs.example');
    await expect(provisioned({ domains: ['theirs.example'] })).rejects.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
      message: expect.stringContaining('theirs.example'),
    });
  });
});

describe('a custom environment', () => {
  test('is made, gets its deployments, has a stable name, and goes with them', async () => {
    const own = await provisioned({ custom_environment: 'qa' });
    const { url, ref } = await live(own, 'one');
    expect(world.front.deployments.get(String(ref))?.customEnvironment).toBe('qa');
    expect(await world.ask(url ?? '')).toBe('one');
    const project = projectOf(own);
    await world.driver.destroy(own, context());
    expect(world.front.customEnvironments.get(project)).toEqual([]);
  });

  test('is refused by the plan where the account has none', async () => {
    const own = await provisioned();
    world.front.hasCustomEnvironments = false;
    const service = { ...own.service, options: { ...own.service.options, custom_environment: 'qa' } };
    const findings = await world.driver.preflight({ ...own, service }, context());
    world.front.hasCustomEnvironments = true;
    expect(findings).toMatchObject([{ code: 'UNSUPPORTED', path: expect.stringMatching(/custom_environment$/) }]);
  });
});

async function domainsOf(project: string): Promise<readonly string[]> {
  const { body } = await world.front.emulator.ask('GET', `/v9/projects/${project}/domains`);
  return body.domains.map(({ name }: { name: string }) => name).sort();
}

function target(options: JsonObject = {}, name = `s${++number}`): Target {
  const content = options['spa'] === undefined ? 'prebuilt' : 'static';
  return world.target({ name, options: { content, ...options } });
}

function provisioned(options: JsonObject = {}, name?: string): Promise<Target> {
  return world.provisioned(target(options, name));
}

function withoutHealth({ service }: Target): Target['service'] {
  const { health: _, ...rest } = service;
  return rest;
}

function context(given: Partial<DriverContext> = {}): DriverContext {
  return world.context(given);
}

function configure(own: Target, variables: Variables): Promise<unknown> {
  return world.driver.configure?.(own, variables, context()) ?? Promise.reject();
}

async function place(
  own: Target,
  files: Record<string, string>,
  variables: Variables = {},
  given: Partial<DriverContext> = {},
) {
  const request = { version_id: 'ver_1', artifact: await world.artifact(files), variables };
  return world.driver.deploy(own, request, context(given));
}

function deploy(own: Target, label: string, variables?: Variables, given?: Partial<DriverContext>): Promise<Placed> {
  const built = own.service.options['content'] === 'prebuilt';
  return place(own, built ? builtFiles(label) : { 'index.html': label, healthz: 'ok' }, variables, given);
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

function projectOf({ resource }: Target): string {
  return (resource as { readonly project: string }).project;
}

async function records(own: Target, values?: 'with values'): Promise<readonly (readonly string[])[]> {
  const { body } = await world.front.emulator.ask('GET', `/v10/projects/${projectOf(own)}/env?decrypt=true&limit=100`);
  return body.envs
    .map(({ key, type, target: at, value }: { key: string; type: string; target: string[]; value: string }) =>
      values ? [key, type, at.join(), value] : [key, type, at.join()],
    )
    .sort();
}
