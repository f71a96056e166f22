import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { Entropy } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import { fileUpkeep } from './file-upkeep.ts';
import { type StateFolder, stateFolder } from './folder.ts';
import { type Publication, publish, replaceFile, syncFolder } from './publish.ts';
import { systemCode, unavailable } from './unavailable.ts';

export interface FileStore extends Store {
  /** Absolute path of the state folder. */
  readonly folder: string;
}

export interface FileStoreOptions {
  /** Absolute path; made at the first write, never at a read. */
  readonly folder: string;
  readonly entropy: Entropy;
}

/** A link in the place of a file is refused. */
const READING = constants.O_RDONLY | constants.O_NOFOLLOW;

/**
 * State in a local folder. Folders are 0700 and files 0600 whatever the umask. Nothing is half written: see `publish.ts`.
 * A folder that is a link or belongs to another user is refused.
 */
export function openFileStore({ folder: root, entropy }: FileStoreOptions): FileStore {
  const folder = stateFolder(root);

  async function publication(key: string, bytes: Uint8Array): Promise<Publication> {
    await folder.prepare(key);
    await folder.prepareTemporary();
    const name = `${process.pid}-${Buffer.from(entropy.bytes(8)).toString('hex')}`;
    return { temporary: join(folder.temporary, name), final: folder.pathOf(key), bytes };
  }

  return {
    folder: root,
    list: (prefix) => listNames(folder, prefix),
    read: (key) => readWhole(folder, key),
    create: async (key, bytes) =>
      named('write', folder.pathOf(key), async () => publish(await publication(key, bytes))),
    replace: async (key, bytes) =>
      named('replace', folder.pathOf(key), async () => replaceFile(await publication(key, bytes))),
    remove: async (key) => named('remove', folder.pathOf(key), () => rm(folder.pathOf(key), { force: true })),
    readEnd: (key, size) => readEnd(folder, key, size),
    append: async (key, addition) => named('append to', folder.pathOf(key), () => append(folder, key, addition)),
    upkeep: fileUpkeep(folder),
  };
}

async function listNames(folder: StateFolder, prefix: string): Promise<readonly string[]> {
  if (!folder.has(`${prefix}x`)) return [];
  const path = join(folder.path, prefix);
  const names = await named('list', path, async () => readdirSync(path));
  return names.filter((name) => !name.startsWith('.')).sort();
}

async function readWhole(folder: StateFolder, key: string): Promise<Uint8Array | undefined> {
  const path = folder.pathOf(key);
  return folder.has(key) ? named('read', path, async () => readNow(path)) : undefined;
}

/** State is small and read by every command: through the thread pool each read would take several times as long. */
function readNow(path: string): Uint8Array | undefined {
  const handle = openToRead(path);
  if (handle === undefined) return undefined;
  try {
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

function openToRead(path: string): number | undefined {
  try {
    return openSync(path, READING);
  } catch (error) {
    return unlessAbsent(error);
  }
}

async function readEnd(folder: StateFolder, key: string, size: number) {
  return withFile(folder, key, async (handle) => {
    const { size: length } = await handle.stat();
    const start = Math.max(0, length - size);
    const bytes = Buffer.alloc(length - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled), length: start + filled };
  });
}

async function withFile<T>(folder: StateFolder, key: string, use: (handle: FileHandle) => Promise<T>) {
  const path = folder.pathOf(key);
  if (!folder.has(key)) return undefined;
  return named('read', path, async () => {
    const handle = await open(path, READING).catch(unlessAbsent);
    return handle && (await use(handle).finally(() => handle.close()));
  });
}

function unlessAbsent(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error;
}

async function append(
  folder: StateFolder,
  key: string,
  { at, bytes }: { at: number; bytes: Uint8Array },
): Promise<void> {
  const path = folder.pathOf(key);
  await folder.prepare(key);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const handle = await open(path, flags, 0o600);
  try {
    await cutTo(handle, path, at);
    await handle.appendFile(bytes).catch(async (error: unknown) => {
      await handle.truncate(at).catch(() => undefined);
      throw error;
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (at === 0) await syncFolder(dirname(path));
}

async function cutTo(handle: FileHandle, path: string, length: number): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) await handle.chmod(0o600);
  if (size > length) await handle.truncate(length);
  if (size < length)
    throw new DeployerError({
      code: 'STATE_CONFLICT',
      stage: 'state',
      reason: `${path} became shorter while it was read`,
      fix: 'Run "deployer state verify"',
    });
}

async function named<T>(attempt: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(attempt, path, error);
  }
}
