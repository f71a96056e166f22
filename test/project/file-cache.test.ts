import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import { openFileCache } from '../../src/project/file-cache.ts';
import { hashSource } from '../../src/project/source.ts';
import { openSourceTree } from '../../src/project/source-tree.ts';
import { temporaryFolder, writeTree } from '../support/file-tree.ts';
import { cacheFile, hashAndSave, hashOf, service } from './sources.ts';

/** Files that have rested for long: those of an installed package. Their change times cannot be set from here. */
const RESTED = join(dirname(new URL(import.meta.url).pathname), '../../node_modules/ignore');

test('a file changed within the same tick, with the same size, is noticed', () => {
  const root = temporaryFolder();
  const file = join(root, 'a.ts');
  for (let turn = 0; turn < 50; turn++) {
    writeFileSync(file, 'aaaa');
    const cache = openFileCache(cacheFile(root));
    const before = hashSource({ tree: openSourceTree(root), service: service('.'), cache });
    writeFileSync(file, 'bbbb');
    cache.save(root);
    expect(hashOf(root).digest).not.toBe(before.digest);
  }
});

/** New kernels hand out finer times to files that are looked at, so a coarse clock is acted out on the cache. */
test('it is noticed too where the clock is so coarse that both versions carry the same times', () => {
  const root = temporaryFolder();
  const file = join(root, 'a.ts');
  writeFileSync(file, 'aaaa');
  const first = statSync(file);
  const before = hashAndSave(root);
  writeFileSync(file, 'bbbb');
  const second = statSync(file);
  rewriteBody(cacheFile(root), (body) =>
    body.replace(`${first.mtimeMs},${first.ctimeMs},${first.ino}`, `${second.mtimeMs},${second.ctimeMs},${second.ino}`),
  );
  expect(readFileSync(cacheFile(root), 'utf8')).toContain(`${second.ctimeMs}`);
  expect(hashOf(root).digest).not.toBe(before.digest);
});

test('the same cache does not trust within one process what was read too soon either', () => {
  const root = temporaryFolder();
  const cache = openFileCache(cacheFile(root));
  const tree = openSourceTree(root);
  for (let turn = 0; turn < 30; turn++) {
    writeTree(root, { a: 'aaaa' });
    const before = hashSource({ tree, service: service('.'), cache });
    writeTree(root, { a: 'bbbb' });
    expect(hashSource({ tree, service: service('.'), cache }).digest).not.toBe(before.digest);
    cache.save(root);
  }
});

test('files that have rested are not read again: the answer comes from the cache', () => {
  const file = join(temporaryFolder(), 'files');
  const run = () => {
    const cache = openFileCache(file);
    const result = hashSource({ tree: openSourceTree(RESTED), service: service('.'), cache });
    cache.save(RESTED);
    return result;
  };
  const first = run();
  expect(run()).toEqual(first);
  const known = / ([0-9a-f]{64}) index\.js/.exec(first.files)?.[1] ?? 'none';
  rewriteBody(file, (body) => body.replace(known, '0'.repeat(64)));
  expect(run().files).toContain(`${'0'.repeat(64)} index.js`);
});

test('planning writes nothing: without save there is no cache file', () => {
  const root = temporaryFolder();
  writeTree(root, { a: '1' });
  hashOf(root);
  expect(existsSync(join(root, '.deployer'))).toBe(false);
});

test('a cache that is damaged, cut off or of another format is ignored and made anew', () => {
  const root = temporaryFolder();
  writeTree(root, { 'a/b': '1', c: '2' });
  const { digest } = hashAndSave(root);
  const file = cacheFile(root);
  const whole = readFileSync(file, 'utf8');
  const bad = [
    '',
    '\n',
    'deployer-file-cache 2 x\n',
    whole.slice(0, -5),
    whole.replace('"a/"', '"b/"'),
    '\0\xff'.repeat(50),
  ];
  for (const text of bad) {
    writeFileSync(file, text);
    expect(hashAndSave(root).digest).toBe(digest);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  }
  rewriteBody(file, () => '"a/"\t{"files":1}\n""\tnull\nrubbish');
  expect(hashOf(root).digest).toBe(digest);
});

test('saving drops folders and files that are gone, and keeps those of other services', () => {
  const root = temporaryFolder();
  writeTree(root, { 'api/a': '1', 'api/old/b': '2', 'web/c': '3', 'gone/d': '4' });
  for (const path of ['api', 'web', 'gone']) hashAndSave(root, service(path));
  for (const path of ['api/old', 'api/a', 'gone']) rmSync(join(root, path), { recursive: true });
  writeTree(root, { 'api/new': '5' });
  hashAndSave(root, service('api'));
  const text = readFileSync(cacheFile(root), 'utf8');
  expect([...text.matchAll(/^"(.*?)"\t/gm)].map((match) => match[1]).sort()).toEqual(['api/', 'web/']);
  expect(text).not.toContain('api/a');
});

test('new, removed, renamed and swapped files show with a warm cache', () => {
  const root = temporaryFolder();
  writeTree(root, { a: 'same', b: 'size', 'd/e': '1', l: '-> a' });
  const seen = new Set([hashAndSave(root).digest]);
  const changes = [
    () => writeTree(root, { 'd/f': '1' }),
    () => rmSync(join(root, 'd/e')),
    () => renameSync(join(root, 'd/f'), join(root, 'd/g')),
    () => swap(join(root, 'a'), join(root, 'b')),
    () => swap(join(root, 'a'), join(root, 'l')),
    () => writeTree(root, { '.gitignore': 'b' }),
    () => writeTree(root, { '.gitignore': 'd' }),
  ];
  for (const change of changes) {
    change();
    const warm = hashAndSave(root);
    rmSync(cacheFile(root));
    expect(hashAndSave(root)).toEqual(warm);
    seen.add(warm.digest);
  }
  expect(seen.size).toBe(changes.length + 1);
});

test('the cache is for its owner only, also under umask 000', () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const root = temporaryFolder();
  writeTree(root, { a: '1' });
  hashAndSave(root);
  expect(statSync(cacheFile(root)).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(cacheFile(root))).mode & 0o777).toBe(0o700);
});

test('a cache that cannot be written changes nothing else', () => {
  const root = temporaryFolder();
  writeTree(root, { a: '1', '.deployer': 'in the way' });
  expect(hashAndSave(root).digest).toBe(hashOf(root).digest);
});

function rewriteBody(file: string, edit: (body: string) => string): void {
  const [, ...lines] = readFileSync(file, 'utf8').split('\n');
  const body = edit(lines.join('\n'));
  writeFileSync(file, `deployer-file-cache 1 ${digestBytes(body)}\n${body}`);
}

function swap(a: string, b: string): void {
  renameSync(a, `${a}.x`);
  renameSync(b, a);
  renameSync(`${a}.x`, b);
}
