import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInnerPath, linkStays, manifestText, parseManifest, type TreeEntry } from '../../src/artifacts/manifest.ts';
import { digestBytes } from '../../src/core/digest.ts';

const SHA = '0'.repeat(64);
const file = (path: string): TreeEntry => ({ path, size: 1, sha256: SHA });

/** Read back with the right digest, so that only the content decides. */
function readBack(entries: readonly unknown[]) {
  const text = manifestText(entries as readonly TreeEntry[]);
  return parseManifest(text, digestBytes(text));
}

test('a list comes back sorted, and only under its own digest', () => {
  const text = manifestText([file('b'), file('a'), { path: 'l', link: 'a' }]);
  expect(parseManifest(text, digestBytes(text))?.files.map(({ path }) => path)).toEqual(['a', 'b', 'l']);
  expect(parseManifest(text, digestBytes('other'))).toBeUndefined();
});

test.each(['../a', '/a', 'a/../../b', './a', 'a//b', 'a/', '', 'a\0b', '..', '.'])('the path %j is refused', (path) => {
  expect(isInnerPath(path)).toBe(false);
  expect(readBack([file(path)])).toBeUndefined();
});

test.each([
  ['a link that leaves', [{ path: 'a', link: '../b' }]],
  ['an absolute link', [{ path: 'a', link: '/etc' }]],
  ['a file behind a link', [{ path: 'a', link: 'b' }, file('a/f')]],
  ['a file behind a file', [file('a'), file('a/b')]],
  ['a path that stands twice', [file('a'), file('a')]],
  ['a wrong hash', [{ path: 'a', size: 1, sha256: 'x' }]],
  ['a wrong size', [{ path: 'a', size: -0.5, sha256: SHA }]],
  ['no entry at all', [null]],
])('%s is refused', (_, entries) => {
  expect(parseManifest(...withDigest(entries))).toBeUndefined();
});

test('text that is no list is refused', () => {
  for (const text of ['', 'null', '[]', '{}', '{"format":2,"files":[]}', '{"format":1,"files":{}}'])
    expect(parseManifest(text, digestBytes(text)), text).toBeUndefined();
});

test('links are judged by where they can lead, also through other links', () => {
  expect(['b', 'x/y', '../c', './b'].map((target) => linkStays('d/a', target))).toEqual([true, true, true, true]);
  const leaving = ['../../c', '/c', '', '..//../c', 'x/../b', '../x/../../c', 'a\0'];
  expect(leaving.map((target) => linkStays('d/a', target))).toEqual(leaving.map(() => false));
});

test('a link that stays never goes up more often than its folder is deep', () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', '');
  const path = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const target = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(path, target, (from, to) => {
      if (!linkStays(from, to)) return;
      expect(posix.join('/root', posix.dirname(from), to)).toMatch(/^\/root(\/|$)/);
      expect(to.replace(/^(\.\.?\/|\/)*(\.\.?$)?/, '').split('/')).not.toContain('..');
    }),
    { numRuns: 1000 },
  );
});

function withDigest(entries: readonly unknown[]): Parameters<typeof parseManifest> {
  const text = JSON.stringify({ format: 1, files: entries });
  return [text, digestBytes(text)];
}
