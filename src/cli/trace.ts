import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where an unexpected error came from. The message in front of the frames is left out: it may hold a secret. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}

/** Writes them to a private file and answers its path; `undefined` where nothing can be written. */
export function writeTrace(error: unknown): string | undefined {
  const kind = error instanceof Error ? error.name : typeof error;
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'deployer-trace-')), 'trace.txt');
    writeFileSync(file, `${[kind, ...framesOf(error)].join('\n')}\n`, { mode: 0o600 });
    return file;
  } catch {
    return undefined;
  }
}
