import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { StampedEvent } from '../core/event.ts';
import { type JournalContent, readJournal } from './journal-reader.ts';

/** Where a run's events are kept, in the order in which they are handed over. */
export interface Journal {
  /** Resolves when the line is safe on disk. After a failure every further line is refused the same way. */
  append(event: StampedEvent): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Starts the journal of a new run; folders are made. `IO_FAILED` when it is there already. */
export async function createJournal(file: string): Promise<Journal> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'ax', 0o600);
    await syncFolder(dirname(file));
    return new FileJournal(file, handle);
  } catch (error) {
    throw ioFailed(file, error);
  }
}

/** Opens the journal of an earlier run to go on behind its last whole line; a torn rest is cut off first. */
export async function reopenJournal(file: string): Promise<{ journal: Journal; content: JournalContent }> {
  const content = await readJournal(file);
  try {
    if (content.torn) await cutOff(file, content.whole_bytes);
    return { journal: new FileJournal(file, await open(file, 'a')), content };
  } catch (error) {
    throw ioFailed(file, error);
  }
}

async function cutOff(file: string, length: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly refused: (error: DeployerError) => void;
}

/** Lines that come while the disk is busy are written together and share the next sync. */
class FileJournal implements Journal {
  readonly #file: string;
  readonly #handle: FileHandle;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #broken: DeployerError | undefined;

  constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  append(event: StampedEvent): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const line = `${JSON.stringify(event)}\n`;
    return new Promise((done, refused) => {
      this.#queue.push({ line, done, refused });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#broken ??= new DeployerError({ code: 'INTERNAL', reason: `The journal ${this.#file} is closed` });
    await this.#handle.close();
  }

  /** Never rejects. */
  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      // Lines that are added in this very turn come along.
      await undefined;
      const batch = this.#queue;
      this.#queue = [];
      await this.#write(batch);
    }
    this.#flushing = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#handle.appendFile(batch.map((waiting) => waiting.line).join(''));
      await this.#handle.datasync();
      for (const waiting of batch) waiting.done();
    } catch (error) {
      // What is on disk now may end in half a line: writing on would put it into the middle of the file.
      this.#broken = ioFailed(this.#file, error);
      for (const waiting of [...batch, ...this.#queue.splice(0)]) waiting.refused(this.#broken);
    }
  }
}

/** So that the new file's name survives a power cut too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ioFailed(file: string, error: unknown): DeployerError {
  if (error instanceof DeployerError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new DeployerError({
    code: 'IO_FAILED',
    reason: `The journal ${file} cannot be written (${code})`,
    fix:
      code === 'EEXIST'
        ? 'Use `deployer resume` for a run that exists'
        : 'Make room or mend the disk, then use `deployer resume`',
  });
}
