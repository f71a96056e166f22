import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS, DATABASE, type FillingWorld, fillingWorld, STRIPE, URL } from '../support/filling-world.ts';
import { folderSinks } from '../support/leaks.ts';
import type { Project } from '../support/project.ts';
import { hasTerminals, onTerminal, terminalReason } from '../support/terminal.ts';

const PRELOAD = resolve(import.meta.dirname, '../support/crash/preload.js');
let world: FillingWorld;
let project: Project;
const run: FillingWorld['run'] = (...args) => world.run(...args);
const answer: FillingWorld['answer'] = (...args) => world.answer(...args);
const values: FillingWorld['values'] = (file) => world.values(file);

beforeAll(async () => {
  world = await fillingWorld();
  project = world.project;
});
afterAll(() => project.dispose());

describe('env fill', () => {
  it('without a terminal names all that is missing, with the place that asks for it', async () => {
    const outcome = await run('env fill --env staging --json', { input: ANSWERS });
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
      input: ANSWERS.replace(STRIPE, 'live').replace(URL, 'loud'),
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
    const outcome = await run('env fill --env staging --stdin --json', { input: ANSWERS });
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
    expect(await answer('env-fill', 'env fill --env staging --stdin', { input: ANSWERS })).toMatchObject({
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
      input: ANSWERS,
      env: { CRASH_AT },
      node: ['--import', PRELOAD],
    });
    expect(killed.code).toBe(null);
    const kept = await values('.env.crash').catch(() => ({}));
    for (const [key, value] of Object.entries(kept)) expect([DATABASE, STRIPE], key).toContain(value);
    const outcome = await run('env fill --env crash --stdin --json', { input: ANSWERS });
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
      world.outputs.push({ name: 'the screen', text: screen });
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
    world.outputs.push(...folderSinks(project.path('.deployer')).filter(({ text }) => String(text).includes(made)));
    const refused = await run('env generate NEXTAUTH_SECRET --env staging --json');
    expect([refused.code, refused.json().code]).toEqual([4, 'GATE_REFUSED']);
    const again = await answer('env-generate', 'env generate NEXTAUTH_SECRET --env staging --overwrite --length 48');
    expect(again).toMatchObject({ reference: 'dotenv:.env.staging#NEXTAUTH_SECRET', changed: true });
    const other = (await values('.env.staging')).NEXTAUTH_SECRET ?? '';
    expect(Buffer.from(other, 'base64')).toHaveLength(48);
    for (const { text } of [...world.outputs, ...folderSinks(project.path('.deployer'))])
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

it('no secret is in the state, the audit log, or what was printed; every change is on record', () =>
  world.expectKeptToItself(['env fill', 'env generate']));
