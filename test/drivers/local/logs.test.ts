import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotate } from '../../../src/drivers/local/gateway/log-files.ts';
import { LogFollower, lastLines } from '../../../src/drivers/local/log-reader.ts';
import { eventually } from '../../support/driver-world.ts';
import { createLocalWorld } from '../../support/local-world.ts';

const MIB = 1024 * 1024;
let folder: string;
let log: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployer-logs-'));
  log = join(folder, 'service.log');
});
afterEach(() => rm(folder, { recursive: true }));

it('reads the last lines across rotated files', async () => {
  await writeFile(`${log}.2`, 'a\nb\n');
  await writeFile(`${log}.1`, 'c\nd\n');
  await writeFile(log, 'e\nf');
  expect(await lastLines(log, 5)).toEqual({ lines: ['b', 'c', 'd', 'e', 'f'], end: 3 });
  expect((await lastLines(log, 1)).lines).toEqual(['f']);
  expect((await lastLines(log, 0)).lines).toEqual([]);
});

it('reads the last lines of a log that is larger than one read', async () => {
  await writeFile(log, Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join(''));
  const { lines } = await lastLines(log, 20_000);
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([20_000, 'line 30000', 'line 49999']);
});

it('takes a log that is not there for an empty one', async () => {
  expect(await lastLines(log, 5)).toEqual({ lines: [], end: 0 });
  expect(await new LogFollower(log, 0).read()).toEqual([]);
});

it('follows whole lines, also when a character is written in two parts', async () => {
  const follower = new LogFollower(log, 0);
  const bytes = Buffer.from('é\nnext');
  await writeFile(log, bytes.subarray(0, 1));
  expect(await follower.read()).toEqual([]);
  await appendFile(log, bytes.subarray(1));
  expect(await follower.read()).toEqual(['é']);
  await appendFile(log, ' line\n');
  expect(await follower.read()).toEqual(['next line']);
});

it('keeps three files of at most 5 MiB, and a follower loses no line to it', async () => {
  const follower = new LogFollower(log, 0);
  const seen: string[] = [];
  for (let part = 0; part < 5; part++) {
    await appendFile(log, `${`${part}`.repeat(1023)}\n`.repeat(6 * 1024));
    if (part % 2 === 0) seen.push(...(await follower.read()));
    await rotate(log);
    seen.push(...(await follower.read()));
  }
  expect(seen).toHaveLength(5 * 6 * 1024);
  expect(seen.filter((line, index) => line[0] !== String(Math.floor(index / (6 * 1024))))).toEqual([]);
  expect((await stat(`${log}.1`)).size).toBe(6 * MIB);
  expect((await readFile(`${log}.2`, 'utf8'))[0]).toBe('3');
  await expect(stat(`${log}.3`)).rejects.toThrow();
});

it('leaves a small log as it is', async () => {
  await writeFile(log, 'short\n');
  await rotate(log);
  expect(await readFile(log, 'utf8')).toBe('short\n');
});

it('follows a running service over a switch to its next release, escapes and all', async () => {
  const world = await createLocalWorld();
  const target = world.target();
  const one = await world.live(target, 'one');
  const controller = new AbortController();
  const lines: string[] = [];
  const following = (async () => {
    const context = world.context({ signal: controller.signal });
    for await (const { line } of world.driver.logs?.(target, { follow: true, tail: 1 }, context) ?? [])
      lines.push(line);
  })();
  await eventually(
    () => lines,
    () => lines.includes('listening one'),
  );
  await fetch(`${one.url}/log?line=${encodeURIComponent('\u001b[31mred')}`);
  await world.live(target, 'two');
  await eventually(
    () => lines,
    () => lines.includes('listening two') && lines.includes('\u001b[31mred'),
  );
  controller.abort();
  await following;
  await world.end();
});
