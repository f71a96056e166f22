import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { DeployerError } from '../../core/errors.ts';
import { ioFailure } from '../../core/io-failure.ts';
import type { StreamedBody } from '../../core/ports.ts';
import { printableLine } from '../../core/text.ts';

/** As platforms name files by what is in them. */
export type Algorithm = 'sha1' | 'sha256';

/** Bytes that go up once, however many files hold them. */
export interface Content extends StreamedBody {
  /** Hex. */
  readonly digest: string;
  /** A file that holds them, for messages. */
  readonly path: string;
  /** The bytes themselves, of a content that is no file. */
  readonly text?: string;
}

/** Up to this size a file is read in one go and without promises, which takes a tenth of the time; bytes. */
const CHUNK = 64 * 1024;

/** Digest of a file on disk, in memory that does not grow with it. */
export async function digestFile(file: string, size: number, algorithm: Algorithm): Promise<string> {
  const hash = createHash(algorithm);
  try {
    if (size <= CHUNK) hash.update(readFileSync(file));
    else for await (const part of createReadStream(file, { highWaterMark: CHUNK })) hash.update(part as Buffer);
  } catch (error) {
    throw ioFailure('read', file, error);
  }
  return hash.digest('hex');
}

export function digestText(text: string, algorithm: Algorithm): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** What a file held when its digest was taken. Sending anything else fails before the last byte is out. */
export function fileContent(
  file: string,
  { digest, size, path, algorithm }: Pick<Content, 'digest' | 'size' | 'path'> & { readonly algorithm: Algorithm },
): Content {
  return { digest, size, path, open: () => checked(file, { digest, size, path, algorithm }) };
}

export function textContent(path: string, text: string, algorithm: Algorithm): Content {
  const bytes = Buffer.from(text);
  return {
    path,
    text,
    size: bytes.length,
    digest: digestText(text, algorithm),
    open: async function* () {
      if (bytes.length > 0) yield bytes;
    },
  };
}

type Expected = Pick<Content, 'digest' | 'size' | 'path'> & { readonly algorithm: Algorithm };

/** Holds the last part back until the digest of all is known. */
async function* checked(file: string, { digest, size, path, algorithm }: Expected): AsyncGenerator<Uint8Array> {
  const hash = createHash(algorithm);
  let read = 0;
  let held: Buffer | undefined;
  for await (const part of partsOf(file, size)) {
    hash.update(part);
    read += part.length;
    if (read > size) throw changed(path);
    if (held) yield held;
    held = part;
  }
  if (read !== size || hash.digest('hex') !== digest) throw changed(path);
  if (held && held.length > 0) yield held;
}

async function* partsOf(file: string, size: number): AsyncGenerator<Buffer> {
  try {
    if (size <= CHUNK) yield readFileSync(file);
    else yield* createReadStream(file, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw ioFailure('read', file, error);
  }
}

function changed(path: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CORRUPT',
    stage: 'deploy',
    reason: `${printableLine(path)} is not what it was when its digest was taken`,
    fix: 'Deploy again, which builds it anew; nothing else may write below .deployer/',
  });
}
