import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFileName, openLogs } from '../../src/execute/logs.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the logs of operations', () => {
  it('are one private file each, in the order of the lines', async () => {
    const logs = await openLogs(join(folder, 'logs'));
    logs.write('build:web', 'one');
    logs.write('build:api', 'other');
    logs.write('build:web', 'two');
    await logs.close();
    expect(await readdir(join(folder, 'logs'))).toEqual(['build_api.log', 'build_web.log']);
    expect(await readFile(join(folder, 'logs', 'build_web.log'), 'utf8')).toBe('one\ntwo\n');
    expect((await stat(join(folder, 'logs', 'build_web.log'))).mode & 0o777).toBe(0o600);
  });

  it('are added to when the operation runs again', async () => {
    for (const line of ['first', 'second']) {
      const logs = await openLogs(folder);
      logs.write('build:web', line);
      logs.end('build:web');
      await logs.close();
    }
    expect(await readFile(join(folder, 'build_web.log'), 'utf8')).toBe('first\nsecond\n');
  });

  it('end at their limit with a note', async () => {
    const logs = await openLogs(folder, { limit: 100 });
    for (let line = 0; line < 50; line++) logs.write('build:web', 'x'.repeat(9));
    await logs.close();
    const text = await readFile(join(folder, 'build_web.log'), 'utf8');
    expect(text.split('\n').slice(-3)).toEqual(['x'.repeat(9), '[cut off: more than 100 bytes]', '']);
    expect(text.length).toBeLessThan(140);
  });

  it('report once that they cannot be written, and disturb nothing', async () => {
    const problems: string[] = [];
    const logs = await openLogs(folder, { onProblem: (message) => problems.push(message) });
    await rm(folder, { recursive: true });
    for (const operation of ['build:web', 'build:api', 'build:web']) logs.write(operation, 'lost');
    await logs.close();
    expect(problems).toEqual([expect.stringMatching(/^Lines are missing from the log .* \(ENOENT\)$/)]);
  });

  it('take no line after they were closed', async () => {
    const logs = await openLogs(folder);
    await logs.close();
    logs.write('build:web', 'late');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('logFileName', () => {
  it('is a plain name inside the folder for any id, and another one for another id', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.string(), fc.stringMatching(/^[a-z:_./-]{1,12}$/)), { maxLength: 20 }),
        (ids) => {
          const names = ids.map(logFileName);
          expect(new Set(names).size).toBe(ids.length);
          for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,198}\.log$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps readable ids readable', () => {
    expect(logFileName('migrate:main:pre_deploy')).toMatch(/^migrate_main_pre_deploy/);
    expect(logFileName('build:web')).toBe('build_web.log');
  });
});
