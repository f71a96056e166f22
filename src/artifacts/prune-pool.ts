import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/io-failure.ts';
import { poolOf } from './places.ts';

/** Files that no tree shares any more. One that is linked at this moment is written anew by whoever misses it. */
export async function prunePool(store: string): Promise<void> {
  const pool = poolOf(store);
  for (const name of await namesIn(pool)) {
    const path = join(pool, name);
    if ((await stat(path).catch(() => undefined))?.nlink === 1) await rm(path, { force: true });
  }
}

/** Nothing where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
}
