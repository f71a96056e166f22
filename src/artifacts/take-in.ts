import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsync,
  linkSync,
  openSync,
  read,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FileEntry } from './manifest.ts';
import { poolFile } from './places.ts';
import { type OpenFile, openInside, replaced } from './read-inside.ts';

const flush = promisify(fsync);
const readBytes = promisify(read);
const writeBytes = promisify(writeFile);

/** Files below this size are read whole and without promises, which is three times as fast for them. Bytes. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;

/** One file on its way into the store. */
export interface Intake {
  readonly store: string;
  /** Absolute, without links: the folder that is put, and the tree under construction. */
  readonly source: string;
  readonly tree: string;
  readonly path: string;
  /** Sees the bytes. */
  readonly see: ((bytes: Uint8Array) => void) | undefined;
}

let buffer: Buffer | undefined;

/**
 * Brings one file into the tree, read-only. Content that the pool has is linked; new content is written, flushed to disk and
 * then given to the pool, so that the pool never holds half a file.
 */
export async function takeIn(intake: Intake): Promise<FileEntry> {
  const file = openInside(join(intake.source, intake.path));
  try {
    return file.size < SMALL ? await takeSmall(intake, file) : await takeLarge(intake, file);
  } finally {
    closeSync(file.handle);
  }
}

async function takeSmall(intake: Intake, file: OpenFile): Promise<FileEntry> {
  const bytes = readWhole(intake, file);
  intake.see?.(bytes);
  const entry = entryOf(intake, file, { size: bytes.length, sha256: hash('sha256', bytes, 'hex') });
  if (linkFromPool(intake, entry)) {
    // Only synchronous work so far: others get their turn.
    await setImmediate();
    return entry;
  }
  // The bytes are written before anything is awaited, because the next file is read into the same buffer.
  await createFile(intake, file, async (handle) => writeFileSync(handle, bytes));
  share(intake, entry);
  return entry;
}

/** The digest is only known at the end, so content that the pool has is written once more and dropped. */
async function takeLarge(intake: Intake, file: OpenFile): Promise<FileEntry> {
  const entry = entryOf(intake, file, await createFile(intake, file, (handle) => copyBytes(intake, file, handle)));
  share(intake, entry);
  return entry;
}

/** Read-only in the end, and on the disk: an artifact that a version names has to outlive a power cut. */
async function createFile<T>(intake: Intake, from: OpenFile, fill: (handle: number) => Promise<T>): Promise<T> {
  const handle = openSync(targetOf(intake), 'wx', 0o600);
  try {
    const result = await fill(handle);
    fchmodSync(handle, from.executable ? 0o500 : 0o400);
    await flush(handle);
    return result;
  } finally {
    closeSync(handle);
  }
}

async function copyBytes({ see }: Intake, from: OpenFile, to: number): Promise<Pick<FileEntry, 'size' | 'sha256'>> {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let size = 0;
  for (let length = await readChunk(from, chunk); length > 0; length = await readChunk(from, chunk)) {
    const bytes = chunk.subarray(0, length);
    digest.update(bytes);
    see?.(bytes);
    size += length;
    await writeBytes(to, bytes);
  }
  return { size, sha256: digest.digest('hex') };
}

function linkFromPool(intake: Intake, entry: FileEntry): boolean {
  return linkWhole(poolFile(intake.store, entry), targetOf(intake), entry.size);
}

/** Gives new content to the pool. Where somebody was faster, theirs takes the place of ours. */
function share(intake: Intake, entry: FileEntry): void {
  const pooled = poolFile(intake.store, entry);
  if (tryLink(targetOf(intake), pooled)) return;
  const twin = join(dirname(intake.tree), entry.sha256);
  if (linkWhole(pooled, twin, entry.size)) renameSync(twin, targetOf(intake));
}

/** A pool file of another size was damaged from outside: it is dropped. */
function linkWhole(pooled: string, target: string, size: number): boolean {
  if (!tryLink(pooled, target)) return false;
  if (statSync(target).size === size) return true;
  unlinkSync(target);
  rmSync(pooled, { force: true });
  return false;
}

/** Without a link there is only less sharing: no such pool file, too many links, or a file system without links. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function targetOf({ tree, path }: Intake): string {
  return join(tree, path);
}

function entryOf({ path }: Intake, file: OpenFile, content: Pick<FileEntry, 'size' | 'sha256'>): FileEntry {
  return { path, ...content, ...(file.executable ? { executable: true } : {}) };
}

/** The bytes lie in a buffer that the next call uses again. */
function readWhole({ source, path }: Intake, { handle }: OpenFile): Buffer {
  buffer ??= Buffer.allocUnsafeSlow(SMALL);
  let length = 0;
  for (let got = -1; got !== 0 && length < SMALL; length += got)
    got = readSync(handle, buffer, length, SMALL - length, null);
  if (length === SMALL) throw replaced(join(source, path));
  return buffer.subarray(0, length);
}

async function readChunk({ handle }: OpenFile, chunk: Buffer): Promise<number> {
  const { bytesRead } = await readBytes(handle, chunk, 0, chunk.length, null);
  return bytesRead;
}
