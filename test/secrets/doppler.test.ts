import { afterEach, beforeEach, expect, test } from 'vitest';
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

function access(token = 'dp.st.prd') {
  return { DOPPLER_API_HOST: doppler.url, DOPPLER_TOKEN: token };
}

function lookUp(reference: string, environment = access()) {
  return world.valueOf(reference, { environment, clock: new InstantClock() });
}
