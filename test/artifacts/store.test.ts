import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import { type Digest, digestBytes } from '../../src/core/digest.ts';
import type { DeployerError } from '../../src/core/errors.ts';
import { errorOf, temporaryFolder, writeTree } from '../support/file-tree.ts';
import { bundleProgram, ended } from './programs.ts';

const SITE = { 'index.html': '<h1>', 'assets/app.js': 'x()', 'assets/deep/er/a.txt': '', current: '-> assets/app.js' };

describe('putting and taking', () => {
  test('a tree comes back as it was: bytes, executables, links', async () => {
    const { store, source, folder } = world(SITE);
    chmodSync(join(source, 'assets/app.js'), 0o755);
    const artifact = await store.put(source);
    expect(artifact).toMatchObject({ kind: 'files', size: 7, files: 4 });
    const copy = join(folder, 'copy/of/it');
    await store.copyTo(artifact.digest, copy);
    expect(readFileSync(join(copy, 'assets/app.js'), 'utf8')).toBe('x()');
    expect(readlinkSync(join(copy, 'current'))).toBe('assets/app.js');
    expect(modesIn(copy)).toEqual({ 'assets/app.js': 0o700, 'assets/deep/er/a.txt': 0o600, 'index.html': 0o600 });
    expect((await store.put(copy)).digest).toBe(artifact.digest);
    expect(await store.verify(artifact.digest)).toEqual([]);
  });

  test('the digest names the content: order and times do not matter, every byte and bit does', async () => {
    const { store, source } = world(SITE);
    const first = (await store.put(source)).digest;
    utimesSync(join(source, 'index.html'), 1, 1);
    expect((await store.put(source)).digest).toBe(first);
    const seen = new Set([first]);
    for (const change of [
      () => chmodSync(join(source, 'index.html'), 0o700),
      () => writeTree(source, { 'assets/deep/er/a.txt': 'a' }),
      () => writeTree(source, { 'assets/new': '' }),
      () => rmSync(join(source, 'current')),
    ]) {
      change();
      seen.add((await store.put(source)).digest);
    }
    expect(seen.size).toBe(5);
  });

  test('only the paths that are asked for, once each, folders with what is in them', async () => {
    const { store, source } = world({ ...SITE, 'other/x': '1' });
    const { digest, files } = await store.put(source, ['assets', 'assets/app.js', 'index.html']);
    expect(files).toBe(3);
    expect(Object.keys(modesIn(await store.locate(digest)))).toEqual([
      'assets/app.js',
      'assets/deep/er/a.txt',
      'index.html',
    ]);
  });

  test('a copy can be changed without touching the store', async () => {
    const { store, source, folder } = world(SITE);
    const { digest } = await store.put(source);
    await store.copyTo(digest, join(folder, 'copy'));
    writeFileSync(join(folder, 'copy/index.html'), 'changed');
    expect(await store.verify(digest)).toEqual([]);
  });

  test('a copy never goes over files that are there', async () => {
    const { store, source, folder } = world(SITE);
    const { digest } = await store.put(source);
    writeTree(folder, { 'copy/index.html': 'mine' });
    expect(await errorOf(() => store.copyTo(digest, join(folder, 'copy')))).toMatchObject({ code: 'IO_FAILED' });
    expect(readFileSync(join(folder, 'copy/index.html'), 'utf8')).toBe('mine');
  });

  test('files are read-only and everything is for its owner only, also under umask 000', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { store, source, folder } = world(SITE);
    chmodSync(join(source, 'assets/app.js'), 0o777);
    const { digest } = await store.put(source);
    const tree = await store.locate(digest);
    expect(new Set(Object.values(modesIn(tree)))).toEqual(new Set([0o400, 0o500]));
    for (const path of ['', 'files', hexOf(digest), `${hexOf(digest)}/tree/assets/deep`])
      expect(statSync(join(folder, 'store', path)).mode & 0o777, path).toBe(0o700);
  });

  test('equal content is kept once, over all artifacts, small or big', async () => {
    const { store, source } = world({ a: 'same', b: 'same', big: 'x'.repeat(400_000), twin: 'x'.repeat(400_000) });
    const one = await store.locate((await store.put(source)).digest);
    writeTree(source, { c: 'new' });
    const two = await store.locate((await store.put(source)).digest);
    for (const [x, y] of [
      ['a', 'b'],
      ['big', 'twin'],
    ] as const)
      expect(
        new Set([one, two].flatMap((tree) => [statSync(join(tree, x)).ino, statSync(join(tree, y)).ino])).size,
      ).toBe(1);
  });

  test('an artifact that is not there, and a text that is no digest, are NOT_FOUND', async () => {
    const { store, folder } = world({});
    for (const digest of [digestBytes('none'), 'sha256:../../etc', 'rubbish'] as Digest[]) {
      for (const call of [
        () => store.locate(digest),
        () => store.verify(digest),
        () => store.copyTo(digest, join(folder, 'c')),
      ])
        expect(await errorOf(call)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await store.has(digestBytes('none'))).toBe(false);
  });
});

describe('what never goes in', () => {
  test('environment files, history and the state folder, also when they are asked for', async () => {
    const { store, source } = world({
      a: '1',
      '.env': 'S',
      'x/.env.local': 'S',
      '.git/config': 'S',
      '.deployer/s': 'S',
      '.env.example': '',
    });
    const all = await store.put(source);
    const asked = await store.put(source, ['a', '.env', 'x/.env.local', '.git', '.env.example']);
    expect(asked.digest).toBe(all.digest);
    expect(Object.keys(modesIn(await store.locate(all.digest)))).toEqual(['.env.example', 'a']);
  });

  test('links that leave the folder, and special files, are refused with all their names', async () => {
    const { store, source, folder } = world({
      'in/ok': '-> ../a',
      a: '1',
      'in/up': '-> ../../outside',
      absolute: '-> /etc/passwd',
      self: `-> ${join('.', 'a')}`,
      sly: '-> in/../../outside',
      dots: '-> ..',
    });
    execFileSync('mkfifo', [join(source, 'pipe')]);
    const error = (await errorOf(() => store.put(source))) as DeployerError;
    expect(error.code).toBe('BUILD_FAILED');
    const named = error.failure.detail?.map((line) => line.split(' ')[0]);
    expect([...(named ?? [])].sort()).toEqual(['absolute', 'dots', 'in/up', 'pipe', 'sly']);
    expect(readdirSync(folder).includes('store') ? visible(folder) : []).toEqual([]);
  });

  test('paths that lead out of the folder are refused', async () => {
    const { store, source, folder } = world({ a: '1' });
    writeTree(folder, { secret: 'S' });
    for (const path of ['../secret', '/etc/passwd', 'x/../../secret', 'a\0b', ''])
      expect(await errorOf(() => store.put(source, [path])), path).toMatchObject({ code: 'BUILD_FAILED' });
  });

  test('names with shell characters and newlines go through unharmed', async () => {
    const names = ['$(touch X)', '`touch X`', ';touch X', '-rf', '--', 'a\nb', '"', '%2e%2e', '...', 'a\\b', 'ünï'];
    const { store, source, folder } = world(Object.fromEntries(names.map((name) => [name, name])));
    const { digest } = await store.put(source);
    await store.copyTo(digest, join(folder, 'copy'));
    expect(readdirSync(join(folder, 'copy')).sort()).toEqual([...names].sort());
    expect(existsSync(join(source, 'X')) || existsSync('X')).toBe(false);
  });

  test('files and folders swapped for links while a tree is put never let anything from outside in', async () => {
    const { store, source, folder } = world({ 'd/f': 'inside', plain: 'inside' });
    writeTree(folder, { 'outside/f': 'SECRET' });
    const swapper = spawn(process.execPath, ['-e', SWAPPER, source, join(folder, 'outside')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const over = ended(swapper);
    await new Promise((resolve) => swapper.stdout.once('data', resolve));
    const results = { put: 0, refused: 0 };
    for (let turn = 0; turn < 300; turn++)
      await store.put(source).then(
        () => results.put++,
        () => results.refused++,
      );
    swapper.kill('SIGKILL');
    await over;
    expect(results.put + results.refused).toBe(300);
    const sha = hexOf(digestBytes('SECRET'));
    expect(readdirSync(join(folder, 'store/files'))).not.toContain(sha);
    for (const name of visible(folder))
      expect(readFileSync(join(folder, 'store', name, 'manifest.json'), 'utf8')).not.toContain(sha);
  });
});

describe('crashes and company', () => {
  test('killed at any point, a put leaves no half artifact, and the next one succeeds', async () => {
    const { store, source, folder } = world(manyFiles(400));
    const program = await bundleProgram('put', folder);
    for (const files of [0, 1, 50, 200, 399, 400]) {
      const child = spawn(process.execPath, [program, join(folder, 'store'), source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const over = ended(child);
      await until(() => child.exitCode !== null || filesIn(join(folder, 'store/files')) >= files);
      child.kill('SIGKILL');
      await over;
      for (const name of visible(folder)) expect(await store.verify(`sha256:${name}`)).toEqual([]);
      for (const name of readdirSync(join(folder, 'store/files')))
        expect(hexOf(digestBytes(readFileSync(join(folder, 'store/files', name))))).toBe(name);
    }
    const { digest } = await store.put(source);
    expect(await store.verify(digest)).toEqual([]);
  });

  test('several processes and calls that put the same all succeed with one artifact', async () => {
    const { store, source, folder } = world(manyFiles(100));
    const program = await bundleProgram('put', folder);
    const children = Array.from({ length: 3 }, () =>
      ended(
        spawn(process.execPath, [program, join(folder, 'store'), source], { stdio: ['ignore', 'pipe', 'inherit'] }),
      ),
    );
    const own = await Promise.all(Array.from({ length: 4 }, () => store.put(source)));
    const digests = [
      ...own.map(({ digest }) => digest),
      ...(await Promise.all(children)).map(({ stdout }) => stdout.trim()),
    ];
    expect(new Set(digests).size).toBe(1);
    expect(visible(folder)).toHaveLength(1);
    expect(readdirSync(join(folder, 'store')).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
  });

  test('what killed processes left behind is swept after an hour, and not before', async () => {
    const { store, source, folder } = world({ a: '1' });
    const [old, fresh] = [join(folder, 'store/.tmp-old'), join(folder, 'store/.tmp-new')];
    for (const path of [old, fresh]) mkdirSync(path, { recursive: true });
    const past = Date.now() / 1000 - 2 * 60 * 60;
    utimesSync(old, past, past);
    await store.put(source);
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  });
});

describe('damage and removal', () => {
  test('verify names what was changed, removed, added, or made executable', async () => {
    const { store, source } = world({ a: '1', b: '2', c: '3', d: '4', l: '-> a' });
    const { digest } = await store.put(source);
    const tree = await store.locate(digest);
    for (const name of ['a', 'b', 'c', 'd']) chmodSync(join(tree, name), 0o600);
    writeFileSync(join(tree, 'a'), '9');
    rmSync(join(tree, 'b'));
    chmodSync(join(tree, 'c'), 0o700);
    rmSync(join(tree, 'l'));
    writeTree(tree, { 'new/file': '', l: '-> b' });
    expect(await store.verify(digest)).toEqual(['a', 'b', 'c', 'l', 'new/file']);
  });

  test('a changed list of files is refused before anything is copied', async () => {
    const { store, source, folder } = world({ a: '1' });
    const { digest } = await store.put(source);
    const list = join(folder, 'store', hexOf(digest), 'manifest.json');
    chmodSync(list, 0o600);
    writeFileSync(list, readFileSync(list, 'utf8').replace('"a"', '"../../a"'));
    expect(await errorOf(() => store.copyTo(digest, join(folder, 'copy')))).toMatchObject({ code: 'STATE_CORRUPT' });
    expect(existsSync(join(folder, 'copy'))).toBe(false);
    expect(await store.verify(digest)).toEqual(['manifest.json']);
  });

  test('content that was cut off in the store is not given to new artifacts', async () => {
    const { store, source, folder } = world({ a: 'content' });
    await store.put(source);
    const [name = ''] = readdirSync(join(folder, 'store/files'));
    chmodSync(join(folder, 'store/files', name), 0o600);
    truncateSync(join(folder, 'store/files', name), 2);
    writeTree(source, { b: 'x' });
    expect(await store.verify((await store.put(source)).digest)).toEqual([]);
  });

  test('pruning removes what is not kept, and content that nothing shares any more', async () => {
    const { store, source, folder } = world({ a: 'shared', b: 'old' });
    const old = (await store.put(source)).digest;
    writeTree(source, { b: 'new' });
    const kept = (await store.put(source)).digest;
    expect(await store.prune(new Set([kept]), { idle_ms: 0 })).toEqual([old]);
    expect([await store.has(old), await store.has(kept)]).toEqual([false, true]);
    expect(await store.verify(kept)).toEqual([]);
    expect(readdirSync(join(folder, 'store/files'))).toHaveLength(2);
    expect(await store.prune(new Set([kept]), { idle_ms: 0 })).toEqual([]);
    expect(await openArtifactStore({ folder: join(folder, 'never') }).prune(new Set(), { idle_ms: 0 })).toEqual([]);
  });

  test('pruning spares what was put lately, also when it was there already', async () => {
    const { store, source } = world({ a: '1' });
    const { digest } = await store.put(source);
    expect(await store.prune(new Set(), { idle_ms: 60_000 })).toEqual([]);
    expect(await store.has(digest)).toBe(true);
  });

  test('a store that cannot be written says so without the text of a foreign error', async () => {
    const { source, folder } = world({ a: '1' });
    writeTree(folder, { file: '' });
    const error = (await errorOf(() =>
      openArtifactStore({ folder: join(folder, 'file') }).put(source),
    )) as DeployerError;
    expect([error.code, error.message]).toEqual(['IO_FAILED', expect.stringContaining('Cannot write')]);
    const missing = (await errorOf(() => openArtifactStore({ folder }).put(join(folder, 'none')))) as DeployerError;
    expect([missing.code, missing.message]).toEqual(['IO_FAILED', expect.stringContaining('none: it does not exist')]);
  });
});

/** Swaps `d` and `plain` for links to the outside and back, as fast as it can, for ten seconds at most. */
const SWAPPER = `
const fs = require('node:fs');
const [source, outside] = process.argv.slice(1);
const end = Date.now() + 10000;
fs.symlinkSync(outside, source + '/../link-d');
fs.symlinkSync(outside + '/f', source + '/../link-f');
process.stdout.write('ready');
const swap = (name, link) => {
  fs.renameSync(source + '/' + name, source + '/../' + name + '.own');
  fs.renameSync(source + '/../' + link, source + '/' + name);
  fs.renameSync(source + '/' + name, source + '/../' + link);
  fs.renameSync(source + '/../' + name + '.own', source + '/' + name);
};
while (Date.now() < end) { swap('d', 'link-d'); swap('plain', 'link-f'); }
`;

function world(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  writeTree(source, files);
  return { folder, source, store: openArtifactStore({ folder: join(folder, 'store') }) };
}

function manyFiles(amount: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: amount }, (_, index) => [`d${index % 7}/f${index}`, `content ${index}`]),
  );
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** Artifacts that a reader of the store would see. */
function visible(folder: string): readonly string[] {
  return readdirSync(join(folder, 'store')).filter((name) => /^[0-9a-f]{64}$/.test(name));
}

function filesIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).length : -1;
}

function modesIn(tree: string): Readonly<Record<string, number>> {
  const files = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter((path) =>
    lstatSync(join(tree, path)).isFile(),
  );
  return Object.fromEntries(files.sort().map((path) => [path, statSync(join(tree, path)).mode & 0o777]));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
