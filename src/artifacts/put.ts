import { lstat, mkdir, mkdtemp, open, readdir, realpath, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Artifact, FileWatch } from '../core/artifact.ts';
import { type Digest, digestBytes } from '../core/digest.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { type Collection, collect } from './collect.ts';
import { concurrently } from './concurrently.ts';
import { type FileEntry, manifestText } from './manifest.ts';
import { type Place, placeAt, placeOf, poolOf, TEMPORARY } from './places.ts';
import { prunePool } from './prune-pool.ts';
import { takeIn } from './take-in.ts';

const AT_ONCE = 16;
const STALE_MS = 60 * 60 * 1000;

/** What an artifact is made from. */
interface Contents {
  /** Folder. */
  readonly source: string;
  readonly paths: readonly string[];
  readonly watch: FileWatch | undefined;
}

/**
 * Copies what `paths` name in a folder into the store. The tree is made under a temporary name and appears whole, by one
 * rename; of several processes that put the same, the first one's stays.
 */
export async function putArtifact(store: string, { source: folder, paths, watch }: Contents): Promise<Artifact> {
  const source = await realpath(folder).catch((error: unknown) => {
    throw ioFailure('read', folder, error);
  });
  const collection = collect(source, paths);
  const fresh = await makeTemporary(store);
  try {
    const files = await fillTree({ store, source, tree: fresh.tree, collection, watch });
    watch?.close();
    const text = manifestText([...files, ...collection.links]);
    const digest = digestBytes(text);
    await writeDurably(fresh.manifest, text);
    await publish(store, fresh, digest);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return { kind: 'files', digest, size, files: files.length + collection.links.length };
  } catch (error) {
    await rm(fresh.folder, { recursive: true, force: true });
    // What was refused must not stay anywhere.
    await prunePool(store).catch(() => undefined);
    throw error;
  }
}

async function makeTemporary(store: string): Promise<Place> {
  await mkdir(poolOf(store), { recursive: true, mode: 0o700 });
  const fresh = placeAt(await mkdtemp(join(store, TEMPORARY)));
  await sweep(store, (await lstat(fresh.folder)).mtimeMs);
  await mkdir(fresh.tree, { mode: 0o700 });
  return fresh;
}

/** Removes what killed processes left. `now` is the file system's own time, ms. Others may sweep, and finish, meanwhile. */
async function sweep(store: string, now: number): Promise<void> {
  for (const name of await readdir(store)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(store, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats && stats.mtimeMs < now - STALE_MS) await rm(path, { recursive: true, force: true });
  }
}

async function fillTree(request: {
  readonly store: string;
  readonly source: string;
  readonly tree: string;
  readonly collection: Collection;
  readonly watch: FileWatch | undefined;
}): Promise<readonly FileEntry[]> {
  const { store, source, tree, collection, watch } = request;
  const folders = await makeFolders(tree, [...collection.files, ...collection.links.map(({ path }) => path)]);
  const entries: FileEntry[] = [];
  await concurrently(collection.files, AT_ONCE, async (path) => {
    entries.push(await takeIn({ store, source, tree, path, see: watch?.open(path) }));
  });
  for (const { path, link } of collection.links) await symlink(link, join(tree, path));
  await concurrently(folders, AT_ONCE, syncFolder);
  return entries;
}

/** The folders that the paths lie in, made; answers them all, absolute. */
export async function makeFolders(tree: string, paths: readonly string[]): Promise<readonly string[]> {
  const folders = new Set([tree]);
  for (const path of paths)
    for (let folder = join(tree, dirname(path)); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  const sorted = [...folders].sort();
  for (const folder of sorted) await mkdir(folder, { recursive: true, mode: 0o700 });
  return sorted;
}

async function publish(store: string, fresh: Place, digest: Digest): Promise<void> {
  await syncFolder(fresh.folder);
  try {
    await rename(fresh.folder, placeOf(store, digest).folder);
    await syncFolder(store);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
    // As young as a new one, so that nobody prunes it before it is placed.
    const now = new Date();
    await utimes(placeOf(store, digest).folder, now, now);
    await rm(fresh.folder, { recursive: true, force: true });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.chmod(0o400);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the names in it outlive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
