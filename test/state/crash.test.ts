import { execFile } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lacksMounts, lacksRoot, lacksStrace, mount, named, notLong } from './machine.ts';
import { bundled, stateIn, talkTo, temporaryFiles, temporaryFolder } from './support.ts';
import { numbered, numberIn } from './world.ts';

let worker: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  worker = await bundled('worker');
});
afterAll(() => worker.remove());

const FSYNC = 'fsync';
const LINK = '/^link(at)?$';
const UNLINK = '/^unlink(at)?$';
const RENAME = '/^rename(at|at2)?$';

/** In the order in which a write makes them; the last of each kind belong to the copy for people. */
const CALLS: readonly (readonly [call: string, when: number])[] = [
  [FSYNC, 1],
  [LINK, 1],
  [UNLINK, 1],
  [FSYNC, 2],
  [FSYNC, 3],
  [RENAME, 1],
  [FSYNC, 4],
];

describe.skipIf(lacksStrace)(named('a fault at a system call of a state write', lacksStrace), () => {
  it.each(
    CALLS,
  )('kill -9 at %s number %i leaves the old or the new state, and the next run goes on', async (call, when) => {
    const folder = await stateWithOneWrite();
    const { output } = await injected(folder, { call, fault: `signal=KILL:when=${when}` });
    const found = await numberOnDisk(folder);
    expect(output).toBe('');
    expect([1, 2]).toContain(found);
    expect(await writeOnce(folder)).toBe(found + 1);
  });

  const errors: [call: string, when: number, code: string, outcome: 'named' | 'survived'][] = [
    [FSYNC, 1, 'EIO', 'named'],
    [FSYNC, 1, 'ENOSPC', 'named'],
    [FSYNC, 2, 'EIO', 'survived'],
    [FSYNC, 3, 'EIO', 'survived'],
    [LINK, 1, 'ENOSPC', 'named'],
    [LINK, 1, 'EACCES', 'named'],
    [LINK, 1, 'EIO', 'named'],
    [LINK, 1, 'EPERM', 'survived'],
    [LINK, 1, 'EOPNOTSUPP', 'survived'],
    [UNLINK, 1, 'EIO', 'survived'],
    [RENAME, 1, 'EIO', 'survived'],
  ];
  it.each(errors)('%s number %i failing with %s is %s', async (call, when, code, outcome) => {
    const folder = await stateWithOneWrite();
    const { output, exit } = await injected(folder, { call, fault: `error=${code}:when=${when}` });
    const found = await numberOnDisk(folder);
    if (outcome === 'survived') expect([exit, output, found]).toEqual([0, 'saved 2', 2]);
    else {
      expect([exit, found]).toEqual([3, 1]);
      expect(output).toMatch(/^error STATE_UNAVAILABLE /);
      expect(output).toContain(`${folder}/state/00000002.json`);
      expect(output).toContain(`(${code})`);
    }
    if (call !== UNLINK) expect(await temporaryFiles(folder)).toEqual([]);
    expect(await writeOnce(folder)).toBe(found + 1);
  });

  it.each([
    [FSYNC, 1],
    [LINK, 1],
    [UNLINK, 1],
    [FSYNC, 2],
  ])('kill -9 at %s number %i of taking a lock lets the next one take it without being asked', async (call, when) => {
    const folder = await stateWithOneWrite();
    const first = await stateIn({ folder }).lock('production', { command: 'test', who: 'test', wait_ms: 0 });
    await first.release();
    const { output } = await injected(folder, { call, fault: `signal=KILL:when=${when}`, verb: ['hold', folder] });
    expect(output).toBe('');
    const lock = await stateIn({ folder }).lock('production', { command: 'test', who: 'test', wait_ms: 0 });
    expect([2, 3]).toContain(lock.generation);
    await lock.release();
  });

  it('a folder that can never be flushed is reported as not confirmed, not as not written', async () => {
    const folder = await stateWithOneWrite();
    const { output, exit } = await injected(folder, { call: FSYNC, fault: 'error=EIO:when=2..3' });
    expect(exit).toBe(3);
    expect(output).toContain('was written, but the disk does not confirm it (EIO)');
    expect(await numberOnDisk(folder)).toBe(2);
  });

  it('falls back to claiming the name where hard links are not to be had, and still refuses the second writer', async () => {
    const folder = await stateWithOneWrite();
    const faults = { call: LINK, fault: 'error=EPERM' };
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => injected(folder, { ...faults, verb: ['increment', folder, 'dev', '3'] })),
    );
    expect(outcomes.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(await numberOnDisk(folder)).toBe(10);
    expect((await stateIn({ folder }).verify()).findings).toEqual([]);
  });
});

describe.skipIf(lacksMounts)(named('a disk that is full or read-only', lacksMounts), () => {
  it('a write that no longer fits names ENOSPC, leaves the state before it whole and nothing behind', async () => {
    const folder = join(await smallDisk(), '.deployer');
    await stateIn({ folder }).update('dev', () => numbered('dev', { n: 1, ballast: 15_000 }));
    const growing = stateIn({ folder }).update('dev', () => numbered('dev', { n: 2, ballast: 90_000 }));
    await expect(growing).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(await numberOnDisk(folder)).toBe(1);
    expect(await temporaryFiles(folder)).toEqual([]);
    await stateIn({ folder }).update('dev', () => numbered('dev', { n: 3 }));
    expect(await numberOnDisk(folder)).toBe(3);
  });

  it('the disk of that test makes a single write short without an error, which a naive writer takes for success', async () => {
    const file = join(await smallDisk(), 'naive');
    const handle = openSync(file, 'w');
    const written = writeSync(handle, Buffer.alloc(90_000));
    closeSync(handle);
    expect(written).toBeLessThan(90_000);
    expect(statSync(file).size).toBe(written);
  });

  it('an audit entry that no longer fits leaves the log as it was', async () => {
    const disk = await smallDisk();
    const folder = join(disk, '.deployer');
    const { audit } = stateIn({ folder });
    await audit.append({ who: 'alice', action: 'first' });
    const big = audit.append({ who: 'alice', action: 'big', detail: { text: 'x'.repeat(90_000) } });
    await expect(big).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE', message: expect.stringContaining('ENOSPC') });
    expect(await audit.verify()).toEqual([]);
    await audit.append({ who: 'alice', action: 'second' });
    expect((await audit.read({ limit: 9 })).entries.map(({ action }) => action)).toEqual(['first', 'second']);
  });

  it('a read-only file system is named, and can still be read', async () => {
    const disk = await smallDisk();
    const folder = join(disk, '.deployer');
    await stateIn({ folder }).update('dev', () => numbered('dev', { n: 1 }));
    mount(disk, ['-o', 'remount,ro']);
    const write = stateIn({ folder }).update('dev', () => numbered('dev', { n: 2 }));
    await expect(write).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE', message: expect.stringContaining('EROFS') });
    expect(await numberOnDisk(folder)).toBe(1);
  });
});

describe.skipIf(lacksRoot)(named('a user without rights', lacksRoot), () => {
  const nobody = { uid: 65_534, gid: 65_534 };

  it('gets EACCES by name, and the state stays as it is', async () => {
    const folder = await ownedBy(nobody.uid, { mode: 0o500 });
    const writer = talkTo([process.execPath, worker.file, 'once', folder], await readableWorker(nobody));
    expect(await writer.line()).toMatch(/^error STATE_UNAVAILABLE .*permission denied \(EACCES\)/);
    expect(await writer.ended).toBe(3);
  });

  it('is refused a state folder that belongs to somebody else', async () => {
    const folder = await stateWithOneWrite();
    await chmod(join(folder, '..'), 0o755);
    const reader = talkTo([process.execPath, worker.file, 'read', folder], await readableWorker(nobody));
    expect(await reader.line()).toMatch(/^error STATE_UNAVAILABLE .*belongs to another user/);
  });

  it('root too refuses a state folder that belongs to somebody else', async () => {
    const folder = await ownedBy(nobody.uid, { mode: 0o700 });
    await expect(stateIn({ folder }).read()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  });
});

describe('the state folder', () => {
  it('is not made by reading', async () => {
    const root = await temporaryFolder();
    const state = stateIn({ folder: join(root, '.deployer') });
    expect((await state.read()).document.serial).toBe(0);
    expect(await state.holder('dev')).toBeUndefined();
    expect(await state.key()).toBeUndefined();
    expect(await state.versions.list({ limit: 5 })).toEqual({ versions: [], skipped: [] });
    expect(await state.audit.read({ limit: 5 })).toEqual({ entries: [], skipped: [] });
    expect(await state.runs.list({ limit: 5 })).toEqual([]);
    expect((await state.verify()).findings).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });

  it.each(['', 'state'])('is refused as a symbolic link (%j)', async (part) => {
    const root = await temporaryFolder();
    const elsewhere = join(root, 'elsewhere');
    const folder = join(root, '.deployer');
    await mkdir(elsewhere);
    if (part) await mkdir(folder);
    await symlink(elsewhere, join(folder, part));
    const state = stateIn({ folder });
    await expect(state.read()).rejects.toMatchObject({ message: expect.stringContaining('symbolic link') });
    await expect(state.update('dev', () => numbered('dev', { n: 1 }))).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
    });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('is refused where a file of it is a symbolic link', async () => {
    const folder = await stateWithOneWrite();
    await symlink('/etc/hostname', join(folder, 'state', '00000009.json'));
    await expect(stateIn({ folder }).read()).rejects.toMatchObject({
      message: expect.stringContaining('symbolic link (ELOOP)'),
    });
  });

  it.each([0o000, 0o777])('has files 0600 and folders 0700 whatever the umask (%i)', async (umask) => {
    const before = process.umask(umask);
    onTestFinished(() => void process.umask(before));
    const folder = join(await temporaryFolder(), 'deep', '.deployer');
    await mkdir(join(folder, '..'));
    await chmod(join(folder, '..'), 0o700);
    const state = stateIn({ folder });
    const lock = await state.lock('dev', { command: 'test', who: 'test', wait_ms: 0 });
    await state.update('dev', () => numbered('dev', { n: 1 }), { lock });
    await state.createKey();
    await state.audit.append({ who: 'test', action: 'test' });
    await lock.release();
    const modes = new Map<string, Set<string>>();
    for (const path of (await readdir(folder, { recursive: true })).concat('')) {
      const stats = await lstat(join(folder, path));
      const kind = stats.isDirectory() ? 'folder' : 'file';
      modes.set(kind, (modes.get(kind) ?? new Set()).add((stats.mode & 0o7777).toString(8)));
    }
    expect(modes).toEqual(
      new Map([
        ['folder', new Set(['700'])],
        ['file', new Set(['600'])],
      ]),
    );
  });
});

describe('kill -9 while writing', () => {
  it('200 times at random, or as often as 8 s allow: never unreadable, nothing lost that was acknowledged', async () => {
    await killAtRandom({ kills: 200, within: 8_000 });
  });

  it.skipIf(notLong)(named('500 times at random', notLong), { timeout: 600_000 }, async () => {
    await killAtRandom({ kills: 500, within: 500_000 });
  });

  async function killAtRandom({ kills, within }: { kills: number; within: number }): Promise<void> {
    const folder = await stateWithOneWrite();
    const until = performance.now() + within;
    let acknowledged = 1;
    let killed = 0;
    for (; killed < kills && performance.now() < until; killed++) {
      const writer = talkTo([process.execPath, worker.file, 'save', folder, '200000']);
      await writer.line();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      writer.child.kill('SIGKILL');
      const lines = await writer.rest();
      const last = Number(lines.at(-1)?.split(' ')[1] ?? 0);
      const found = await numberOnDisk(folder);
      acknowledged = Math.max(acknowledged, last);
      expect(found).toBeGreaterThanOrEqual(acknowledged);
      acknowledged = found;
    }
    expect(killed).toBeGreaterThan(0);
    expect((await stateIn({ folder }).verify()).findings.filter(({ level }) => level === 'error')).toEqual([]);
  }
});

async function stateWithOneWrite(): Promise<string> {
  const folder = join(await temporaryFolder(), '.deployer');
  await stateIn({ folder }).update('dev', () => numbered('dev', { n: 1 }));
  return folder;
}

async function numberOnDisk(folder: string): Promise<number> {
  const { document, skipped } = await stateIn({ folder }).read();
  expect(skipped).toEqual([]);
  return numberIn(document.environments['dev']);
}

async function writeOnce(folder: string): Promise<number> {
  const { environments } = await stateIn({ folder }).update('dev', (now) => numbered('dev', { n: numberIn(now) + 1 }));
  return numberIn(environments['dev']);
}

/** Runs the worker with one system call made to fail. One pool thread, since the count is kept per thread. */
async function injected(
  folder: string,
  { call, fault, verb }: { call: string; fault: string; verb?: readonly string[] },
) {
  const strace = ['-qq', '-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`];
  const argv = [...strace, process.execPath, worker.file, ...(verb ?? ['once', folder])];
  return new Promise<{ output: string; exit: number | null }>((resolve) => {
    const child = execFile(
      'strace',
      argv,
      { env: { ...process.env, UV_THREADPOOL_SIZE: '1' }, timeout: 20_000 },
      (_, stdout) => resolve({ output: stdout.trim(), exit: child.exitCode }),
    );
  });
}

async function smallDisk(): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(mount(folder, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs']));
  return folder;
}

async function ownedBy(uid: number, { mode }: { mode: number }): Promise<string> {
  const root = await temporaryFolder();
  await chmod(root, 0o755);
  const folder = join(root, '.deployer');
  for (const path of [folder, join(folder, 'state'), join(folder, '.tmp')]) {
    await mkdir(path);
    await chown(path, uid, uid);
  }
  await chmod(join(folder, '.tmp'), mode);
  return folder;
}

async function readableWorker<T>(user: T): Promise<T> {
  await chmod(join(worker.file, '..'), 0o755);
  return user;
}
