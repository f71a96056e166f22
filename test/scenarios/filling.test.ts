import { execFileSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dotenvLine } from '../../src/secrets/dotenv-text.ts';
import { breaches } from '../support/conforms.ts';
import { CANARIES, findLeaks, folderSinks, OWN, type Sink } from '../support/leaks.ts';
import { type Outcome, type Project, projectOf, type RunOptions } from '../support/project.ts';
import { hasTerminals, onTerminal, terminalReason } from '../support/terminal.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

const PRELOAD = resolve(import.meta.dirname, '../support/crash/preload.js');
const STRIPE = `sk_test_51H8xYz${OWN}Stripe`;
const URL = 'https://shop.example.com';
const DATABASE = `postgres://shop:pass${OWN}word@db.example.com/shop`;
const SECRETS = [...CANARIES, ...[STRIPE, DATABASE].map((value) => ({ name: value, value, cores: [value] }))];

const CONFIG = `version: 1
project: shop
defaults: { driver: local }
services:
  app:
    path: app
    start: node server.js
    env:
      - DATABASE_URL
      - STRIPE_SECRET_KEY
      - NEXTAUTH_SECRET
      - { key: SENTRY_DSN, optional: true }
environments:
  staging: { mode: staging }
  qa: { mode: staging, variables: { REGION: eu, ODD: " it's # \\"odd\\" ", API_TOKEN: plainbutsecret, SPARED: open }, flags: { BETA: true } }
  other: { mode: staging, variables: { REGION: us }, secrets: { SPARED: "env:SPARED" } }
  production: { mode: production }
  crash: { mode: staging }
  fenced: { mode: staging, secret_paths: ["vault:kv/fenced/*"] }
`;

let project: Project;
const outputs: Sink[] = [];

/** What these print of secrets is meant to be seen. */
const tell = new Set(['--print']);

async function run(line: string, options: RunOptions = {}): Promise<Outcome> {
  const words = line.split(' ');
  const outcome = await project.run(words, options);
  if (!words.some((word) => tell.has(word)))
    outputs.push(
      { name: `stdout of ${line}`, text: outcome.stdout },
      { name: `stderr of ${line}`, text: outcome.stderr },
    );
  return outcome;
}

/** The document of a command that goes well, which has to be as its schema says. */
async function answer(schema: string, line: string, options: RunOptions = {}) {
  const outcome = await run(`${line} --json`, options);
  if (outcome.code !== 0) throw new Error(`${line}: ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
  expect(breaches(schema, outcome.json())).toEqual([]);
  return outcome.json();
}

async function values(file: string): Promise<Record<string, string | undefined>> {
  return { ...parseEnv(await project.read(file)) };
}

beforeAll(async () => {
  project = await projectOf({
    'deploy.config.yaml': CONFIG,
    '.gitignore': '.env*\n!.env.example\n',
    'app/server.js': 'new URL(process.env.NEXTAUTH_URL);\n',
  });
  execFileSync('git', ['init', '--quiet'], { cwd: project.folder });
});
afterAll(() => project.dispose());

describe('env fill', () => {
  const all = `DATABASE_URL=${DATABASE}\nSTRIPE_SECRET_KEY=${STRIPE}\nNEXTAUTH_URL=${URL}\n`;

  it('without a terminal names all that is missing, with the place that asks for it', async () => {
    const outcome = await run('env fill --env staging --json', { input: all });
    expect(outcome.code).toBe(5);
    expect(outcome.json()).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      fix_suggestion: expect.stringContaining('--stdin'),
    });
    expect(outcome.json().findings.map(({ key }: { key: string }) => key)).toEqual([
      'DATABASE_URL',
      'NEXTAUTH_SECRET',
      'NEXTAUTH_URL',
      'STRIPE_SECRET_KEY',
    ]);
    expect(outcome.json().findings.map(({ evidence }: { evidence: string[] }) => evidence[0])).toEqual([
      'deploy.config.yaml services.app.env',
      'deploy.config.yaml services.app.env',
      'app/server.js:1 process.env.NEXTAUTH_URL',
      'deploy.config.yaml services.app.env',
    ]);
  });

  it('takes nothing from stdin when one value is wrong, and tells all that are', async () => {
    const outcome = await run('env fill --env staging --stdin --json', {
      input: all.replace(STRIPE, 'live').replace(URL, 'loud'),
    });
    expect(outcome.code).toBe(4);
    expect(outcome.json().findings.map(({ key }: { key: string }) => key)).toEqual([
      'NEXTAUTH_URL',
      'STRIPE_SECRET_KEY',
    ]);
    await expect(project.read('.env.staging')).rejects.toThrow();
    expect((await run('env fill --env staging --stdin', { input: 'STRIPE_SECRET_KEI=x\n' })).stderr).toContain(
      'Did you mean STRIPE_SECRET_KEY?',
    );
  });

  it('stores what stdin gives, secrets by reference, and says what is left', async () => {
    const outcome = await run('env fill --env staging --stdin --json', { input: all });
    expect(outcome.code).toBe(4);
    expect(outcome.json()).toMatchObject({
      code: 'MISSING_ENV',
      filled: ['DATABASE_URL', 'NEXTAUTH_URL', 'STRIPE_SECRET_KEY'],
      left: ['NEXTAUTH_SECRET'],
    });
    expect(await values('.env.staging')).toEqual({ DATABASE_URL: DATABASE, STRIPE_SECRET_KEY: STRIPE });
    const { configuration, revisions } = (await run('env show staging --json')).json();
    expect(configuration).toMatchObject({
      variables: { NEXTAUTH_URL: URL },
      secrets: { STRIPE_SECRET_KEY: 'dotenv:.env.staging#STRIPE_SECRET_KEY' },
    });
    expect(revisions).toBe(1);
  });

  it('does it once: the same again changes nothing, another value is refused', async () => {
    await run('env generate NEXTAUTH_SECRET --env staging');
    expect(await answer('env-fill', 'env fill --env staging --stdin', { input: all })).toMatchObject({
      changed: false,
      left: [],
    });
    const other = { input: 'NEXTAUTH_URL=https://new.example.com\n' };
    expect((await run('env fill --env staging --stdin', other)).code).toBe(4);
    expect((await answer('env-fill', 'env fill --env staging --stdin --overwrite', other)).filled).toEqual([
      'NEXTAUTH_URL',
    ]);
    expect((await run('env check --env staging')).code).toBe(0);
  });

  it.each([
    'rename .env.crash #2',
    'link state/N.json #1',
  ])('is whole again after a kill in front of %s', async (CRASH_AT) => {
    const killed = await run('env fill --env crash --stdin', {
      input: all,
      env: { CRASH_AT },
      node: ['--import', PRELOAD],
    });
    expect(killed.code).toBe(null);
    const kept = await values('.env.crash').catch(() => ({}));
    for (const [key, value] of Object.entries(kept)) expect([DATABASE, STRIPE], key).toContain(value);
    const outcome = await run('env fill --env crash --stdin --json', { input: all });
    expect(outcome.json().left).toEqual(['NEXTAUTH_SECRET']);
    expect(await values('.env.crash')).toEqual({ DATABASE_URL: DATABASE, STRIPE_SECRET_KEY: STRIPE });
    expect((await readdir(project.folder)).filter((name) => name.startsWith('.env.deployer'))).toEqual([]);
    for (const kind of ['', ' --secret'])
      await run(`env unset${kind} ${kind ? 'DATABASE_URL STRIPE_SECRET_KEY' : 'NEXTAUTH_URL'} --env crash`);
    await project.write('.env.crash', '');
  });

  describe.skipIf(!hasTerminals)(`at a terminal${terminalReason}`, () => {
    it('asks unseen for secrets, again when a value is wrong, and keeps what was answered before a Ctrl-C', async () => {
      const { code, screen } = await onTerminal(project, ['env', 'fill', '--env', 'production'], {
        answer: [
          { to: 'DATABASE_URL, or nothing to leave it: ', keys: 'postgres://db.example.com\r' },
          { to: 'DATABASE_URL, or nothing to leave it: ', keys: `${DATABASE}x\x7f\r` },
          { to: 'NEXTAUTH_SECRET, or nothing to leave it: ', keys: '\r' },
          { to: 'NEXTAUTH_URL, or nothing to leave it: ', keys: 'loud\r' },
          { to: 'NEXTAUTH_URL, or nothing to leave it: ', keys: `${URL}\r` },
          { to: 'STRIPE_SECRET_KEY, or nothing to leave it: ', keys: '\x03' },
        ],
      });
      outputs.push({ name: 'the screen', text: screen });
      expect(code).toBe(130);
      expect(screen).toContain('*'.repeat(DATABASE.length));
      expect(screen).toContain('What NextAuth signs and encrypts sessions with.');
      expect(screen).toContain('dotenv:.env.production#DATABASE_URL');
      expect(screen).toMatch(/NEXTAUTH_URL .*\(expected an http/);
      expect(screen).toContain('is kept (DATABASE_URL, NEXTAUTH_URL)');
      expect(await values('.env.production')).toEqual({ DATABASE_URL: DATABASE });
    });

    it('takes several pasted lines as one value, and leaves what gets no answer', async () => {
      const pem = '-----BEGIN PRIVATE KEY-----\nabcdefgh12345678\n-----END PRIVATE KEY-----';
      const { code } = await onTerminal(project, ['env', 'fill', '--env', 'production'], {
        answer: [
          {
            to: 'NEXTAUTH_SECRET, or nothing to leave it: ',
            keys: `\x1b[200~${pem.replaceAll('\n', '\r')}\x1b[201~\r`,
          },
          { to: 'STRIPE_SECRET_KEY, or nothing to leave it: ', keys: '\r' },
        ],
      });
      expect(code).toBe(4);
      expect(await values('.env.production')).toEqual({ DATABASE_URL: DATABASE, NEXTAUTH_SECRET: pem });
    });
  });
});

describe('env generate', () => {
  it('makes no value twice, shows none, and replaces one only when told', async () => {
    const made = (await values('.env.staging')).NEXTAUTH_SECRET ?? '';
    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    outputs.push(...folderSinks(project.path('.deployer')).filter(({ text }) => String(text).includes(made)));
    const refused = await run('env generate NEXTAUTH_SECRET --env staging --json');
    expect([refused.code, refused.json().code]).toEqual([4, 'GATE_REFUSED']);
    const again = await answer('env-generate', 'env generate NEXTAUTH_SECRET --env staging --overwrite --length 48');
    expect(again).toMatchObject({ reference: 'dotenv:.env.staging#NEXTAUTH_SECRET', changed: true });
    const other = (await values('.env.staging')).NEXTAUTH_SECRET ?? '';
    expect(Buffer.from(other, 'base64')).toHaveLength(48);
    for (const { text } of [...outputs, ...folderSinks(project.path('.deployer'))])
      expect(String(text).includes(made) || String(text).includes(other)).toBe(false);
  });

  it('does not make what a service hands out, nor what is public', async () => {
    for (const key of ['STRIPE_SECRET_KEY', 'SOME_API_KEY', 'NEXT_PUBLIC_TOKEN', 'DATABASE_URL'])
      expect((await run(`env generate ${key} --env staging`)).code).toBe(2);
    expect((await run('env generate X_TOKEN --env staging --length 8')).stderr).toContain('is weak');
    expect((await run('env generate X_TOKEN --env staging --to env:X_TOKEN')).code).toBe(2);
    expect((await run('env generate X_TOKEN --env staging --to dotenv:open.env')).stderr).toContain('.gitignore');
  });

  it('prints one when that is asked for, and stores it nowhere then', async () => {
    const before = await readdir(project.folder);
    expect((await run('env generate DB_PASSWORD --print')).stdout).toMatch(/^[A-Za-z][\w-]{31}\n$/);
    expect(await answer('env-generate', 'env generate RUN_UUID --print')).toMatchObject({ format: 'uuid' });
    expect(await readdir(project.folder)).toEqual(before);
  });
});

it('env template says what is needed, the same each time, and overwrites nothing', async () => {
  const { variables, changed } = await answer('env-template', 'env template --env staging');
  expect(changed).toBe(true);
  expect(variables).toHaveLength(5);
  const text = await project.read('.env.example');
  expect(text).toContain('# What NextAuth signs and encrypts sessions with.\n# required, secret; such as ');
  expect(text).toMatch(/# optional; such as https:.*\n# SENTRY_DSN=\n/);
  expect((await answer('env-template', 'env template --env staging')).changed).toBe(false);
  expect((await run('env template --env staging --out -')).stdout).toBe(text);
  await project.write('.env.example', 'MINE=\n');
  expect((await run('env template --env staging')).code).toBe(4);
  expect(await project.read('.env.example')).toBe('MINE=\n');
  await run('env template --env staging --overwrite');
  expect(await project.read('.env.example')).toBe(text);
});

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
    expect((await answer('env-copy', 'env copy qa other --yes')).changed).toBe(false);
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

it('no secret is in the state, the audit log, or what was printed; every change is on record', async () => {
  expect(findLeaks([...outputs, ...folderSinks(project.path('.deployer'))], SECRETS)).toEqual([]);
  const { entries } = (await project.ok(['audit', '--limit', '100', '--json'])).json();
  const actions = new Set(entries.map(({ action }: { action: string }) => action));
  for (const action of ['env fill', 'env generate', 'env import', 'env copy']) expect(actions).toContain(action);
  expect((await project.run(['state', 'verify'])).code).toBe(0);
});
