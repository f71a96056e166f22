import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/store.ts';
import type { Artifact, ArtifactEntry } from '../../../src/core/artifact.ts';
import type { DriverContext, Target } from '../../../src/core/driver.ts';
import { facts } from '../../../src/drivers/vercel/facts.ts';
import { withContents } from '../../../src/drivers/vercel/release/contents.ts';
import { createDriverWorld, type DriverWorld, targetOf } from '../../support/driver-world.ts';

const NOTHING = { sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', size: 0 };
let world: DriverWorld;
let site: string;

beforeEach(async () => {
  world = await createDriverWorld();
  site = join(world.root, 'site');
  await mkdir(site);
});

afterEach(() => world.remove());

test('are named with the modes that Vercel gives files, programs and links, whatever their names', async () => {
  await writeFile(join(site, 'ü 漢 #?%.txt'), 'text');
  await writeFile(join(site, 'empty'), '');
  await writeFile(join(site, 'run.sh'), '#!/bin/sh');
  await chmod(join(site, 'run.sh'), 0o755);
  await symlink('empty', join(site, 'link'));
  const artifacts = openArtifactStore({ folder: join(world.root, 'store') });
  const context = world.context({ artifacts });
  const files = await withContents(await artifacts.put(site), target(), context, async (contents) => contents.files);
  expect(files.map(({ file, mode, size }) => [file, mode.toString(8), size])).toEqual([
    ['empty', '100644', 0],
    ['link', '120777', 5],
    ['run.sh', '100755', 9],
    ['ü 漢 #?%.txt', '100644', 4],
  ]);
});

test.each([
  ['11,999 files', many(11_999), {}, 11_999],
  ['12,000 files', many(12_000), {}, 'an archive'],
  ['a file of more than a request may have', [{ path: 'big', ...NOTHING, size: 96 * 2 ** 20 }], {}, 'an archive'],
  ['15,000 files, with no archive wanted', many(15_000), { archive: 'never' }, 15_000],
] as const)('of %s go up as they should', async (_, entries, options, expected) => {
  const seen = await withContents(artifact, target(options), await listing(entries), async ({ files }) => files);
  if (expected === 'an archive') expect(seen.map(({ file }) => file)).toEqual(['.vercel/source.tgz.part1']);
  else expect(seen.length).toBe(expected);
});

test('of more files than Vercel takes are refused where no archive is wanted, with what to do', async () => {
  const given = withContents(
    artifact,
    target({ archive: 'never' }),
    await listing(many(15_001)),
    async () => undefined,
  );
  await expect(given).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('there are 15001'),
    failure: { fix: 'Set vercel.archive to automatic, or leave files out' },
  });
});

const artifact: Artifact = { kind: 'files', digest: 'sha256:00' };

type ListedFile = Extract<ArtifactEntry, { readonly size: number }>;

function many(count: number): readonly ListedFile[] {
  return Array.from({ length: count }, (_, number) => ({ path: `f${number}`, ...NOTHING }));
}

function target(options = {}): Target {
  return targetOf(facts, { name: 'web', options: { content: 'source', ...options } }, 'prod');
}

/** Files that exist as a list; of equal contents, no more are read than two. */
async function listing(entries: readonly ListedFile[]): Promise<DriverContext> {
  for (const entry of [entries[0], entries.at(-1)])
    if (entry) await writeFile(join(site, entry.path), Buffer.alloc(entry.size));
  const artifacts = openArtifactStore({ folder: join(world.root, 'store') });
  return world.context({ artifacts: { ...artifacts, list: async () => entries, locate: async () => site } });
}
