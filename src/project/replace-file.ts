import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file of a cache in one step, for its owner only. `undefined` when it cannot be written: what a cache does not
 * hold costs time, and nothing else.
 */
export function replaceFile<T>(file: string, write: (handle: number) => T): T | undefined {
  const fresh = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const result = writeFresh(fresh, write);
    renameSync(fresh, file);
    return result;
  } catch {
    removeQuietly(fresh);
    return undefined;
  }
}

function writeFresh<T>(fresh: string, write: (handle: number) => T): T {
  const handle = openSync(fresh, 'wx', 0o600);
  try {
    return write(handle);
  } finally {
    closeSync(handle);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
