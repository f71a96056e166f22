import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Channel } from '../../src/core/event.ts';
import type { CommandResult, Processes } from '../../src/core/ports.ts';

/** Bundles a test's program, so that plain node can run it. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  const entry = new URL(`./${name}.entry.ts`, import.meta.url).pathname;
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

export interface Ended {
  readonly stdout: string;
  readonly signal: string | null;
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  return new Promise((resolve) => child.once('close', (_, signal) => resolve({ stdout, signal })));
}

/** Enough of the port for builds: a real shell with nothing but PATH and what is asked for. */
export const shellOnly: Processes = {
  run: () => Promise.reject(new Error('not for builds')),
  shell(line, { cwd, env, timeout, signal, onLine }) {
    const child = spawn('sh', ['-c', line], { cwd, env: { PATH: process.env['PATH'], ...env } });
    const tail: string[] = [];
    let outcome: CommandResult['outcome'] = 'exited';
    const end = (why: CommandResult['outcome']) => {
      outcome = why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end('timed_out'), timeout);
    signal?.addEventListener('abort', () => end('cancelled'));
    const listen = (channel: Channel) => (chunk: Buffer) => {
      for (const text of chunk.toString().split('\n').filter(Boolean)) {
        tail.push(text);
        onLine?.(text, channel);
      }
    };
    child.stdout.on('data', listen('stdout'));
    child.stderr.on('data', listen('stderr'));
    return new Promise((resolve) =>
      child.once('close', (exitCode, ended) => {
        clearTimeout(timer);
        resolve({ exitCode, signal: ended, stdout: '', tail, outcome });
      }),
    );
  },
};
