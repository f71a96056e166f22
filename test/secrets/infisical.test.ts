import { afterEach, beforeEach, expect, test } from 'vitest';
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
