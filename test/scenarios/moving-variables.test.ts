import { stat } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dotenvLine } from '../../src/secrets/dotenv-text.ts';
import { ANSWERS, DATABASE, type FillingWorld, fillingWorld } from '../support/filling-world.ts';
import { CANARIES } from '../support/leaks.ts';
import type { Project } from '../support/project.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

let world: FillingWorld;
let project: Project;
const run: FillingWorld['run'] = (...args) => world.run(...args);
const answer: FillingWorld['answer'] = (...args) => world.answer(...args);
const values: FillingWorld['values'] = (file) => world.values(file);

beforeAll(async () => {
  world = await fillingWorld();
  project = world.project;
  await run('env fill --env staging --stdin', { input: `${ANSWERS}NEXTAUTH_SECRET=${'longenough'.repeat(4)}\n` });
});
afterAll(() => project.dispose());

describe('env import and env export', () => {
  let vault: VaultFake;
  const env = () => ({ VAULT_ADDR: vault.url, VAULT_TOKEN: 'writer' });

  beforeAll(async () => {
    vault = await vaultFake();
    vault.tokens.set('writer', ['kv/']);
    vault.writers.set('writer', ['kv/']);
    vault.stores['kv'] = { type: 'kv', version: '2', secrets: {} };
  });
  afterAll(() => vault.close());

  it('give every value back as it was, by way of Vault', async () => {
    const given = Object.fromEntries(CANARIES.map(({ name, value }) => [`CANARY_${name.toUpperCase()}_KEY`, value]));
    const lines = Object.entries({ ...given, PLAIN: "it's a # ${secret:plain} one" }).map(([name, value]) =>
      dotenvLine(name, value),
    );
    await project.write('.env.old', `${lines.join('\n')}\nEMPTY=\n`);
    const line = 'env import .env.old --env other --to vault:kv/other';
    const asked = await run(line, { env: env() });
    expect([asked.code, asked.stderr.includes('vault:kv/other#CANARY_PLAIN_KEY')]).toEqual([5, true]);
    expect(vault.stores['kv']).toMatchObject({ secrets: {} });
    const done = await answer('env-import', `${line} --yes`, { env: env() });
    expect(done).toMatchObject({ changed: true, empty: ['EMPTY'] });
    expect((await answer('env-import', `${line} --yes`, { env: env() })).changed).toBe(false);
    const names = [...Object.keys(given), 'PLAIN'];
    const out = await answer(
      'env-export',
      `env export --env other --secrets --out .env.out --keys ${names.join(',')}`,
      { env: env() },
    );
    expect(out).toMatchObject({ file: '.env.out', changed: true });
    expect(await values('.env.out')).toEqual({ ...given, PLAIN: "it's a # ${secret:plain} one" });
    expect((await stat(project.path('.env.out'))).mode & 0o777).toBe(0o600);
  });

  it('keep to the places that an environment may read', async () => {
    const refused = await run('env generate X_TOKEN --env fenced --to vault:kv/other --json', { env: env() });
    expect(refused.json()).toMatchObject({
      code: 'INVALID_CONFIG',
      reason: expect.stringContaining('fenced may not read'),
    });
    const copied = await run('env copy staging fenced --keys DATABASE_URL --secrets --yes');
    expect(copied.stderr).toContain('fenced may not read dotenv:.env.staging#DATABASE_URL');
    const made = await answer('env-generate', 'env generate X_TOKEN --env fenced --to vault:kv/fenced/{KEY}#value', {
      env: env(),
    });
    expect(made.reference).toBe('vault:kv/fenced/X_TOKEN#value');
    expect(vault.stores['kv']).toMatchObject({
      secrets: { 'fenced/X_TOKEN': [{ data: { value: expect.any(String) } }] },
    });
  });

  it('show no secret unless that is asked for twice', async () => {
    expect((await run('env export --env staging --secrets')).code).toBe(2);
    const { values: plain, left_out } = await answer('env-export', 'env export --env staging');
    expect([Object.keys(plain), left_out.length]).toEqual([['NEXTAUTH_URL'], 3]);
    expect((await run('env export --env staging --secrets --print')).stdout).toContain(DATABASE);
    expect((await run('env export --env staging --secrets --out open.env')).code).toBe(4);
    expect((await run('env export --env staging --out .env.out')).code).toBe(4);
    const { stdout } = await run('env export --env qa');
    expect(parseEnv(stdout)).toMatchObject({ ODD: ` it's # "odd" `, BETA: 'true' });
    expect((await answer('env-import', 'env import - --env qa --keys ODD,BETA', { input: stdout })).changed).toBe(
      false,
    );
    expect((await run('env import - --env qa', { input: 'BETA=false\n' })).stderr).toContain('BETA is a flag');
  });
});

describe('env copy', () => {
  it('copies what is no secret, and spares what is one over there', async () => {
    const { steps, left_out } = await answer('env-copy', 'env copy qa other --yes');
    expect(steps.map(({ key, change }: Record<string, string>) => [key, change])).toEqual([
      ['ODD', 'add'],
      ['REGION', 'update'],
      ['BETA', 'add'],
    ]);
    expect(left_out).toEqual(['API_TOKEN', 'SPARED']);
    expect((await run('env copy qa other --yes')).stdout).toBe(
      'Nothing to change: other has the same as qa, but for what is left out\n',
    );
  });

  it('copies secrets as references when told, and says that they are shared', async () => {
    expect((await run('env copy staging qa --keys STRIPE_SECRET_KEY --yes')).code).toBe(4);
    const { warnings, steps } = await answer(
      'env-copy',
      'env copy staging qa --keys STRIPE_SECRET_KEY --secrets --yes',
    );
    expect(steps).toMatchObject([{ kind: 'secret', to: 'dotenv:.env.staging#STRIPE_SECRET_KEY' }]);
    expect(warnings[0].message).toContain('the very secret of staging');
    expect((await run('env copy qa nowhere --yes')).code).toBe(6);
    expect((await run('env copy qa qa --yes')).code).toBe(2);
    expect((await run('env copy qa other --keys REGIO --yes')).stderr).toContain('Did you mean REGION?');
  });
});

it('no secret is in the state, the audit log, or what was printed; every change is on record', () =>
  world.expectKeptToItself(['env fill', 'env generate', 'env import', 'env copy']));
