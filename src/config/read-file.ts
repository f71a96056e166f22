import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { DeployerError } from '../core/errors.ts';

/** Bytes a config may have. 10 MB of YAML take seconds to read; a thousand services fit into a twentieth of this. */
export const SIZE_LIMIT = 1 << 20;

/**
 * The text of a config file. Throws `INVALID_CONFIG` when it is missing, unreadable, not a regular file, larger than
 * 1 MiB or not UTF-8.
 */
export function readConfigFile(file: string): string {
  const bytes = readAtMost(file, SIZE_LIMIT + 1);
  if (bytes.length > SIZE_LIMIT) throw tooLarge(file);
  if (!isUtf8(bytes)) throw refusal(file, 'is not UTF-8 text', 'Save it as UTF-8');
  return bytes.toString('utf8');
}

export function tooLarge(file: string): DeployerError {
  return refusal(file, 'is larger than 1 MiB', 'Split the project, or move long values out of the config');
}

/** Opened without blocking, so that a named pipe is refused and not waited for. */
function readAtMost(file: string, limit: number): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(handle).isFile()) throw refusal(file, 'is not a regular file', 'Name a YAML file with --config');
    return readAll(handle, limit);
  } catch (error) {
    throw error instanceof DeployerError ? error : unreadable(file, (error as NodeJS.ErrnoException).code);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function readAll(handle: number, limit: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.min(limit, fstatSync(handle).size + 1));
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const room = total === 0 ? bytes : Buffer.allocUnsafe(Math.min(65_536, limit - total));
    const got = room.length === 0 ? 0 : readSync(handle, room, 0, room.length, null);
    if (got === 0) return Buffer.concat(parts, total);
    parts.push(room.subarray(0, got));
    total += got;
  }
}

function unreadable(file: string, code: string | undefined): DeployerError {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return refusal(file, 'does not exist', 'Run "deployer init" to write one, or name another with --config');
  }
  if (code === 'EACCES' || code === 'EPERM') return refusal(file, 'may not be read', 'Give yourself read permission');
  return refusal(file, `cannot be read (${code ?? 'unknown reason'})`, 'Check the path given with --config');
}

function refusal(file: string, what: string, fix: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'config',
    reason: `The config file ${file} ${what}`,
    fix,
    place: { file },
  });
}
