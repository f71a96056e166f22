import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from './memory-store.ts';
import { bundled, stateIn, talkTo, temporaryFolder } from './support.ts';

let worker: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  worker = await bundled('worker');
});
afterAll(() => worker.remove());

describe('the audit log', () => {
  it('chains its entries, each on a line', async () => {
    const { audit, file } = await logOf(3);
    const { entries } = await audit.read({ limit: 10 });
    expect(entries.map(({ seq, who, action }) => [seq, who, action])).toEqual([
      [1, 'alice', 'step 1'],
      [2, 'alice', 'step 2'],
      [3, 'alice', 'step 3'],
    ]);
    expect(entries.map(({ previous }) => previous)).toEqual([null, entries[0]?.digest, entries[1]?.digest]);
    expect((await readFile(file, 'utf8')).split('\n').map((line) => line && JSON.parse(line).seq)).toEqual([
      1,
      2,
      3,
      '',
    ]);
    expect(await audit.verify()).toEqual([]);
  });

  it('is whole after 6 processes × 50 entries', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writers = names.map((name) => talkTo([process.execPath, worker.file, 'audit', folder, name, '50']));
    expect(await Promise.all(writers.map((writer) => writer.line()))).toEqual(names.map(() => 'done'));
    const { audit } = stateIn({ folder });
    const { entries, skipped } = await audit.read({ limit: 1_000 });
    expect(skipped).toEqual([]);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    for (const name of names)
      expect(entries.filter(({ who }) => who === name).map(({ detail }) => detail?.['index'])).toEqual(
        Array.from({ length: 50 }, (_, index) => index),
      );
    expect(await audit.verify()).toEqual([]);
  });

  it('goes on after a writer was killed in the middle', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    for (let round = 0; round < 10; round++) {
      const writer = talkTo([process.execPath, worker.file, 'audit', folder, 'victim', '100000']);
      await expect
        .poll(() => readFile(join(folder, 'audit.ndjson'), 'utf8').catch(() => ''), { timeout: 10_000 })
        .toContain('victim');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      writer.child.kill('SIGKILL');
      await writer.ended;
      await stateIn({ folder }).audit.append({ who: 'survivor', action: 'after' });
    }
    const { audit } = stateIn({ folder });
    expect((await audit.verify()).filter(({ level }) => level === 'error')).toEqual([]);
    expect(
      (await audit.read({ limit: 100_000 })).entries.filter(
        ({ who, action }) => who === 'survivor' && action === 'after',
      ),
    ).toHaveLength(10);
  });

  it('reads the last entries from the end, however long the log is', async () => {
    const store = memoryStore();
    const { audit } = stateIn({ folder: '/x', store });
    const detail = { text: 'x'.repeat(3_000) };
    for (let n = 1; n <= 100; n++) await audit.append({ who: 'alice', action: `step ${n}`, detail });
    const asked: number[] = [];
    const { readEnd } = store;
    store.readEnd = (key, size) => {
      asked.push(size);
      return readEnd(key, size);
    };
    expect((await audit.read({ limit: 3 })).entries.map(({ seq }) => seq)).toEqual([98, 99, 100]);
    expect(asked).toEqual([65_536]);
    expect((await audit.read({ limit: 60 })).entries).toHaveLength(60);
    expect((await audit.read({ limit: 0 })).entries).toEqual([]);
    expect((await audit.read({ limit: 1_000 })).entries).toHaveLength(100);
  });
});

describe('tampering with the audit log', () => {
  const LINES = 6;
  const each = Array.from({ length: LINES }, (_, index) => index);

  it.each(each)('shows when line %i is removed', async (index) => {
    await edited((lines) => lines.filter((_, at) => at !== index));
  });

  it.each(each)('shows when line %i is changed, whichever byte it is', async (index) => {
    await edited((lines) => lines.map((line, at) => (at === index ? line.replace('alice', 'mallo') : line)));
    await edited((lines) => lines.map((line, at) => (at === index ? line.replace('{', '{ ') : line)));
    await edited((lines) =>
      lines.map((line, at) =>
        at === index ? line.replace(/"digest":"sha256:./, (text) => `${text.slice(0, -1)}x`) : line,
      ),
    );
  });

  it.each(each.slice(1))('shows when line %i is swapped with the one before', async (index) => {
    await edited((lines) =>
      lines.map((line, at) => (at === index ? (lines[at - 1] ?? '') : at === index - 1 ? (lines[index] ?? '') : line)),
    );
  });

  it('shows when a line is put in, or everything is removed', async () => {
    await edited((lines) => [lines[0] ?? '', ...lines]);
    await edited(() => []);
  });

  it('still shows after more was written', async () => {
    const { audit } = await edited((lines) => lines.slice(0, -2));
    await audit.append({ who: 'bob', action: 'later' });
    expect((await audit.verify()).filter(({ level }) => level === 'error')).not.toEqual([]);
    const { entries } = await audit.read({ limit: 2 });
    expect(entries.map(({ action, detail }) => [action, detail?.['missing']])).toEqual([
      ['audit.mended', 2],
      ['later', undefined],
    ]);
  });

  async function edited(edit: (lines: string[]) => string[]) {
    const log = await logOf(LINES);
    const lines = (await readFile(log.file, 'utf8')).trimEnd().split('\n');
    const after = edit(lines);
    expect(after).not.toEqual(lines);
    await writeFile(log.file, after.map((line) => `${line}\n`).join(''));
    const errors = (await log.audit.verify()).filter(({ level }) => level === 'error');
    expect(errors).not.toEqual([]);
    expect(errors.every(({ fix, place }) => fix && place?.file === 'audit.ndjson')).toBe(true);
    return log;
  }
});

describe('a torn last line', () => {
  it('is accepted and noted, then cut by the next entry, which says so', async () => {
    const { audit, file } = await logOf(2);
    await appendFile(file, '{"action":"half');
    expect(await audit.verify()).toMatchObject([
      { level: 'warning', message: expect.stringContaining('cut off after 15 bytes') },
    ]);
    expect((await audit.read({ limit: 9 })).entries).toHaveLength(2);
    await audit.append({ who: 'bob', action: 'next' });
    expect(await audit.verify()).toEqual([]);
    const { entries } = await audit.read({ limit: 9 });
    expect(entries.map(({ seq, action }) => [seq, action])).toEqual([
      [1, 'step 1'],
      [2, 'step 2'],
      [3, 'audit.mended'],
      [4, 'next'],
    ]);
    expect(entries[2]?.detail).toEqual({ torn_bytes: 15, missing: 0, damaged: 0 });
  });

  it('of an entry that was acknowledged is more than a warning', async () => {
    const { audit, file } = await logOf(2);
    await truncate(file, (await readFile(file)).length - 5);
    expect((await audit.verify()).map(({ level }) => level)).toEqual(['error', 'warning']);
  });

  it('that is whole but damaged does not stop the log', async () => {
    const { audit, file } = await logOf(2);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('step 2', 'step X'));
    await audit.append({ who: 'bob', action: 'next' });
    expect((await audit.verify()).map(({ place }) => place?.line)).toEqual([2]);
    const { entries, skipped } = await audit.read({ limit: 9 });
    expect(skipped).toHaveLength(1);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 3, 4]);
    expect(entries[1]?.detail).toEqual({ torn_bytes: 0, missing: 0, damaged: 1 });
  });
});

async function logOf(entries: number) {
  const folder = join(await temporaryFolder(), '.deployer');
  const { audit } = stateIn({ folder });
  for (let n = 1; n <= entries; n++) await audit.append({ who: 'alice', action: `step ${n}` });
  return { audit, file: join(folder, 'audit.ndjson') };
}
