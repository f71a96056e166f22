import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileEntry, TreeEntry } from './manifest.ts';

/** Paths of a tree that are not as its manifest says: changed, missing, or not in it. Sorted. */
export async function checkTree(tree: string, entries: readonly TreeEntry[]): Promise<readonly string[]> {
  const expected = new Map(entries.map((entry) => [entry.path, entry]));
  const differing: string[] = [];
  for (const path of await pathsIn(tree)) {
    const entry = expected.get(path);
    expected.delete(path);
    if (!entry || !(await isAsSaid(join(tree, path), entry))) differing.push(path);
  }
  return [...differing, ...expected.keys()].sort();
}

async function pathsIn(tree: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const folders = [''];
  for (let base = folders.pop(); base !== undefined; base = folders.pop())
    for (const entry of await readdir(join(tree, base), { withFileTypes: true }))
      if (entry.isDirectory()) folders.push(`${base}${entry.name}/`);
      else paths.push(base + entry.name);
  return paths;
}

async function isAsSaid(path: string, entry: TreeEntry): Promise<boolean> {
  const stats = await lstat(path);
  if ('link' in entry) return stats.isSymbolicLink() && (await readlink(path)) === entry.link;
  if (!stats.isFile() || stats.size !== entry.size) return false;
  return isExecutable(stats.mode) === (entry.executable ?? false) && (await sha256Of(path)) === entry.sha256;
}

function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

async function sha256Of(path: string): Promise<FileEntry['sha256']> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
