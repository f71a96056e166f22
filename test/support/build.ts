import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'bin', 'scripts', 'package.json', 'package-lock.json'];

/**
 * Scenario and contract tests run what users run, so the command line is built once before any test, unless nothing has changed
 * since it was.
 */
export function setup(): void {
  const built = changedAt('dist');
  if (SOURCES.some((source) => newest(source) >= built))
    execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
}

/** Of a file, or of all in a folder and the folders themselves: that of a folder tells of what was removed. */
function newest(path: string): number {
  const stats = statSync(path);
  const inside = stats.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(stats.mtimeMs, ...inside);
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
