import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/store.ts';
import type { DriverContext } from '../../../src/core/driver.ts';
import { readTar } from '../../../src/drivers/tar.ts';
import { type Part, withArchive } from '../../../src/drivers/upload/archive.ts';
import { readTree, type UploadTree } from '../../../src/drivers/upload/tree.ts';
import { createDriverWorld, type DriverWorld } from '../../support/driver-world.ts';

const TERMS = { algorithm: 'sha1', part: 1_000 } as const;
let world: DriverWorld;
let context: DriverContext;
let tree: UploadTree;
const files = Object.fromEntries(
  Array.from({ length: 20 }, (_, number) => [`f${number}`, randomBytes(200).toString('hex')]),
);

beforeEach(async () => {
  world = await createDriverWorld();
  context = world.context({ artifacts: openArtifactStore({ folder: join(world.root, 'store') }) });
  const folder = join(world.root, 'site');
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  tree = await readTree(await context.artifacts.put(folder), { algorithm: 'sha1', links: 'kept' }, context);
});

afterEach(() => world.remove());

test('is cut into parts of one size, named by their digests, which together hold every file', async () => {
  const parts = await withArchive(tree, TERMS, context, (all) => Promise.all(all.map(read)));
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.slice(0, -1).every(({ bytes }) => bytes.length === TERMS.part)).toBe(true);
  for (const { part, bytes } of parts) {
    expect(bytes.length).toBe(part.size);
    expect(createHash('sha1').update(bytes).digest('hex')).toBe(part.digest);
  }
  const members = readTar(gunzipSync(Buffer.concat(parts.map(({ bytes }) => bytes))));
  expect(Object.fromEntries(members.map(({ path, text }) => [path, text]))).toEqual(files);
});

test('is the same each time, so that after a cut only missing parts go up', async () => {
  const digests = () => withArchive(tree, TERMS, context, async (all) => all.map(({ digest }) => digest));
  expect(await digests()).toEqual(await digests());
});

test('leaves nothing on disk, also when the work with it fails, and clears what a kill left behind', async () => {
  const old = join(context.folder, 'archive-old');
  await mkdir(old, { recursive: true });
  const before = new Date(Date.now() - 25 * 3_600_000);
  await utimes(old, before, before);
  await mkdir(join(context.folder, 'archive-of-another-run'));
  const failing = withArchive(tree, TERMS, context, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect((await readdir(context.folder)).filter((name) => name.startsWith('archive-'))).toEqual([
    'archive-of-another-run',
  ]);
});

async function read(part: Part): Promise<{ readonly part: Part; readonly bytes: Buffer }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of part.open()) chunks.push(chunk);
  return { part, bytes: Buffer.concat(chunks) };
}
