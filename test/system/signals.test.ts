import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemInterrupts } from '../../src/system/signals.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { until } from '../support/waiting.ts';

let folder: string;
let program: string;

/** Says what it is told, and with `pipes` writes a line every few milliseconds to whoever reads. */
const PROGRAM = `
  import { ignoreClosedPipes, systemInterrupts } from './signals.ts';
  import { writeFileSync } from 'node:fs';
  const [mode, file] = process.argv.slice(2);
  const { onInterrupt } = systemInterrupts();
  if (mode === 'pipes') {
    ignoreClosedPipes();
    let written = 0;
    setInterval(() => {
      console.log('line');
      console.error('line');
      if (++written === 200) {
        writeFileSync(file, 'survived');
        process.exit(0);
      }
    }, 2);
  } else {
    const stop = onInterrupt((signal, nth) => {
      console.log(signal + ' ' + nth);
      if (mode === 'once') stop();
    });
    setInterval(() => {}, 1000);
    console.log('ready');
  }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signals-'));
  program = join(folder, 'program.mjs');
  const resolveDir = new URL('../../src/system/', import.meta.url).pathname;
  const stdin = { contents: PROGRAM, resolveDir };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('interrupts', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s is told and does not end the process', async (signal) => {
    const { child, saw } = await start('listen');
    child.kill(signal);
    await saw(`${signal} 1`);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('another wish counts on, whichever signal it is', async () => {
    const { child, saw } = await start('listen');
    child.kill('SIGINT');
    await saw('SIGINT 1');
    child.kill('SIGTERM');
    await saw('SIGTERM 2');
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('the same signal passed on once more at once is the same wish', () => {
    const clock = new InstantClock();
    const seen: string[] = [];
    const stop = systemInterrupts(clock).onInterrupt((signal, nth) => seen.push(`${signal} ${nth}`));
    process.emit('SIGHUP', 'SIGHUP');
    clock.advance(20);
    process.emit('SIGHUP', 'SIGHUP');
    clock.advance(500);
    process.emit('SIGHUP', 'SIGHUP');
    stop();
    expect(seen).toEqual(['SIGHUP 1', 'SIGHUP 2']);
  });

  test('when nobody listens any more, a signal ends the process', async () => {
    const { child, saw } = await start('once');
    child.kill('SIGTERM');
    await saw('SIGTERM 1');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

test('readers that go away do not end the process', async () => {
  const file = join(folder, 'survived');
  const child = spawn(process.execPath, [program, 'pipes', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

interface Started {
  readonly child: ChildProcess;
  saw(text: string): Promise<void>;
}

async function start(mode: string): Promise<Started> {
  const child = spawn(process.execPath, [program, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const saw = (text: string) => until(() => out.includes(text));
  await saw('ready');
  return { child, saw };
}
