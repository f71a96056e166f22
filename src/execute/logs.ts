import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestBytes } from '../core/digest.ts';

/** Where the lines of operations go that the journal does not keep. Never fails a run. */
export interface OperationLogs {
  write(operation: string, line: string): void;
  /** The operation ended: its file is finished. */
  end(operation: string): void;
  /** Resolves when all lines have been handed to the system. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Bytes kept per operation; the rest is dropped with a note. Default 10 MiB. */
  readonly limit?: number;
  /** Told once when lines cannot be written. */
  readonly onProblem?: (message: string) => void;
}

const DEFAULT_LIMIT = 10 * 1024 * 1024;

/** Log files `<folder>/<operation>.log`, mode 0600, each opened at its first line and added to on a resume. */
export async function openLogs(folder: string, options: LogOptions = {}): Promise<OperationLogs> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return new LogFiles(folder, options);
}

/**
 * Operation id → file name: `build:web` → `build_web.log`. Ids with other characters, or too long for a file name, get a
 * digest behind them, so that two ids never share a file.
 */
export function logFileName(operation: string): string {
  const plain = operation.replace(/:/g, '_');
  if (/^[a-z0-9][a-z0-9:.-]{0,179}$/.test(operation)) return `${plain}.log`;
  const mark = digestBytes(operation).slice(-12);
  return `${plain.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 180)}-${mark}.log`;
}

interface Open {
  readonly stream: WriteStream;
  room: number;
}

class LogFiles implements OperationLogs {
  readonly #folder: string;
  readonly #limit: number;
  #onProblem: ((message: string) => void) | undefined;
  readonly #open = new Map<string, Open>();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  constructor(folder: string, options: LogOptions) {
    this.#folder = folder;
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#onProblem = options.onProblem;
  }

  write(operation: string, line: string): void {
    if (this.#closed) return;
    const file = this.#open.get(operation) ?? this.#start(operation);
    if (file.room <= 0) return;
    const text = `${line}\n`;
    file.room -= Buffer.byteLength(text);
    if (file.room <= 0) file.stream.write(`[cut off: more than ${this.#limit} bytes]\n`);
    else file.stream.write(text);
  }

  end(operation: string): void {
    const file = this.#open.get(operation);
    if (!file) return;
    this.#open.delete(operation);
    const closed = new Promise<void>((resolve) => {
      file.stream.once('close', resolve);
      file.stream.end();
    });
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const operation of [...this.#open.keys()]) this.end(operation);
    await Promise.all(this.#closing);
  }

  #start(operation: string): Open {
    const path = join(this.#folder, logFileName(operation));
    const file = { stream: createWriteStream(path, { flags: 'a', mode: 0o600 }), room: this.#limit };
    this.#open.set(operation, file);
    file.stream.on('error', (error: NodeJS.ErrnoException) => {
      file.room = 0;
      this.#onProblem?.(`Lines are missing from the log ${path} (${error.code ?? 'unknown error'})`);
      this.#onProblem = undefined;
    });
    return file;
  }
}
