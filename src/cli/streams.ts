import { fstatSync, statSync, writeSync } from 'node:fs';

/** Where values (`stdout`) and narration (`stderr`) go. */
export interface OutputStream {
  /** Whether a person is at the other end. */
  readonly isTTY: boolean;
  /** Aborts when the reader has gone away. */
  readonly closed: AbortSignal;
  /**
   * Writes in order and at once. A reader that goes away (`| head`) must neither crash a listing nor end a deploy half
   * way: what is written to it is dropped.
   */
  write(text: string): void;
}

/** What writing to a reader that went away fails with; `EIO`: the terminal was closed; `EBADF`: there never was one. */
const CLOSED = new Set(['EPIPE', 'EIO', 'EBADF']);

export const stdout = output(1, () => process.stdout);
export const stderr = output(2, () => process.stderr);

/** Without the process's own stream as long as that will do, because setting it up is a tenth of what a small command costs. */
function output(file: number, stream: () => NodeJS.WriteStream): OutputStream {
  let queue: NodeJS.WriteStream | undefined;
  const gone = new AbortController();
  return {
    closed: gone.signal,
    get isTTY() {
      return mayBeTerminal(file) && stream().isTTY === true;
    },
    write(text) {
      if (gone.signal.aborted) return;
      const rest = queue ? Buffer.from(text) : writeNow(Buffer.from(text));
      if (rest.length === 0) return;
      queue ??= stream().on('error', close);
      queue.write(rest);
    },
  };

  /** Answers what a pipe that must not block had no room for. */
  function writeNow(bytes: Uint8Array): Uint8Array {
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes.subarray(at);
      close(error as NodeJS.ErrnoException);
    }
    return new Uint8Array();
  }

  function close(error: NodeJS.ErrnoException): void {
    if (!CLOSED.has(error.code ?? '')) throw error;
    gone.abort();
  }
}

/** Terminals are devices; so is the one that swallows everything, and it is none. */
function mayBeTerminal(file: number): boolean {
  try {
    const stat = fstatSync(file);
    return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}
