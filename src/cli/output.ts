import { fstatSync, writeSync } from 'node:fs';

/** Where values (`stdout`) and narration (`stderr`) go. */
export interface Output {
  /** Whether a person is at the other end. */
  readonly isTTY: boolean;
  /**
   * Writes in order and at once. A reader that goes away (`| head`) must neither crash a listing nor end a deploy half
   * way: what is written to it is dropped.
   */
  write(text: string): void;
}

/** What writing to a reader that went away fails with; `EIO`: the terminal was closed. */
const CLOSED = new Set(['EPIPE', 'EIO']);

export const stdout = output(1, () => process.stdout);
export const stderr = output(2, () => process.stderr);

/** Without the process's own stream as long as that will do, because setting it up is a tenth of what a small command costs. */
function output(file: number, stream: () => NodeJS.WriteStream): Output {
  let queue: NodeJS.WriteStream | undefined;
  return {
    get isTTY() {
      return fstatSync(file).isCharacterDevice() && stream().isTTY === true;
    },
    write(text) {
      const rest = queue ? Buffer.from(text) : writeNow(file, Buffer.from(text));
      if (rest.length === 0) return;
      queue ??= stream().on('error', ignoreClosed);
      queue.write(rest);
    },
  };
}

/** Answers what a pipe that must not block had no room for. */
function writeNow(file: number, bytes: Uint8Array): Uint8Array {
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(file, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes.subarray(at);
    ignoreClosed(error as NodeJS.ErrnoException);
  }
  return new Uint8Array();
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (!CLOSED.has(error.code ?? '')) throw error;
}
