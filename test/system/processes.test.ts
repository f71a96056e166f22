import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandRequest, CommandResult } from '../../src/core/ports.ts';
import { LONGEST_LINE } from '../../src/system/output.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { isRunning, until } from '../support/waiting.ts';

let folder: string;
const lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'processes-'));
  lines.length = 0;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('running a command', () => {
  test('answers exit code, output and lines of both channels', async () => {
    const result = await shell('echo out; echo err >&2; exit 3');
    expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', outcome: 'exited' });
    expect(lines.sort()).toEqual(['stderr: err', 'stdout: out']);
    expect([...result.tail].sort()).toEqual(['err', 'out']);
  });

  test('passes arguments as they are, without a shell', async () => {
    const hostile = ['; touch X', '$(touch X)', '`touch X`', 'a\nb', '-oX', '--flag', '*', '', "'", '"'];
    const result = await run([
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...hostile,
    ]);
    expect(JSON.parse(result.stdout)).toEqual(hostile);
    await expect(readFile(join(folder, 'X'))).rejects.toThrow('ENOENT');
  });

  test('values reach a shell line by environment only and are not taken for commands', async () => {
    const result = await shell('printf %s "$VALUE"', { env: { VALUE: '$(touch X); `touch X`' } });
    expect(result.stdout).toBe('$(touch X); `touch X`');
    await expect(readFile(join(folder, 'X'))).rejects.toThrow('ENOENT');
  });

  test('gives the child the allow-list and what was named, nothing else', async () => {
    const processes = systemProcesses({
      environment: { PATH: process.env['PATH'], LANG: 'C', AWS_SECRET_ACCESS_KEY: 'no' },
    });
    const result = await processes.run({ argv: ['/usr/bin/env'], cwd: folder, env: { API: 'yes' }, timeout: 10_000 });
    const names = result.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['API', 'LANG', 'PATH']);
  });

  test('finds the program by the PATH of the request', async () => {
    await writeFile(join(folder, 'mytool'), '#!/bin/sh\necho mine\n');
    await chmod(join(folder, 'mytool'), 0o755);
    const result = await run(['mytool'], { env: { PATH: `${folder}:/usr/bin:/bin` } });
    expect(result.stdout).toBe('mine\n');
  });

  test('writes stdin and closes it', async () => {
    expect((await run(['cat'], { stdin: 'täxt' })).stdout).toBe('täxt');
  });

  test('does not fail when the command leaves stdin unread', async () => {
    expect(await run(['true'], { stdin: 'x'.repeat(5_000_000) })).toMatchObject({ exitCode: 0, outcome: 'exited' });
  });

  test.each([
    ['no such program', ['no-such-program-here'], {}],
    ['no such folder', ['true'], { cwd: '/no/such/folder' }],
    ['a folder in place of a program', ['/tmp'], {}],
    ['a NUL in an argument', ['echo', 'a\0b'], {}],
    ['no program at all', [], {}],
  ])('%s is an outcome, not an exception', async (_, argv, options) => {
    const result = await run(argv, options);
    expect(result).toMatchObject({ outcome: 'not_found', exitCode: null, stdout: '' });
    expect(result.tail.join()).not.toContain('spawn');
  });

  test('tells which signal ended the command', async () => {
    expect(await shell('kill -KILL $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL', outcome: 'exited' });
  });
});

describe('output', () => {
  test('keeps so many bytes and lets the command go on', async () => {
    const result = await shell('yes | head -c 3000000; echo done >&2', { keep: 1_000 });
    expect(result.stdout).toHaveLength(1_000);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(lines).toContain('stderr: done');
  });

  test('keeps the last twenty lines', async () => {
    const result = await shell('seq 1 1000');
    expect(result.tail).toEqual(Array.from({ length: 20 }, (_, index) => String(981 + index)));
  });

  test('cuts a line that is too long and says so by an ellipsis', async () => {
    await shell('head -c 1000000 /dev/zero | tr "\\0" x; echo; echo next');
    expect(lines).toEqual([`stdout: ${'x'.repeat(LONGEST_LINE)}…`, 'stdout: next']);
  });

  test('puts characters together that come in pieces, and takes CRLF and a last line without newline', async () => {
    await shell("printf '\\303'; sleep 0.05; printf '\\244b\\r\\n\\nlast'");
    expect(lines).toEqual(['stdout: äb', 'stdout: ', 'stdout: last']);
  });

  test('memory stays flat while a command writes without end', async () => {
    const before = process.memoryUsage().rss;
    await shell('head -c 200000000 /dev/zero', { keep: 10 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

describe('ending a command', () => {
  test('a time limit ends the whole group, grandchildren too', async () => {
    const result = await shell('sleep 300 & echo $! > pid; wait', { timeout: 1_000 });
    expect(result).toMatchObject({ outcome: 'timed_out', exitCode: null });
    expect(isRunning(await pidFrom('pid'))).toBe(false);
  });

  test('who ignores SIGTERM is killed after the grace', async () => {
    const result = await shell('trap "" TERM; echo $$ > pid; while :; do sleep 0.05; done', {
      timeout: 1_000,
      grace: 100,
    });
    expect(result).toMatchObject({ outcome: 'timed_out', signal: 'SIGKILL' });
    expect(isRunning(await pidFrom('pid'))).toBe(false);
  });

  test('who cleans up within the grace is left to do so', async () => {
    const result = await shell('trap "echo cleaned; exit 5" TERM; echo ready; while :; do sleep 0.02; done', {
      timeout: 1_000,
    });
    expect(result).toMatchObject({ outcome: 'timed_out', exitCode: 5 });
    expect(result.stdout).toBe('ready\ncleaned\n');
  });

  test('an abort cancels it', async () => {
    const control = new AbortController();
    const result = await shell('echo $$ > pid; echo up; sleep 300', {
      signal: control.signal,
      onLine: () => control.abort(),
    });
    expect(result).toMatchObject({ outcome: 'cancelled' });
    expect(isRunning(await pidFrom('pid'))).toBe(false);
  });

  test('an abort beforehand starts nothing', async () => {
    expect(await shell('echo no > pid', { signal: AbortSignal.abort() })).toMatchObject({ outcome: 'cancelled' });
    await expect(pidFrom('pid')).rejects.toThrow('ENOENT');
  });

  test('what the command left in the background ends with it', async () => {
    const result = await shell('sleep 300 & echo $! > pid; exit 0');
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 });
    expect(isRunning(await pidFrom('pid'))).toBe(false);
  });

  test('does not wait for a daemon that took the pipes into a session of its own', async () => {
    const result = await shell('setsid sleep 300 & echo $! > pid; sleep 0.2; exit 0');
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 });
    process.kill(await pidFrom('pid'), 'SIGKILL');
  });
});

describe('when our own process ends', () => {
  test.each([
    ['normally', 'process.exit(0)'],
    ['by an exception', 'setImmediate(() => { throw new Error("x") })'],
    ['by SIGTERM', 'process.kill(process.pid, "SIGTERM")'],
    ['by SIGINT', 'process.kill(process.pid, "SIGINT")'],
    ['by SIGHUP', 'process.kill(process.pid, "SIGHUP")'],
  ])('%s, no child is left', async (_, ending) => {
    const pids = await endWith(ending);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await until(() => !isRunning(pid));
  });
});

/** A process of its own that runs a command and then ends; answers the pids of the command and of its child. */
async function endWith(ending: string): Promise<number[]> {
  const file = new URL('../../src/system/processes.ts', import.meta.url).pathname;
  const program = join(folder, 'program.mjs');
  const { build } = await import('esbuild');
  const contents = `import { systemProcesses } from ${JSON.stringify(file)};
    void systemProcesses({ environment: process.env }).shell('sleep 300 & echo $$ $!; wait', {
      cwd: '.', env: {}, timeout: 60_000, onLine: (line) => { console.log(line); ${ending} },
    });`;
  await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'error',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  const child = spawn(process.execPath, [program], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  await once(child, 'close');
  return out.trim().split(' ').map(Number);
}

function run(argv: readonly string[], options: Partial<CommandRequest> = {}): Promise<CommandResult> {
  return processes().run({ argv, ...defaults(), ...options });
}

function shell(line: string, options: Partial<CommandRequest> = {}): Promise<CommandResult> {
  return processes().shell(line, { ...defaults(), ...options });
}

function processes() {
  return systemProcesses({ environment: { PATH: process.env['PATH'] } });
}

function defaults() {
  const onLine = (line: string, channel: string) => void lines.push(`${channel}: ${line}`);
  return { cwd: folder, env: {}, timeout: 20_000, onLine };
}

async function pidFrom(name: string): Promise<number> {
  return Number(await readFile(join(folder, name), 'utf8'));
}
