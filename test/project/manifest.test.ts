import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Digest, digestBytes } from '../../src/core/digest.ts';
import {
  compareManifests,
  loadManifest,
  manifestLine,
  pruneManifests,
  type SourceManifest,
  saveManifest,
} from '../../src/project/manifest.ts';
import { temporaryFolder } from '../support/file-tree.ts';

const sha = (text: string) => digestBytes(text).slice('sha256:'.length);
const manifestOf = (files: Readonly<Record<string, string>>): SourceManifest =>
  Object.entries(files)
    .map(([path, text]) => manifestLine('-', sha(text), path))
    .join('\n') as SourceManifest;

test('differences are counted and named', () => {
  const before = manifestOf({ same: '1', changed: '1', removed: '1' });
  const after = manifestOf({ same: '1', changed: '2', added: '1' });
  expect(compareManifests(before, after)).toEqual({
    added: 1,
    changed: 1,
    removed: 1,
    names: ['added', 'changed', 'removed'],
  });
  expect(compareManifests(before, before)).toEqual({ added: 0, changed: 0, removed: 0, names: [] });
});

test('names are bounded, counts are not', () => {
  const many = manifestOf(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, '1'])));
  const { removed, names } = compareManifests(many, '' as SourceManifest);
  expect([removed, names.length]).toEqual([500, 20]);
});

test('a file that becomes executable or a link counts as changed', () => {
  const before = manifestLine('-', sha('1'), 'a') as SourceManifest;
  const after = manifestLine('x', sha('1'), 'a') as SourceManifest;
  expect(compareManifests(before, after)).toMatchObject({ changed: 1, added: 0, removed: 0 });
});

test('counts agree with a plain comparison, whatever the names', () => {
  const files = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('1', '2'), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(files, files, (before, after) => {
      const { added, changed, removed } = compareManifests(manifestOf(before), manifestOf(after));
      const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
      expect(added).toBe([...fresh.keys()].filter((path) => !old.has(path)).length);
      expect(removed).toBe([...old.keys()].filter((path) => !fresh.has(path)).length);
      expect(changed).toBe([...fresh].filter(([path, text]) => old.has(path) && old.get(path) !== text).length);
    }),
  );
});

test('a kept manifest comes back, a damaged or missing one does not', () => {
  const folder = join(temporaryFolder(), 'cache/sources');
  const digest = digestBytes('release');
  const manifest = manifestOf({ a: '1' });
  expect(loadManifest(folder, digest)).toBeUndefined();
  saveManifest(folder, digest, manifest);
  expect(loadManifest(folder, digest)).toBe(manifest);
  const [name = ''] = readdirSync(folder);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').slice(0, -1));
  expect(loadManifest(folder, digest)).toBeUndefined();
  saveManifest(folder, digest, manifest);
  expect(loadManifest(folder, digest)).toBe(manifest);
});

test('pruning keeps what is named and nothing else', () => {
  const folder = join(temporaryFolder(), 'sources');
  pruneManifests(folder, new Set());
  const digests: readonly Digest[] = ['a', 'b', 'c'].map(digestBytes);
  for (const digest of digests) saveManifest(folder, digest, manifestOf({ a: digest }));
  writeFileSync(join(folder, 'left.behind'), 'x');
  pruneManifests(folder, new Set(digests.slice(1, 2)));
  expect(digests.map((digest) => loadManifest(folder, digest) !== undefined)).toEqual([false, true, false]);
  expect(readdirSync(folder)).toHaveLength(1);
});
