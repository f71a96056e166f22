import { constants } from 'node:fs';
import { chmod, copyFile, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../core/artifact.ts';
import type { Digest } from '../core/digest.ts';
import { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { checkTree } from './check-tree.ts';
import { concurrently } from './concurrently.ts';
import { type ArtifactManifest, parseManifest, type TreeEntry } from './manifest.ts';
import { ARTIFACT, notFound, placeOf, TEMPORARY } from './places.ts';
import { namesIn, prunePool } from './prune-pool.ts';
import { makeFolders, putArtifact } from './put.ts';

const AT_ONCE = 8;

/**
 * The store below `folder` (made when needed, for its owner only). Files in it are read-only: nothing runs in place.
 * Damage is `STATE_CORRUPT`; what the disk refuses, `IO_FAILED`.
 */
export function openArtifactStore({ folder }: { readonly folder: string }): ArtifactStore {
  return {
    put: (source, paths, watch) =>
      guarded('write', folder, () => putArtifact(folder, { source, paths: paths ?? ['.'], watch })),
    locate: (digest) => guarded('read', folder, () => locate(folder, digest)),
    list: (digest) => guarded('read', folder, async () => (await readManifest(folder, digest)).files),
    copyTo: (digest, target) => guarded('write', target, () => copyOut(folder, digest, target)),
    has: (digest) => guarded('read', folder, () => isThere(placeOf(folder, digest).folder)),
    verify: (digest) => guarded('read', folder, () => verify(folder, digest)),
    prune: (keep, { idle_ms }) => guarded('remove', folder, () => prune(folder, keep, idle_ms)),
  };
}

async function guarded<T>(doing: 'read' | 'write' | 'remove', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DeployerError ? error : ioFailure(doing, path, error);
  }
}

async function locate(store: string, digest: Digest): Promise<string> {
  const { folder, tree } = placeOf(store, digest);
  if (!(await isThere(folder))) throw notFound(digest);
  return tree;
}

/** An artifact appears by one rename, so it is there whole or not at all. */
async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

async function copyOut(store: string, digest: Digest, target: string): Promise<void> {
  const { files } = await readManifest(store, digest);
  const { tree } = placeOf(store, digest);
  await makeFolders(
    target,
    files.map(({ path }) => path),
  );
  await concurrently(files, AT_ONCE, (entry) => copyEntry(entry, tree, target));
}

/** A private copy, by reference where the file system can; never over something that is there. */
async function copyEntry(entry: TreeEntry, tree: string, target: string): Promise<void> {
  const to = join(target, entry.path);
  if ('link' in entry) return symlink(entry.link, to);
  await copyFile(join(tree, entry.path), to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(to, entry.executable ? 0o700 : 0o600);
}

async function readManifest(store: string, digest: Digest): Promise<ArtifactManifest> {
  const place = placeOf(store, digest);
  if (!(await isThere(place.folder))) throw notFound(digest);
  const manifest = parseManifest(await readFile(place.manifest, 'utf8').catch(() => ''), digest);
  if (manifest) return manifest;
  throw new DeployerError({
    code: 'STATE_CORRUPT',
    reason: `The list of files of the artifact ${digest.slice(0, 19)} is damaged`,
    fix: `Remove ${place.folder} and deploy again, which builds it anew`,
  });
}

/** A damaged list is the only thing that differs then: without it nothing can be compared. */
async function verify(store: string, digest: Digest): Promise<readonly string[]> {
  const place = placeOf(store, digest);
  if (!(await isThere(place.folder))) throw notFound(digest);
  const manifest = parseManifest(await readFile(place.manifest, 'utf8').catch(() => ''), digest);
  return manifest ? checkTree(place.tree, manifest.files) : ['manifest.json'];
}

async function prune(store: string, keep: ReadonlySet<Digest>, idle: number): Promise<readonly Digest[]> {
  const names = (await namesIn(store)).filter((name) => ARTIFACT.test(name) && !keep.has(`sha256:${name}`)).sort();
  const gone: string[] = [];
  for (const name of names) {
    const { mtimeMs } = await stat(join(store, name));
    if (mtimeMs > Date.now() - idle) continue;
    await removeWhole(store, name);
    gone.push(name);
  }
  if (gone.length > 0) await prunePool(store);
  return gone.map((name): Digest => `sha256:${name}`);
}

/** Out of sight first: a removal that is cut off leaves no half artifact, only a temporary folder that is swept later. */
async function removeWhole(store: string, name: string): Promise<void> {
  const hidden = join(store, `${TEMPORARY}${name}`);
  await rm(hidden, { recursive: true, force: true });
  await rename(join(store, name), hidden);
  await rm(hidden, { recursive: true, force: true });
}
