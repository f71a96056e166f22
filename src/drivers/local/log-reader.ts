import { statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 65_536;
/** A line longer than this is given out in pieces. */
const LONGEST_LINE = 65_536;

/** The last lines of a log and of the older ones it was rotated to, and where the newest ends. */
export async function lastLines(
  log: string,
  count: number,
): Promise<{ readonly lines: string[]; readonly end: number }> {
  const newest = await tailOf(log, count);
  const lines = newest.lines;
  for (const older of [`${log}.1`, `${log}.2`]) {
    if (lines.length >= count) break;
    lines.unshift(...(await tailOf(older, count - lines.length)).lines);
  }
  return { lines, end: newest.end };
}

/** Reads what is added to a log, across rotations, of which each leaves a new file under `.1`. */
export class LogFollower {
  readonly #log: string;
  #position: number;
  #older: number;
  #decoder = new StringDecoder('utf8');
  #partial = '';

  constructor(log: string, position: number) {
    this.#log = log;
    this.#position = position;
    this.#older = inodeOf(`${log}.1`);
  }

  /** Whole lines since the last call. */
  async read(): Promise<readonly string[]> {
    const older = inodeOf(`${this.#log}.1`);
    let text = '';
    if (older !== this.#older) {
      text += await this.#readFrom(`${this.#log}.1`);
      this.#position = 0;
      this.#older = older;
    }
    return this.#lines(text + (await this.#readFrom(this.#log)));
  }

  /** What was read of a last line without an end. */
  get begun(): string {
    return this.#partial;
  }

  async #readFrom(file: string): Promise<string> {
    const { bytes, end } = await readRange(file, this.#position);
    this.#position = end;
    return this.#decoder.write(bytes);
  }

  #lines(text: string): readonly string[] {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    if (this.#partial.length <= LONGEST_LINE) return lines;
    lines.push(this.#partial);
    this.#partial = '';
    return lines;
  }
}

async function tailOf(file: string, count: number): Promise<{ readonly lines: string[]; readonly end: number }> {
  return withFile(file, { lines: [], end: 0 }, async (handle) => {
    const end = (await handle.stat()).size;
    let start = end;
    let bytes = Buffer.alloc(0);
    while (start > 0 && countLines(bytes) <= count) {
      const from = Math.max(0, start - CHUNK);
      bytes = Buffer.concat([await readExactly(handle, from, start - from), bytes]);
      start = from;
    }
    const lines = bytes.toString('utf8').replace(/\n$/, '').split('\n');
    return { lines: end === 0 || count === 0 ? [] : lines.slice(-count), end };
  });
}

async function readRange(file: string, from: number): Promise<{ readonly bytes: Buffer; readonly end: number }> {
  return withFile(file, { bytes: Buffer.alloc(0), end: from }, async (handle) => {
    const { size } = await handle.stat();
    const bytes = await readExactly(handle, from, Math.max(0, size - from));
    return { bytes, end: from + bytes.length };
  });
}

async function readExactly(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead);
}

/** A log that is not there (yet, or any more) is an empty one. */
async function withFile<T>(file: string, missing: T, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    return await use(handle);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  } finally {
    await handle?.close();
  }
}

/** 0 for a file that is not there. */
function inodeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? 0;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
