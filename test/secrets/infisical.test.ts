import { afterEach, beforeEach, expect, test } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type InfisicalFake, infisicalFake } from '../support/stores/infisical.ts';

let world: SecretWorld;
let infisical: InfisicalFake;

beforeEach(async () => {
  [world, infisical] = await Promise.all([secretWorld(), infisicalFake()]);
  infisical.clients['shop-ci'] = 'hunter2-client';
  infisical.tokens.set('narrow', ['p1/staging']);
  infisical.folders['p1/prod/'] = {
    secrets: [
      { name: 'URL', versions: ['url version 1', 'url version 2'] },
      { name: 'HIDDEN', versions: ['hunter2'], isHidden: true },
    ],
    imports: [
      [
        { name: 'URL', versions: ['url of an import'] },
        { name: 'SHARED', versions: ['of the first'] },
      ],
      [{ name: 'SHARED', versions: ['of the last'] }],
    ],
  };
  infisical.folders['p1/prod/api/db'] = { secrets: [{ name: 'URL', versions: ['url of a folder'] }] };
});

afterEach(() => Promise.all([world.dispose(), infisical.close()]));

test.each([false, true])('folders are read once, by one login that ends (old server: %s)', async (isOld) => {
  infisical.isOld = isOld;
  const references = {
    A: 'infisical:p1/prod#URL',
    B: 'infisical://p1/prod#SHARED',
    C: 'infisical:p1/prod/api/db#URL',
    D: 'infisical:p1/prod#URL@1',
  };
  const { values, findings } = await world.resolve(references, { environment: access() });
  expect(findings).toEqual([]);
  const texts = Object.values(values).map((value) => value.reveal());
  expect(texts).toEqual(['url version 2', 'of the last', 'url of a folder', 'url version 1']);
  const reads = isOld ? '/api/v3/secrets/raw' : '/api/v4/secrets';
  expect(infisical.requests.filter((line) => line.includes(reads)).sort()).toEqual([
    `GET ${reads}`,
    `GET ${reads}`,
    `GET ${reads}/URL`,
  ]);
  expect(infisical.requests.filter((line) => line.includes('login'))).toHaveLength(1);
  expect([...infisical.tokens.keys()]).toEqual(['narrow']);
});

test.each<[string, Record<string, string>, string, string]>([
  ['infisical:p1/prod#URI', {}, 'MISSING_ENV', 'nothing there has the name URI'],
  ['infisical:p1/prod#URL@7', {}, 'MISSING_ENV', 'is not there'],
  ['infisical:p1/nowhere#URL', {}, 'MISSING_ENV', 'infisical:p1/nowhere is not there'],
  ['infisical:p1/prod#HIDDEN', {}, 'INSUFFICIENT_PERMISSIONS', 'its value is hidden'],
  ['infisical:p1/prod#URL', { INFISICAL_TOKEN: 'narrow' }, 'INSUFFICIENT_PERMISSIONS', 'no right to read'],
  ['infisical:p1/prod#URL', { INFISICAL_TOKEN: 'hunter2-old' }, 'AUTH_FAILED', 'does not take the token'],
  [
    'infisical:p1/prod#URL',
    { INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET: 'hunter2-wrong' },
    'AUTH_FAILED',
    'The login at Infisical was refused',
  ],
  ['infisical:p1/prod#URL', { INFISICAL_UNIVERSAL_AUTH_CLIENT_ID: '' }, 'AUTH_FAILED', 'There are no credentials'],
])('%s with %j is %s', async (reference, more, code, words) => {
  const findings = await lookUp(reference, { ...access(), ...more });
  expect(findings).toMatchObject([{ code, message: expect.stringContaining(words), fix: expect.any(String) }]);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test.each([
  'infisical:p1#URL',
  'infisical:p1/prod',
  'infisical:p1/prod/../x#URL',
  'infisical:p1/prod#URL@last',
])('%s is refused before anything is asked', async (reference) => {
  expect(await lookUp(reference)).toMatchObject([
    { code: 'INVALID_CONFIG', fix: expect.stringContaining('infisical:PROJECT_ID/') },
  ]);
  expect(infisical.requests).toEqual([]);
});

test.each([false, true])('a value goes into its folder, once, beside the others (old server: %s)', async (isOld) => {
  infisical.isOld = isOld;
  const own = () => infisical.folders['p1/prod/api/db']?.secrets;
  expect(await store('infisical:p1/prod/api/db#NEW', 'one\nline\n')).toBe('changed');
  expect(await store('infisical:p1/prod/api/db#URL', 'two')).toBe('changed');
  expect(await store('infisical:p1/prod/api/db#URL', 'two')).toBe('unchanged');
  expect(own()).toEqual([
    { name: 'NEW', versions: ['one\nline\n'] },
    { name: 'URL', versions: ['url of a folder', 'two'] },
  ]);
  expect([...infisical.tokens.keys()]).toEqual(['narrow']);
  // What a folder imports is another's.
  expect(await store('infisical:p1/prod#SHARED', 'of its own')).toBe('changed');
  expect(await lookUp('infisical:p1/prod#SHARED')).toBe('of its own');
});

test.each([
  'POST',
  'PATCH',
])('a value is there once when the answer to a %s is lost, or somebody came in between', async (method) => {
  const folder = { secrets: method === 'PATCH' ? [{ name: 'URL', versions: ['old'] }] : [] };
  infisical.folders['p1/prod/raced'] = folder;
  let calls = 0;
  infisical.before = (request, response) => {
    if (!['POST', 'PATCH'].includes(request.method ?? '') || !request.url?.includes('/secrets/URL')) return false;
    const theirs = method === 'POST' ? [{ name: 'URL', versions: ['of somebody'] }] : [];
    // First they make or remove it; then ours arrives, and its answer does not.
    folder.secrets = calls === 0 ? theirs : [{ name: 'URL', versions: ['mine'] }];
    return calls++ > 0 && Boolean(response.writeHead(502).end());
  };
  expect(await store('infisical:p1/prod/raced#URL', 'mine')).toBe('changed');
  expect([folder.secrets, calls]).toEqual([[{ name: 'URL', versions: ['mine'] }], 2]);
});

test.each<[string, string, Record<string, string>, string, string]>([
  ['infisical:p1/prod#URL', 'hunter2', { INFISICAL_TOKEN: 'reader' }, 'INSUFFICIENT_PERMISSIONS', 'no right to write'],
  ['infisical:p1/prod#URL', 'hunter2', { INFISICAL_TOKEN: 'narrow' }, 'INSUFFICIENT_PERMISSIONS', 'no right to read'],
  ['infisical:p1/prod#URL', 'hunter2', { INFISICAL_TOKEN: 'old' }, 'AUTH_FAILED', 'does not take the token'],
  ['infisical:p1/prod#HIDDEN', 'hunter2', {}, 'INSUFFICIENT_PERMISSIONS', 'is hidden'],
  ['infisical:p1/nowhere#URL', 'hunter2', {}, 'MISSING_ENV', 'is not there'],
  ['infisical:p1/prod#URL@1', 'hunter2', {}, 'UNSUPPORTED', 'names a version'],
  ['infisical:p1/prod#A B', 'hunter2', {}, 'UNSUPPORTED', 'no such names'],
  ['infisical:p1/prod#URL', '${hunter2}', {}, 'INVALID_ENV', 'a reference to another'],
  ['infisical:p1/prod#URL', ' hunter2', {}, 'INVALID_ENV', 'cut blanks'],
  ['infisical:p1/guarded#URL', 'hunter2', {}, 'GATE_REFUSED', 'approval'],
])('%s does not take %s', async (reference, value, more, code, words) => {
  infisical.tokens.set('reader', ['']);
  infisical.readers.add('reader');
  infisical.folders['p1/guarded/'] = { secrets: [] };
  infisical.isGuarded = reference.includes('guarded');
  const failure = await failureOf(store(reference, value, { ...access(), ...more }));
  expect(failure).toMatchObject({ code, reason: expect.stringContaining(words), fix: expect.any(String) });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  expect(infisical.folders['p1/prod/']?.secrets[0]?.versions).toHaveLength(2);
});

function store(reference: string, value: string, environment = access()) {
  return world.store(reference, value, { environment, clock: new InstantClock() });
}

function access(): Record<string, string> {
  return {
    INFISICAL_API_URL: `${infisical.url}/api`,
    INFISICAL_UNIVERSAL_AUTH_CLIENT_ID: 'shop-ci',
    INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET: 'hunter2-client',
  };
}

function lookUp(reference: string, environment = access()) {
  return world.valueOf(reference, { environment, clock: new InstantClock() });
}
