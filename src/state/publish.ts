import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { systemCode } from './unavailable.ts';

/** What `link` answers where hard links are not to be had: FAT, some network and container mounts. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

export interface Publication {
  /** A name nobody else uses, on the same file system. Gone afterwards, whatever happens. */
  readonly temporary: string;
  readonly final: string;
  readonly bytes: Uint8Array;
}

/**
 * Creates a file that is either absent or whole and on disk, and fails to when it exists: temporary file, flush, hard link,
 * flush of the folder. Passes system errors on.
 */
export async function publish(publication: Publication): Promise<'created' | 'exists'> {
  if (await present(publication.final)) return 'exists';
  await writeNew(publication.temporary, publication.bytes);
  const outcome = await linkInto(publication).finally(() => discard(publication.temporary));
  if (outcome === 'created') await confirm(publication.final);
  return outcome;
}

/** Puts new content in the place of a file in one step; readers see the old or the new one. */
export async function replaceFile({ temporary, final, bytes }: Publication): Promise<void> {
  await writeNew(temporary, bytes);
  await rename(temporary, final).catch(async (error: unknown) => {
    await discard(temporary);
    throw error;
  });
  await confirm(final);
}

/** Brings the names in a folder to disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

async function present(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** `FileHandle.writeFile` goes on after a short write; a single `write` would report success on a full disk. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await fill(handle, bytes);
  } catch (error) {
    await discard(path);
    throw error;
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await handle.chmod(0o600);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function linkInto({ temporary, final }: Publication): Promise<'created' | 'exists'> {
  try {
    await link(temporary, final);
    return 'created';
  } catch (error) {
    // The answer of a call that worked can be lost (network mounts); one file under both names proves that it worked.
    if (await sameFile(temporary, final)) return 'created';
    const code = systemCode(error);
    if (code === 'EEXIST') return 'exists';
    if (NO_LINKS.has(code)) return claimAndReplace({ temporary, final });
    throw error;
  }
}

/**
 * Without hard links: an empty file claims the name, then the whole one takes its place. A crash in between leaves the
 * empty file, which the digest tells from a whole one.
 */
async function claimAndReplace({ temporary, final }: Omit<Publication, 'bytes'>): Promise<'created' | 'exists'> {
  try {
    await (await open(final, 'wx', 0o600)).close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'exists';
    throw error;
  }
  await rename(temporary, final).catch(async (error: unknown) => {
    await discard(final);
    throw error;
  });
  return 'created';
}

async function sameFile(one: string, other: string): Promise<boolean> {
  const stats = await Promise.all([lstat(one), lstat(other)]).catch(() => undefined);
  return stats !== undefined && stats[0].ino === stats[1].ino && stats[0].dev === stats[1].dev;
}

/** The file is in place; a second try tells a passing fault of the disk from a lasting one. */
async function confirm(path: string): Promise<void> {
  const folder = dirname(path);
  await syncFolder(folder).catch(() => syncFolder(folder).catch((error: unknown) => refuseUnconfirmed(path, error)));
}

function refuseUnconfirmed(path: string, error: unknown): never {
  const reason = `${path} was written, but the disk does not confirm it (${systemCode(error)})`;
  const fix = 'Check the disk; "deployer state verify" tells whether it is there';
  throw new DeployerError({ code: 'STATE_UNAVAILABLE', stage: 'state', reason, fix });
}

/** A temporary file that stays is swept later; it must not hide the outcome. */
async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
