import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes an unexpected error's stack, frames only, to a private file and answers its path. */
export function writeTrace(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  // The message in front of the frames may hold a secret or a whole command line.
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const file = join(mkdtempSync(join(tmpdir(), 'deployer-trace-')), 'trace.txt');
  writeFileSync(file, `${error instanceof Error ? error.name : typeof error}\n${frames.join('\n')}\n`, { mode: 0o600 });
  return file;
}
