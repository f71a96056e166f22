import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { createResolver, type Resolved } from '../../src/secrets/resolver.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemProcesses } from '../../src/system/processes.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  root = join(folder, 'project');
  await mkdir(root);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('env', () => {
  test('gives the variable that deployer was started with', async () => {
    expect(await textOf('env:API_KEY', { API_KEY: 'long-enough' })).toBe('long-enough');
  });

  test.each([
    ['not set', {}],
    ['empty', { API_KEY: '' }],
  ])('%s is missing', async (words, environment) => {
    const { findings } = await resolve('env:API_KEY', environment);
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'MISSING_ENV',
        message: `Missing ENV: V (env:API_KEY is ${words})`,
        fix: expect.stringContaining('API_KEY'),
      }),
    ]);
  });

  test('does not find what plain objects inherit', async () => {
    expect((await resolve('env:constructor')).findings).toMatchObject([{ code: 'MISSING_ENV' }]);
  });

  test('has no parts', async () => {
    expect((await resolve('env:A#b', { A: 'x' })).findings).toMatchObject([
      { code: 'INVALID_CONFIG', fix: 'Write env:A' },
    ]);
  });
});

describe('dotenv', () => {
  test('gives a variable of a file in the project, quotes and line breaks included', async () => {
    await secretsFile('.env.staging', '# keys\nexport API_KEY="a b#c"\nPEM="one\ntwo"\nPLAIN=x=y # note\n');
    expect(await textOf('dotenv:.env.staging#API_KEY')).toBe('a b#c');
    expect(await textOf('dotenv:.env.staging#PEM')).toBe('one\ntwo');
    expect(await textOf('dotenv:.env.staging#PLAIN')).toBe('x=y');
  });

  test('a file of mode 0600 that git does not know gives no warning', async () => {
    await secretsFile('.env', 'API_KEY=long-enough\n');
    expect((await resolve('dotenv:.env#API_KEY')).findings).toEqual([]);
  });

  test('a missing variable is named with the nearest one, without values', async () => {
    await secretsFile('.env', 'API_KEY=hunter2-long\nEMPTY=\n');
    const { findings } = await resolve('dotenv:.env#APIKEY');
    expect(findings).toMatchObject([
      {
        code: 'MISSING_ENV',
        message: 'Missing ENV: V (dotenv:.env#APIKEY is not in the file)',
        fix: 'Did you mean .env#API_KEY?',
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect((await resolve('dotenv:.env#EMPTY')).findings).toMatchObject([
      { message: 'Missing ENV: V (dotenv:.env#EMPTY is empty)' },
    ]);
  });

  test('a missing file says which', async () => {
    expect((await resolve('dotenv:.env.nope#A')).findings).toMatchObject([
      { code: 'MISSING_ENV', message: expect.stringContaining('.env.nope does not exist') },
    ]);
  });

  test.each(['dotenv:.env', 'dotenv:.env#A@3'])('%s has to name one variable and no version', async (reference) => {
    expect((await resolve(reference)).findings).toMatchObject([
      { code: 'INVALID_CONFIG', fix: 'Write dotenv:.env#NAME' },
    ]);
  });

  test('a file that others may read is warned about', async () => {
    await secretsFile('.env', 'API_KEY=long-enough\n', 0o644);
    const { values, findings } = await resolve('dotenv:.env#API_KEY');
    expect(values['V']?.reveal()).toBe('long-enough');
    expect(findings).toMatchObject([{ level: 'warning', message: expect.stringContaining('mode 0644') }]);
  });

  test.each(['../outside.env', '/etc/hostname', 'a/../../outside.env', 'a\\b'])('%s is refused', async (path) => {
    await writeFile(join(folder, 'outside.env'), 'A=hunter2-long\n');
    expect((await resolve(`dotenv:${path}#A`)).findings).toMatchObject([{ code: 'INVALID_CONFIG' }]);
  });

  test('a link that leaves the project is refused, as file and as folder', async () => {
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside', '.env'), 'A=hunter2-long\n');
    await symlink(join(folder, 'outside', '.env'), join(root, '.env'));
    await symlink(join(folder, 'outside'), join(root, 'linked'));
    for (const path of ['.env', 'linked/.env'])
      expect((await resolve(`dotenv:${path}#A`)).findings).toMatchObject([
        { code: 'INVALID_CONFIG', message: expect.stringContaining('not inside the project') },
      ]);
  });

  test('a link inside the project is followed', async () => {
    await secretsFile('.env.shared', 'A=long-enough\n');
    await symlink('.env.shared', join(root, '.env'));
    expect(await textOf('dotenv:.env#A')).toBe('long-enough');
  });

  test('a project folder reached through a link is the project', async () => {
    await secretsFile('.env', 'A=long-enough\n');
    await symlink(root, join(folder, 'alias'));
    root = join(folder, 'alias');
    expect(await textOf('dotenv:.env#A')).toBe('long-enough');
  });

  test('a folder, a pipe and a huge file are refused', async () => {
    await mkdir(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await secretsFile('huge', `A=${'x'.repeat(2_000_000)}`);
    for (const path of ['folder', 'pipe', 'huge'])
      expect((await resolve(`dotenv:${path}#A`)).findings).toMatchObject([{ code: 'INVALID_ENV' }]);
  });

  test('a file that git tracks is warned about, in a folder below the repository too', async () => {
    for (const at of ['.', 'services/api']) {
      await mkdir(join(root, at), { recursive: true });
      await secretsFile(join(at, '.env'), 'API_KEY=long-enough\n');
    }
    await secretsFile('services/api/x.env', 'API_KEY=long-enough\n');
    git('init', '-q');
    git('add', 'services/api/x.env');
    expect((await resolve('dotenv:services/api/.env#API_KEY')).findings).toEqual([]);
    git('add', '.');
    for (const path of ['.env', 'services/api/.env'])
      expect((await resolve(`dotenv:${path}#API_KEY`)).findings).toMatchObject([
        { level: 'warning', message: expect.stringContaining('tracked by git') },
      ]);
    root = join(root, 'services');
    expect((await resolve('dotenv:api/.env#API_KEY')).findings).toHaveLength(1);
  });

  test('reads each file once', async () => {
    await secretsFile('.env', 'A=long-enough\nB=long-enough\n');
    const resolver = createResolver({ providers: secretProviders, world: world({}) });
    const signal = new AbortController().signal;
    await resolver.resolve('dotenv:.env#A', signal);
    await rm(join(root, '.env'));
    expect((await resolver.resolve('dotenv:.env#B', signal)).value.reveal()).toBe('long-enough');
  });
});

test('the catalog knows the providers and nothing that objects inherit', async () => {
  expect(secretProviders.names).toEqual(expect.arrayContaining(['dotenv', 'env']));
  expect(await secretProviders.load('constructor')).toBeUndefined();
});

function world(environment: Record<string, string>): ProviderWorld {
  const outside = { clock: systemClock, http: systemHttp(), processes: systemProcesses({ environment }) };
  return { root, environment, ...outside, commands: {} };
}

function resolve(reference: string, environment: Record<string, string> = {}): Promise<Resolved> {
  const resolver = createResolver({ providers: secretProviders, world: world(environment) });
  return resolver.resolveAll({ V: reference }, new AbortController().signal);
}

async function textOf(reference: string, environment: Record<string, string> = {}): Promise<string | undefined> {
  const { values } = await resolve(reference, environment);
  return values['V']?.reveal();
}

async function secretsFile(path: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(join(root, path), text);
  await chmod(join(root, path), mode);
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: root, env: { PATH: process.env['PATH'], HOME: folder } });
}
