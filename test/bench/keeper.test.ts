import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/waiting.ts';

const BENCH = resolve(import.meta.dirname, 'run.js');

describe('a bench that is ended by a signal', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'bench-')));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['SIGINT', 'a gateway starts', 'gateway'],
    ['SIGTERM', 'services run', '/releases/'],
    ['SIGKILL', 'services run', '/releases/'],
  ] as const)(
    '%s while %s leaves no process and no folder',
    async (signal, _, sign) => {
      const bench = spawn(process.execPath, [BENCH, '--only', 'gateway'], {
        env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
        stdio: 'ignore',
      });
      const ended = new Promise((done) => bench.once('exit', done));
      await until(async () => (await processesIn(folder)).some((line) => line.includes(sign)), 60_000);
      bench.kill(signal);
      await ended;
      await until(async () => (await processesIn(folder)).length === 0, 60_000);
      await until(async () => (await readdir(folder)).length === 0, 60_000);
      expect(await readdir(folder)).toEqual([]);
    },
    120_000,
  );
});

/** Command line and place of those that have to do with the folder. */
async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return `${line} in ${await readlink(`/proc/${pid}/cwd`).catch(() => '')}`;
    }),
  );
  return lines.filter((line) => line.includes(folder));
}
