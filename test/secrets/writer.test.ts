import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dotenvLine, withVariable } from '../../src/secrets/dotenv-text.ts';
import { failureOf } from '../support/failure-of.ts';
import { CANARIES } from '../support/leaks.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

let world: SecretWorld;

beforeEach(async () => {
  world = await secretWorld();
});
afterEach(() => world.dispose());

const git = (...words: string[]) => execFileSync('git', words, { cwd: world.root, stdio: 'pipe' });

describe('a value that goes into a dotenv file', () => {
  test('makes the file, for its owner only, and is read back', async () => {
    expect(await world.store('dotenv:.env.production#API_KEY', `it's "new" #1`)).toBe('changed');
    expect((await stat(join(world.root, '.env.production'))).mode & 0o777).toBe(0o600);
    expect(await world.valueOf('dotenv:.env.production#API_KEY')).toBe(`it's "new" #1`);
    expect(await world.store('dotenv:.env.production#API_KEY', `it's "new" #1`)).toBe('unchanged');
    expect(await readdir(world.root)).toEqual(['.env.production']);
  });

  test('takes the place of the old one, and leaves all other lines', async () => {
    const text = `# of the team\r\nexport A='one\n# no comment\nB=no variable' # why\n\nB = two # old\nC="3"\nB=again`;
    await world.write('.env', text, 0o644);
    await world.store('dotenv:.env#B', 'new\nlines');
    expect(await readFile(join(world.root, '.env'), 'utf8')).toBe(
      `# of the team\r\nexport A='one\n# no comment\nB=no variable' # why\n\nB='new\nlines' # old\nC="3"\nB='new\nlines'`,
    );
    await world.store('dotenv:.env#A', 'plain');
    expect(await readFile(join(world.root, '.env'), 'utf8')).toContain('export A=plain # why\n\n');
    expect((await stat(join(world.root, '.env'))).mode & 0o777).toBe(0o600);
  });

  test('of any form is read back exactly, beside any other, or refused', () => {
    const texts = fc.string({ unit: fc.constantFrom(...`'"\`\\$#= \n\r\té{}nA:/`), maxLength: 12 });
    const names = fc.constantFrom('A', 'B', 'LONGER_NAME');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, texts), { maxLength: 6 }), fc.string({ maxLength: 20 }), (pairs, before) => {
        let text = before;
        for (const [name, value] of pairs) {
          const [old, next] = [parseEnv(text), withVariable(text, name, value)];
          if (next === undefined) continue;
          expect(parseEnv(next)).toEqual({ ...old, [name]: value });
          text = next;
        }
      }),
      { numRuns: 500 },
    );
    for (const { name, value } of CANARIES) expect([name, dotenvLine('A', value) !== undefined]).toEqual([name, true]);
  });

  test('that no quotes can hold is refused, and the file stays', async () => {
    await world.write('.env', 'A=1\n');
    const failure = await failureOf(world.store('dotenv:.env#A', `all ' three " of \` them # here`));
    expect(failure).toMatchObject({ code: 'INVALID_ENV', reason: expect.stringContaining('A cannot stand') });
    expect(JSON.stringify(failure)).not.toContain('three');
    expect(await readFile(join(world.root, '.env'), 'utf8')).toBe('A=1\n');
  });

  test('is refused outside the project, through a link too', async () => {
    await symlink('/tmp', join(world.root, 'away'));
    for (const path of ['../x', '/tmp/x', 'away/x'])
      expect(await failureOf(world.store(`dotenv:${path}#A`, 'secret'))).toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test('is refused in a file that git tracks or would track', async () => {
    git('init', '--quiet');
    await world.write('.gitignore', '.env*\n');
    await mkdir(join(world.root, 'app'));
    expect(await world.store('dotenv:app/.env#A', 'secret')).toBe('changed');
    expect(await failureOf(world.store('dotenv:secrets.env#A', 'secret'))).toMatchObject({
      code: 'GATE_REFUSED',
      fix: 'Add secrets.env to .gitignore',
    });
    git('add', '--force', 'app/.env');
    expect(await failureOf(world.store('dotenv:app/.env#A', 'secret'))).toMatchObject({
      code: 'GATE_REFUSED',
      reason: expect.stringContaining('tracked by git'),
    });
    expect(await readdir(world.root)).not.toContain('secrets.env');
  });

  test('survives writers that meet, and what one that died left is swept', async () => {
    const left = ['.env.deployer-fresh-4194304-dead', '.env.deployer-fresh-1-old'];
    for (const name of left) await world.write(name, 'A=old secret');
    await utimes(join(world.root, '.env.deployer-fresh-1-old'), 0, 0);
    await world.write('.env.deployer-turn-.env', '4194304');
    const names = Array.from({ length: 12 }, (_, index) => `NAME_${index}`);
    await Promise.all(names.map((name) => world.store(`dotenv:.env#${name}`, name)));
    expect(parseEnv(await readFile(join(world.root, '.env'), 'utf8'))).toEqual(
      Object.fromEntries(names.map((name) => [name, name])),
    );
    expect(await readdir(world.root)).toEqual(['.env']);
  });
});

test.each([
  ['env:NAME', 'set where it is started'],
  ['exec:tell#A', 'only tells secrets'],
  ['age:secrets.age#A', 'whom it is encrypted for'],
  ['vault:kv/shop#a@3', 'names a version'],
])('%s is not written, and the refusal says why', async (reference, why) => {
  const commands = { tell: { command: ['true'], env: [], timeout: 1_000 } };
  expect(await failureOf(world.store(reference, 'secret', { commands }))).toMatchObject({
    code: 'UNSUPPORTED',
    reason: expect.stringContaining(why),
  });
});

describe('a value that goes into Vault', () => {
  let vault: VaultFake;
  const access = () => ({ environment: { VAULT_ADDR: vault.url, VAULT_TOKEN: 'writer' } });
  const store = (reference: string, value: string) => world.store(reference, value, access());

  beforeEach(async () => {
    vault = await vaultFake();
    vault.tokens.set('writer', ['kv/', 'old/']).set('reader', ['kv/']);
    vault.writers.set('writer', ['kv/', 'old/']);
    const shop = [{ data: { url: 'one', port: 5432, deep: { a: [1] } } }];
    const gone = [{ data: { url: 'gone' }, deletion_time: '2026-01-02T00:00:00Z' }];
    vault.stores['kv'] = { type: 'kv', version: '2', cas_required: true, secrets: { shop, gone } };
    vault.stores['old'] = { type: 'kv', version: '1', secrets: { shop: { url: 'one', port: 5432 } } };
  });
  afterEach(() => vault.close());

  test('is a new version with the other keys as they were, and none when nothing changes', async () => {
    expect(await store('vault:kv/shop#key', 'two')).toBe('changed');
    expect(await store('vault:kv/shop#key', 'two')).toBe('unchanged');
    expect(vault.stores['kv']).toMatchObject({ secrets: { shop: { length: 2 } } });
    expect(await world.valueOf('vault:kv/shop#key', access())).toBe('two');
    expect(await world.valueOf('vault:kv/shop#url', access())).toBe('one');
    expect(vault.stores['kv']).toMatchObject({ secrets: { shop: [{}, { data: { port: 5432, deep: { a: [1] } } }] } });
  });

  test('makes a secret where none is, or where the last version was deleted', async () => {
    expect(await store('vault:kv/new/place#url', 'made')).toBe('changed');
    expect(await store('vault:kv/gone#url', 'back')).toBe('changed');
    expect(await world.valueOf('vault:kv/gone#url', access())).toBe('back');
  });

  test('goes into a store without versions too', async () => {
    expect(await store('vault:old/shop#key', 'two')).toBe('changed');
    expect(vault.stores['old']).toMatchObject({ secrets: { shop: { url: 'one', port: 5432, key: 'two' } } });
  });

  test('is not lost, nor loses one, when another writer comes in between', async () => {
    let others = 2;
    vault.before = (request) => {
      const kv = vault.stores['kv'];
      if (request.method === 'POST' && kv?.type === 'kv' && kv.version === '2' && others-- > 0)
        kv.secrets['shop'] = [...(kv.secrets['shop'] ?? []), { data: { url: `other ${others}` } }];
      return false;
    };
    expect(await store('vault:kv/shop#key', 'mine')).toBe('changed');
    const last = vault.stores['kv'];
    expect(last?.type === 'kv' && last.version === '2' && last.secrets['shop']?.at(-1)).toEqual({
      data: { url: 'other 0', key: 'mine' },
    });
  });

  test('needs the right to write', async () => {
    const environment = { VAULT_ADDR: vault.url, VAULT_TOKEN: 'reader' };
    expect(await failureOf(world.store('vault:kv/shop#key', 'hunter2-two', { environment }))).toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
      reason: expect.stringContaining('no right to write'),
      fix: expect.stringContaining('"update"'),
    });
  });

  test('does not round the numbers beside it', async () => {
    vault.stores['old'] = { type: 'kv', version: '1', secrets: { shop: { big: 1.2345678901234567e30 } } };
    expect(await failureOf(store('vault:old/shop#key', 'two'))).toMatchObject({ code: 'INVALID_ENV' });
  });
});
