import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { dotenvx, privateKeyIn } from '../support/dotenvx.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';

const NAME = 'DOTENV_PRIVATE_KEY_PRODUCTION';
const VALUES = { API_KEY: 'a b#c=d', PEM: 'one\ntwo', ODD: 'ü "q" \\ %41', SHELL: '$(touch ran) $HOME' };

/** Made once: `.env.production` and `other/.env.production` for another key, each with its `.env.keys`. */
let made: string;
let key: string;
let world: SecretWorld;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'dotenvx-'));
  const lines = Object.entries(VALUES).map(([name, value]) => `${name}='${value}'`);
  await writeFile(join(made, '.env.production'), `${lines.join('\n')}\n`);
  await writeFile(join(made, '.env'), 'API_KEY=of the plain file\n');
  dotenvx(made, 'encrypt', '-f', '.env.production', '-f', '.env');
  key = privateKeyIn(made, NAME);
});

beforeEach(async () => {
  world = await secretWorld();
  for (const name of ['.env.production', '.env']) await cp(join(made, name), join(world.root, name));
});

afterEach(() => world.dispose());
afterAll(() => rm(made, { recursive: true, force: true }));

test('values that the real dotenvx has encrypted are read, none of them expanded or run', async () => {
  expect(await readFile(join(world.root, '.env.production'), 'utf8')).not.toContain('one');
  const references = Object.fromEntries(Object.keys(VALUES).map((name) => [name, `dotenvx:.env.production#${name}`]));
  const { values, findings } = await world.resolve(references, { environment: { [NAME]: key } });
  expect(findings).toEqual([]);
  expect(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.reveal()]))).toEqual(VALUES);
});

test('the key comes from .env.keys beside the file too, which others should not read', async () => {
  await cp(join(made, '.env.keys'), join(world.root, '.env.keys'));
  expect(await lookUp('dotenvx:.env.production#PEM', {})).toBe(VALUES.PEM);
  expect(await lookUp('dotenvx://.env#API_KEY', {})).toBe('of the plain file');
  await world.write('loose/.env.keys', await readFile(join(made, '.env.keys')), 0o644);
  await cp(join(made, '.env.production'), join(world.root, 'loose/.env.production'));
  const { findings } = await world.resolve('dotenvx:loose/.env.production#PEM');
  expect(findings).toMatchObject([
    { level: 'warning', message: expect.stringContaining('loose/.env.keys can be read') },
  ]);
});

test('one of several keys is enough, while one takes the place of another', async () => {
  expect(await lookUp('dotenvx:.env.production#API_KEY', { [NAME]: `${'1'.repeat(64)}, ${key}` })).toBe(VALUES.API_KEY);
});

test('a value that stands in clear is read, and warned about', async () => {
  const text = await readFile(join(made, '.env.production'), 'utf8');
  await world.write('.env.production', `${text}\nPLAIN=hunter2-plain\n`);
  const { values, findings } = await world.resolve('dotenvx:.env.production#PLAIN');
  expect(values['V']?.reveal()).toBe('hunter2-plain');
  expect(findings).toMatchObject([{ level: 'warning', message: expect.stringContaining('in clear') }]);
});

test('the provider dotenv does not take an encrypted value for the value', async () => {
  expect(await lookUp('dotenv:.env.production#API_KEY', {})).toMatchObject([
    { code: 'INVALID_ENV', fix: 'Refer to it as dotenvx:.env.production#API_KEY' },
  ]);
});

test.each<[string, Record<string, string>, string, string]>([
  ['dotenvx:.env.production#API_KEI', {}, 'MISSING_ENV', 'nothing there has the name API_KEI'],
  ['dotenvx:.env.none#API_KEY', {}, 'MISSING_ENV', '.env.none does not exist'],
  ['dotenvx:../.env#API_KEY', {}, 'INVALID_CONFIG', 'not inside the project'],
  ['dotenvx:.env.production#API_KEY', { [NAME]: '' }, 'AUTH_FAILED', 'There is no private key'],
  ['dotenvx:.env.production#API_KEY', { [NAME]: 'hunter2' }, 'AUTH_FAILED', `${NAME} is no private key`],
  ['dotenvx:.env.production#API_KEY', { [NAME]: '1'.repeat(64) }, 'AUTH_FAILED', 'not encrypted for this key'],
  ['dotenvx:.env.production#API_KEY', { [NAME]: 'f'.repeat(64) }, 'AUTH_FAILED', 'not encrypted for this key'],
  ['dotenvx:.env.production', {}, 'INVALID_CONFIG', 'names a file and one variable'],
  ['dotenvx:.env.production#API_KEY@2', {}, 'INVALID_CONFIG', 'names a file and one variable'],
])('%s with %j is %s', async (reference, environment, code, words) => {
  const findings = await lookUp(reference, { [NAME]: key, ...environment });
  expect(findings).toMatchObject([{ code, message: expect.stringContaining(words), fix: expect.any(String) }]);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('a damaged value is told from a wrong key', async () => {
  const text = await readFile(join(made, '.env.production'), 'utf8');
  const damaged = text.replace(
    /^(API_KEY=.encrypted:.{120})(.)/m,
    (_, most, one) => `${most}${one === 'A' ? 'B' : 'A'}`,
  );
  await world.write('.env.production', damaged);
  expect(await lookUp('dotenvx:.env.production#API_KEY')).toMatchObject([
    { code: 'INVALID_ENV', message: expect.stringContaining('is damaged') },
  ]);
});

function lookUp(reference: string, environment: ProviderWorld['environment'] = { [NAME]: key }) {
  return world.valueOf(reference, { environment });
}
