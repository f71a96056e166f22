import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { DriverContext } from '../../core/driver.ts';
import { ioFailure } from '../../core/io-failure.ts';
import { packTar, type TarMember } from '../tar.ts';
import type { Algorithm, Content } from './content.ts';
import type { UploadTree } from './tree.ts';

/** Part of an archive, which lies on disk until the work with it is over. */
export type Part = Content;

export interface ArchiveTerms {
  readonly algorithm: Algorithm;
  /** Bytes of one part. */
  readonly part: number;
}

/**
 * Packs a tree into one compressed archive, cut into parts, for the time of `use`. The same tree gives the same parts, so
 * that after a cut only those that are missing go up again.
 */
export async function withArchive<T>(
  tree: UploadTree,
  terms: ArchiveTerms,
  context: Pick<DriverContext, 'folder' | 'signal' | 'clock'>,
  use: (parts: readonly Part[]) => Promise<T>,
): Promise<T> {
  await mkdir(context.folder, { recursive: true, mode: 0o700 });
  await sweep(context.folder, context.clock.now());
  const folder = await mkdtemp(join(context.folder, PREFIX));
  try {
    return await use(await pack(tree, terms, folder, context.signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const PREFIX = 'archive-';
/** No upload takes longer; ms. */
const LEFT_BEHIND = 24 * 3_600_000;

/** What was left behind when a run was killed. */
async function sweep(folder: string, now: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
  for (const path of names.map((name) => join(folder, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (mtimeMs < now - LEFT_BEHIND) await rm(path, { recursive: true, force: true });
  }
}

async function pack(tree: UploadTree, terms: ArchiveTerms, folder: string, signal: AbortSignal): Promise<Part[]> {
  const parts: Part[] = [];
  const packed = Readable.from(packTar(membersOf(tree))).pipe(createGzip());
  const bytes = packed[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer | undefined;
  do {
    const number = parts.length + 1;
    const written = await writePart(join(folder, `part${number}`), { bytes, rest, ...terms, signal });
    parts.push(partOf(join(folder, `part${number}`), `part ${number} of the archive`, written));
    rest = written.rest;
  } while (rest !== undefined);
  return parts;
}

function partOf(file: string, path: string, { digest, size }: { digest: string; size: number }): Part {
  return { path, digest, size, open: () => createReadStream(file) as AsyncIterable<Uint8Array> };
}

function* membersOf({ files, contents }: UploadTree): Generator<TarMember> {
  for (const { path, digest, size, kind } of files) {
    const content = contents.get(digest);
    if (!content) throw new Error('a file has no content');
    if (kind === 'link') yield { path, kind: 'link', target: content.text ?? '' };
    else yield { path, kind: 'file', mode: kind === 'executable' ? 0o755 : 0o644, size, content: content.open() };
  }
}

interface Writing extends ArchiveTerms {
  readonly bytes: AsyncIterator<Buffer>;
  readonly rest: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** Writes up to the size of a part; `rest` is what did not fit. */
async function writePart(
  path: string,
  { bytes, rest, algorithm, part, signal }: Writing,
): Promise<{ digest: string; size: number; rest: Buffer | undefined }> {
  const hash = createHash(algorithm);
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => Promise.reject(ioFailure('write', path, error)));
  let size = 0;
  let next: Buffer | undefined = rest;
  try {
    for (; size < part; next = undefined) {
      signal.throwIfAborted();
      next ??= await nextOf(bytes);
      if (next === undefined) return { digest: hash.digest('hex'), size, rest: undefined };
      const fitting = next.subarray(0, part - size);
      hash.update(fitting);
      await file.write(fitting).catch((error: unknown) => Promise.reject(ioFailure('write', path, error)));
      size += fitting.length;
      if (fitting.length < next.length)
        return { digest: hash.digest('hex'), size, rest: next.subarray(fitting.length) };
    }
    return { digest: hash.digest('hex'), size, rest: await nextOf(bytes) };
  } finally {
    await file.close();
  }
}

async function nextOf(bytes: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const { done, value } = await bytes.next();
  return done ? undefined : value;
}
