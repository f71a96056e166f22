import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { printableLine } from '../core/text.ts';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface OpenFile {
  readonly handle: number;
  readonly size: number;
  readonly executable: boolean;
}

/**
 * Opens a file found earlier at an absolute path without links in it; the caller closes the handle. Whatever was put in its
 * place since, or in the place of a folder above it, is refused: what counts is where the open file lies, not the path.
 */
export function openInside(path: string): OpenFile {
  const handle = openUnfollowed(path);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || placeOf(handle, path) !== path) throw replaced(path);
    return { handle, size: stats.size, executable: (stats.mode & 0o100) !== 0 };
  } catch (error) {
    closeSync(handle);
    throw error instanceof DeployerError ? error : ioFailure('read', path, error);
  }
}

/** The file is not what it was when the folder was listed. */
export function replaced(path: string): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    reason: `${printableLine(path)} was replaced while the artifact was made`,
    fix: 'Make sure that nothing else writes there, and run the command again',
  });
}

function openUnfollowed(path: string): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR'].includes(systemCode(error))) throw replaced(path);
    throw ioFailure('read', path, error);
  }
}

/** Linux says where an open file lies; elsewhere the path is resolved once more. */
function placeOf(handle: number, path: string): string {
  return process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${handle}`) : realpathSync.native(path);
}
