import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BuildRequest, buildArtifact } from '../../src/artifacts/build.ts';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import type { BuildConfig, ServiceConfig } from '../../src/core/config.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { errorOf, temporaryFolder, writeTree } from '../support/file-tree.ts';
import { shellOnly } from './programs.ts';

describe('what becomes the artifact', () => {
  test('one output folder becomes the root', async () => {
    const { request, files } = world({
      command: 'mkdir -p dist/x && echo 1 > dist/x/a && echo 2 > rest',
      output: ['dist'],
    });
    expect(await files(await buildArtifact(request))).toEqual(['x', 'x/a']);
  });

  test('several outputs, and a single file, keep their paths', async () => {
    const command = 'mkdir -p dist public && echo 1 > dist/a && echo 2 > public/b && echo 3 > c';
    const several = world({ command, output: ['dist', 'c'] });
    expect(await several.files(await buildArtifact(several.request))).toEqual(['c', 'dist', 'dist/a']);
    const single = world({ command, output: ['public/b'] });
    expect(await single.files(await buildArtifact(single.request))).toEqual(['public', 'public/b']);
  });

  test('without outputs, the files that the caller lists after the build', async () => {
    const { request, files, folder } = world({ command: 'echo 1 > made' });
    const listFiles = () => readdirSync(folder).filter((name) => name !== 'ignored');
    writeTree(folder, { ignored: '1', own: '1' });
    expect(await files(await buildArtifact({ ...request, listFiles }))).toEqual(['made', 'own']);
  });

  test('without a command, what is there', async () => {
    const { request, files, folder } = world({ output: ['site'] });
    writeTree(folder, { 'site/index.html': '1', 'site/.env': 'S' });
    expect(await files(await buildArtifact(request))).toEqual(['index.html']);
  });
});

describe('the command', () => {
  test('sees the variables that build.env names and no others, with values as they are', async () => {
    const { request, lines } = world({
      command: 'echo "[$SHOWN]"; echo "[$HIDDEN]"; echo "[$SECRET]"; touch made',
      output: ['made'],
      env: ['SHOWN', 'SECRET', 'ABSENT'],
    });
    const value = '$(touch X) `touch X` ; touch X "\' %';
    await buildArtifact({ ...request, variables: { SHOWN: value, HIDDEN: 'no', SECRET: new Secret('s3cret') } });
    expect(lines).toEqual([`[${value}]`, '[]', '[s3cret]']);
  });

  test('nothing of a name is ever run', async () => {
    const name = '$(touch X); touch X `touch X`';
    const { request, files } = world({ command: 'mkdir out; touch "out/-rf"', output: ['out'] }, name);
    expect(await files(await buildArtifact(request))).toEqual(['-rf']);
    expect(existsSync(join(request.root, 'X')) || existsSync(join(request.root, name, 'X')) || existsSync('X')).toBe(
      false,
    );
  });

  test('that fails gives its exit code and its last 20 lines', async () => {
    const { request } = world({ command: 'for i in $(seq 30); do echo line $i; done; exit 7', output: ['dist'] });
    const { failure } = (await errorOf(() => buildArtifact(request))) as DeployerError;
    expect(failure).toMatchObject({
      code: 'BUILD_FAILED',
      stage: 'build',
      reason: expect.stringContaining('exit code 7'),
    });
    expect([failure.detail?.length, failure.detail?.[0], failure.detail?.at(-1)]).toEqual([20, 'line 11', 'line 30']);
  });

  test('that is ended by a signal says which', async () => {
    const { request } = world({ command: 'kill -TERM $$', output: ['dist'] });
    expect(await errorOf(() => buildArtifact(request))).toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('SIGTERM'),
    });
  });

  test('that takes too long is TIMEOUT', async () => {
    const { request } = world({ command: 'echo started; exec sleep 60', output: ['dist'] });
    expect(await errorOf(() => buildArtifact({ ...request, timeout: 200 }))).toMatchObject({ code: 'TIMEOUT' });
  });

  test('that is cancelled is INTERRUPTED, or what the canceller says', async () => {
    for (const [reason, code] of [
      [undefined, 'INTERRUPTED'],
      [new DeployerError({ code: 'TIMEOUT', reason: 'The run took too long' }), 'TIMEOUT'],
    ] as const) {
      const { request } = world({ command: 'echo started; exec sleep 60', output: ['dist'] });
      const cancel = new AbortController();
      const log = () => cancel.abort(reason);
      expect(await errorOf(() => buildArtifact({ ...request, signal: cancel.signal, log }))).toMatchObject({ code });
    }
  });
});

describe('outputs that will not do', () => {
  test.each([
    ['missing', 'true', ['dist']],
    ['empty', 'mkdir dist', ['dist']],
    ['only folders', 'mkdir -p dist/a/b', ['dist']],
    ['only what never goes in', 'mkdir dist; touch dist/.env', ['dist']],
    ['a link out of the service', 'ln -s /etc dist', ['dist']],
    ['one of several', 'mkdir a; touch a/f', ['a', 'dist']],
  ])('%s: BUILD_FAILED names the path', async (_, command, output) => {
    const { request } = world({ command, output });
    expect(await errorOf(() => buildArtifact(request))).toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('dist'),
    });
  });

  test('a service folder that became a link out of the project is refused before the command runs', async () => {
    const { request, folder } = world({ command: 'touch ran', output: ['ran'] });
    const outside = temporaryFolder();
    rmSync(folder, { recursive: true });
    writeTree(request.root, { api: `-> ${outside}` });
    expect(await errorOf(() => buildArtifact(request))).toMatchObject({ code: 'INVALID_CONFIG' });
    expect(readdirSync(outside)).toEqual([]);
  });
});

function world(build: Partial<BuildConfig>, path = 'api') {
  const base = temporaryFolder();
  const root = join(base, 'project');
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  const store = openArtifactStore({ folder: join(base, 'store') });
  const lines: string[] = [];
  const request: BuildRequest = {
    service: serviceAt(path, { output: [], env: [], ...build }),
    root,
    store,
    processes: shellOnly,
    variables: {},
    signal: new AbortController().signal,
    timeout: 20_000,
    log: (line) => void lines.push(line),
    listFiles: () => {
      throw new Error('not asked for in this test');
    },
  };
  const files = async (artifact: Awaited<ReturnType<typeof buildArtifact>>) =>
    readdirSync(await store.locate(artifact.digest), { recursive: true, encoding: 'utf8' }).sort();
  return { root, folder, request, lines, files };
}

function serviceAt(path: string, build: BuildConfig): ServiceConfig {
  return { name: 'api', driver: 'local', path, build, env: [], after: [], timeout: 1000, options: {} };
}
