import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/store.ts';
import type { DriverContext } from '../../../src/core/driver.ts';
import type { Content } from '../../../src/drivers/upload/content.ts';
import { readTree } from '../../../src/drivers/upload/tree.ts';
import { createDriverWorld, type DriverWorld } from '../../support/driver-world.ts';

let world: DriverWorld;
let context: DriverContext;

beforeEach(async () => {
  world = await createDriverWorld();
  context = world.context({ artifacts: openArtifactStore({ folder: join(world.root, 'store') }) });
});

afterEach(() => world.remove());

test('names every file by its digest, with its kind, and equal contents once', async () => {
  const artifact = await put({ 'a.txt': 'same', 'b/ü 漢.txt': 'same', 'run.sh': 'x', empty: '' }, { 'l.txt': 'a.txt' });
  const tree = await readTree(artifact, { algorithm: 'sha1', links: 'kept' }, context);
  expect(tree.files).toEqual([
    { path: 'a.txt', digest: sha1('same'), size: 4, kind: 'plain' },
    { path: 'b/ü 漢.txt', digest: sha1('same'), size: 4, kind: 'plain' },
    { path: 'empty', digest: sha1(''), size: 0, kind: 'plain' },
    { path: 'l.txt', digest: sha1('a.txt'), size: 5, kind: 'link' },
    { path: 'run.sh', digest: sha1('x'), size: 1, kind: 'executable' },
  ]);
  expect([...tree.contents.keys()].sort()).toEqual(['same', '', 'a.txt', 'x'].map(sha1).sort());
  for (const content of tree.contents.values()) expect(sha1(await bytesOf(content))).toBe(content.digest);
});

test('puts what links lead to in their place, where the platform keeps none', async () => {
  const links = { 'now.txt': 'docs/a.txt', latest: 'docs', again: 'latest' };
  const artifact = await put({ 'docs/a.txt': 'A', 'docs/b.txt': 'B' }, links);
  const tree = await readTree(artifact, { algorithm: 'sha1', links: 'followed' }, context);
  const seen = Object.fromEntries(tree.files.map(({ path, digest }) => [path, digest]));
  const [a, b] = [sha1('A'), sha1('B')];
  expect(seen).toEqual({
    'docs/a.txt': a,
    'docs/b.txt': b,
    'now.txt': a,
    'latest/a.txt': a,
    'latest/b.txt': b,
    'again/a.txt': a,
    'again/b.txt': b,
  });
});

test('refuses links that lead to nothing or to themselves, naming them', async () => {
  const terms = { algorithm: 'sha1', links: 'followed' } as const;
  const lost = await put({ a: '1' }, { l: 'nowhere' });
  await expect(readTree(lost, terms, context)).rejects.toMatchObject({ code: 'BUILD_FAILED', message: /link l / });
  const round = await put({ a: '1' }, { one: 'two', two: 'one' });
  await expect(readTree(round, terms, context)).rejects.toMatchObject({ code: 'BUILD_FAILED', message: /link one / });
});

test('reads a file once in its life: a later artifact with the same content costs no hashing', async () => {
  const terms = { algorithm: 'sha1', links: 'kept' } as const;
  const before = await readTree(await put({ a: 'kept' }), terms, context);
  const artifact = await put({ a: 'kept', b: 'new' });
  const file = join(await context.artifacts.locate(artifact.digest), 'a');
  await chmod(file, 0o600);
  await writeFile(file, 'bad!');
  const after = await readTree(artifact, terms, context);
  expect(after.files[0]).toEqual(before.files[0]);
  await expect(bytesOf(after.contents.get(sha1('kept')))).rejects.toMatchObject({
    code: 'STATE_CORRUPT',
    message: /^a /,
  });
});

test('notices a big file that changes, before its last part is out', async () => {
  const artifact = await put({ big: 'x'.repeat(300_000) });
  const tree = await readTree(artifact, { algorithm: 'sha256', links: 'kept' }, context);
  const [content] = tree.contents.values();
  const file = join(await context.artifacts.locate(artifact.digest), 'big');
  await chmod(file, 0o600);
  await writeFile(file, `${'x'.repeat(299_999)}y`);
  let out = 0;
  const read = async () => {
    for await (const part of content?.open() ?? []) out += part.length;
  };
  await expect(read()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  expect(out).toBeLessThan(300_000);
});

async function put(files: Record<string, string>, links: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-tree-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  for (const [path, target] of Object.entries(links)) await symlink(target, join(folder, path));
  const artifact = await context.artifacts.put(folder);
  await rm(folder, { recursive: true });
  return artifact;
}

async function bytesOf(content: Content | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content?.open() ?? []) parts.push(part);
  return Buffer.concat(parts);
}

function sha1(bytes: string | Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}
