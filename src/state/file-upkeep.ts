import { lstat, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Finding } from '../core/finding.ts';
import type { StoreUpkeep } from '../core/store.ts';
import { count } from '../core/text.ts';
import type { StateFolder } from './folder.ts';
import { systemCode, unavailable } from './unavailable.ts';

const HOUR = 3_600_000;

/** Folders that hold only what the store wrote; others (artifacts, a driver's own) have modes of their own. */
const OWN = ['state', 'versions', 'locks', '.tmp'];

export function fileUpkeep(folder: StateFolder): StoreUpkeep {
  const { temporary } = folder;
  return {
    async sweep() {
      for (const path of await forgotten(temporary)) await rm(path, { force: true });
    },
    async check() {
      if (!folder.has('x')) return [];
      return [...(await wideModes(folder.path)), ...leftOver(temporary, await forgotten(temporary))];
    },
  };
}

/**
 * Temporary files older than an hour: no writer takes that long. Age is measured between stamps of the file system, since
 * on a network mount they come from another machine's clock.
 */
async function forgotten(temporary: string): Promise<string[]> {
  const stamps: { path: string; at: number }[] = [];
  for (const name of await names(temporary)) {
    const stats = await lstat(join(temporary, name)).catch(() => undefined);
    if (stats?.isFile()) stamps.push({ path: join(temporary, name), at: stats.mtimeMs });
  }
  const newest = (await lstat(temporary).catch(() => undefined))?.mtimeMs ?? 0;
  return stamps.filter(({ at }) => newest - at > HOUR).map(({ path }) => path);
}

function leftOver(temporary: string, paths: readonly string[]): Finding[] {
  if (paths.length === 0) return [];
  const message = `${count(paths.length, 'temporary file')} of writers that died: ${temporary}`;
  return [
    { level: 'warning', code: 'STATE_UNAVAILABLE', message, fix: 'They are removed by the next run that takes a lock' },
  ];
}

async function wideModes(root: string): Promise<Finding[]> {
  const paths = [root];
  for (const name of await names(root)) if ((await kind(join(root, name))) === 'file') paths.push(join(root, name));
  for (const name of OWN) paths.push(...(await below(join(root, name))));
  const findings: Finding[] = [];
  for (const path of paths) findings.push(...(await wideMode(root, path)));
  return findings;
}

async function wideMode(root: string, path: string): Promise<Finding[]> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats || (stats.mode & 0o077) === 0) return [];
  const mode = (stats.mode & 0o777).toString(8);
  const wanted = stats.isDirectory() ? '700' : '600';
  const message = `${relative(root, path) || root} can be used by other users (mode ${mode})`;
  return [{ level: 'warning', code: 'STATE_UNAVAILABLE', message, fix: `chmod ${wanted} ${path}` }];
}

async function below(folder: string): Promise<string[]> {
  const found: string[] = (await kind(folder)) === 'folder' ? [folder] : [];
  for (const name of await names(folder)) {
    const path = join(folder, name);
    if ((await kind(path)) === 'folder') found.push(...(await below(path)));
    else found.push(path);
  }
  return found;
}

async function kind(path: string): Promise<'file' | 'folder' | 'other'> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() ? 'folder' : stats?.isFile() ? 'file' : 'other';
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw unavailable('list', folder, error);
  });
}
