import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PROGRAM = resolve(import.meta.dirname, '../../node_modules/.bin/dotenvx');

/** Runs the real dotenvx in a folder; what it keeps for itself stays in there too. */
export function dotenvx(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: folder };
  return execFileSync(PROGRAM, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A private key that dotenvx has made, out of `.env.keys`. */
export function privateKeyIn(folder: string, name: string): string {
  const text = readFileSync(join(folder, '.env.keys'), 'utf8');
  return new RegExp(`^${name}="?([0-9a-f]{64})`, 'm').exec(text)?.[1] ?? '';
}
