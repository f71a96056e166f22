import { afterEach, beforeEach, expect, test } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type DopplerFake, dopplerFake } from '../support/stores/doppler.ts';

let world: SecretWorld;
let doppler: DopplerFake;

beforeEach(async () => {
  [world, doppler] = await Promise.all([secretWorld(), dopplerFake()]);
  doppler.tokens.set('dp.st.prd', ['shop/prd']);
  doppler.configs['shop/prd'] = { URL: 'url of prd', KEY: 'key of prd', EMPTY: '' };
  doppler.configs['shop/stg'] = { URL: 'url of stg' };
});

afterEach(() => Promise.all([world.dispose(), doppler.close()]));

test('secrets of a config are read by one request, whatever the form of the reference', async () => {
  const { values, findings } = await world.resolve(
    { A: 'doppler:shop/prd#URL', B: 'doppler://shop/prd#KEY', C: 'doppler:shop/prd#URL' },
    { environment: access() },
  );
  expect(findings).toEqual([]);
  expect(Object.values(values).map((value) => value.reveal())).toEqual(['url of prd', 'key of prd', 'url of prd']);
  expect(doppler.requests).toEqual(['GET /v3/configs/config/secrets/download']);
});

test.each<[string, string, string, string]>([
  ['doppler:shop/prd#URI', 'dp.st.prd', 'MISSING_ENV', 'nothing there has the name URI'],
  ['doppler:shop/prd#EMPTY', 'dp.st.prd', 'MISSING_ENV', 'is empty'],
  ['doppler:shop/dev#URL', 'dp.st.prd', 'MISSING_ENV', 'doppler:shop/dev is not there'],
  ['doppler:shop/stg#URL', 'dp.st.prd', 'INSUFFICIENT_PERMISSIONS', 'no right to read'],
  ['doppler:shop/prd#URL', 'dp.st.old', 'AUTH_FAILED', 'does not take the token'],
  ['doppler:shop/prd#URL', '', 'AUTH_FAILED', 'There is no token for Doppler'],
])('%s by "%s" is %s', async (reference, token, code, words) => {
  expect(await lookUp(reference, access(token))).toMatchObject([
    { code, message: expect.stringContaining(words), fix: expect.any(String) },
  ]);
});

test('what another config holds is not taken for this one', async () => {
  doppler.before = (_, response) => {
    response.end(JSON.stringify({ DOPPLER_PROJECT: 'shop', DOPPLER_CONFIG: 'stg', URL: 'hunter2' }));
    return true;
  };
  const findings = await lookUp('doppler:shop/prd#URL');
  expect(findings).toMatchObject([{ code: 'INSUFFICIENT_PERMISSIONS', message: expect.stringContaining('another') }]);
});

test.each([
  'doppler:shop#URL',
  'doppler:shop/prd',
  'doppler:shop/prd/x#URL',
  'doppler:shop/prd#URL@3',
])('%s is refused before anything is asked', async (reference) => {
  expect(await lookUp(reference)).toMatchObject([
    { code: 'INVALID_CONFIG', fix: expect.stringContaining('doppler:shop/prd#DATABASE_URL') },
  ]);
  expect(doppler.requests).toEqual([]);
});

test('a value goes into its config, once, beside the others', async () => {
  doppler.writers.add('dp.st.prd');
  expect(await store('doppler:shop/prd#NEW', 'one')).toBe('changed');
  expect(await store('doppler:shop/prd#URL', 'two')).toBe('changed');
  expect(await store('doppler:shop/prd#URL', 'two')).toBe('unchanged');
  expect(doppler.configs['shop/prd']).toEqual({ URL: 'two', KEY: 'key of prd', EMPTY: '', NEW: 'one' });
  expect(doppler.requests.filter((line) => line.startsWith('POST'))).toHaveLength(2);
});

test('a value is not lost, nor loses one unseen, when another writer comes in between, or an answer gets lost', async () => {
  doppler.writers.add('dp.st.prd');
  const seen: string[] = [];
  let faults = 0;
  doppler.before = (request, response) => {
    if (request.method !== 'POST' || faults++ > 1) return false;
    seen.push(doppler.configs['shop/prd']?.['URL'] ?? '');
    const URL = faults === 1 ? 'of somebody' : 'mine';
    doppler.configs['shop/prd'] = { ...doppler.configs['shop/prd'], URL };
    if (faults === 2) response.writeHead(502).end();
    return faults === 2;
  };
  expect(await store('doppler:shop/prd#URL', 'mine')).toBe('changed');
  expect(seen).toEqual(['url of prd', 'of somebody']);
  expect(doppler.configs['shop/prd']).toMatchObject({ URL: 'mine' });
});

test.each<[string, string, string, string]>([
  ['doppler:shop/prd#URL', 'hunter2', 'INSUFFICIENT_PERMISSIONS', 'no right to write'],
  ['doppler:shop/stg#URL', 'hunter2', 'INSUFFICIENT_PERMISSIONS', 'no right to read'],
  ['doppler:shop/dev#URL', 'hunter2', 'MISSING_ENV', 'is not there'],
  ['doppler:shop/prd#SEALED', 'hunter2', 'INSUFFICIENT_PERMISSIONS', 'is restricted'],
  ['doppler:shop/prd#url', 'hunter2', 'UNSUPPORTED', 'capital letters'],
  ['doppler:shop/prd#DOPPLER_CONFIG', 'hunter2', 'UNSUPPORTED', 'of its own'],
  ['doppler:shop/prd#URL', '${hunter2}', 'INVALID_ENV', 'a reference to another'],
])('%s does not take %s: %s', async (reference, value, code, words) => {
  doppler.configs['shop/prd'] = { ...doppler.configs['shop/prd'], SEALED: 'hunter2' };
  doppler.restricted.add('SEALED');
  const before = { ...doppler.configs['shop/prd'] };
  const failure = await failureOf(store(reference, value));
  expect(failure).toMatchObject({ code, reason: expect.stringContaining(words), fix: expect.any(String) });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  expect(doppler.configs['shop/prd']).toEqual(before);
});

function store(reference: string, value: string) {
  return world.store(reference, value, { environment: access(), clock: new InstantClock() });
}

function access(token = 'dp.st.prd') {
  return { DOPPLER_API_HOST: doppler.url, DOPPLER_TOKEN: token };
}

function lookUp(reference: string, environment = access()) {
  return world.valueOf(reference, { environment, clock: new InstantClock() });
}
