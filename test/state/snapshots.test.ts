import { cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { StateDocument } from '../../src/core/state.ts';
import { seal, unseal } from '../../src/state/sealed.ts';
import { memoryStore } from './memory-store.ts';
import { stateIn, temporaryFolder } from './support.ts';
import { numbered, numberIn } from './world.ts';

describe('reading a damaged state', () => {
  it('falls back to the state before and says so, wherever the newest snapshot is cut (every 7th byte)', async () => {
    const { folder, newest, bytes } = await folderWithWrites(2);
    for (let length = 0; length < bytes.length; length += 7) {
      await truncate(newest, length);
      expect(await readNumber(folder)).toEqual({ n: 1, skipped: ['state/00000002.json'] });
      await writeFile(newest, bytes);
    }
  });

  it('never accepts a wrong state, wherever a bit of the newest snapshot is flipped (every 11th byte, each bit in turn)', async () => {
    const { folder, newest, bytes } = await folderWithWrites(2);
    let flips = 0;
    for (let at = 0; at < bytes.length; at += 11) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (flips++ % 8)), at);
      await writeFile(newest, flipped);
      expect(await readNumber(folder)).toEqual({ n: 1, skipped: ['state/00000002.json'] });
    }
    expect(flips).toBeGreaterThan(20);
  });

  it.each([
    ['an empty file', async () => Buffer.alloc(0)],
    ['a file that is not JSON', async () => Buffer.from('PK\u0003\u0004 not json')],
    ['JSON without a digest', async (bytes: Buffer) => Buffer.from(JSON.stringify(unseal(bytes)?.value))],
    [
      'a copy of an older snapshot under the newest name',
      async (_: Buffer, folder: string) => readFile(join(folder, 'state/00000001.json')),
    ],
    ['a whole file with something behind it', async (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')])],
    ['a sealed text that is no object', async () => Buffer.from(seal([1, 2]).bytes)],
  ])('skips %s, by name', async (_, content) => {
    const { folder, newest, bytes } = await folderWithWrites(2);
    await writeFile(newest, await content(bytes, folder));
    expect(await readNumber(folder)).toEqual({ n: 1, skipped: ['state/00000002.json'] });
  });

  it('writes behind a damaged snapshot, never over it, and goes on', async () => {
    const { folder, newest } = await folderWithWrites(2);
    await truncate(newest, 100);
    const after = await bump(folder);
    expect([after.serial, numberIn(after.environments['dev'])]).toEqual([3, 2]);
    expect(await readNumber(folder)).toEqual({ n: 2, skipped: [] });
    const { findings } = await stateIn({ folder }).verify();
    expect(findings.map(({ place }) => place?.file)).toEqual(['state/00000002.json']);
  });

  it('is never taken for an empty state: no whole snapshot is STATE_CORRUPT, naming the files', async () => {
    const { folder } = await folderWithWrites(2);
    for (const name of ['00000001.json', '00000002.json']) await truncate(join(folder, 'state', name), 50);
    const read = stateIn({ folder }).read();
    await expect(read).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      message: expect.stringMatching(/state\/00000002.json, state\/00000001.json/),
    });
    await expect(bump(folder)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    expect((await stateIn({ folder }).verify()).findings.map(({ code }) => code)).toContain('STATE_CORRUPT');
  });

  it('notices that all snapshots were removed', async () => {
    const store = memoryStore();
    await stateIn({ folder: '/x', store }).update('dev', () => numbered('dev', { n: 1 }));
    await store.remove('state/00000001.json');
    await expect(stateIn({ folder: '/x', store }).read()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });
});

describe('a state that is not ours', () => {
  it.each([
    ['another project', { project: 'other' }, /belongs to the project other/],
    ['another lineage', { lineage: '00000000-0000-4000-8000-000000000000' }, /has lineage 00000000-/],
    ['a newer format', { format: 2, writer: { id: 'w', tool: '9.1.0' } }, /format 2, written by deployer 9\.1\.0/],
  ])('of %s is refused with a sentence, for reading and for writing', async (_, change, sentence) => {
    const { folder } = await folderWithWrites(2);
    const { document } = await stateIn({ folder }).read();
    const foreign = { ...document, serial: 3, ...change };
    await writeFile(join(folder, 'state/00000003.json'), seal({ previous: null, document: foreign }).bytes);
    const refusal = { code: 'STATE_UNAVAILABLE', message: expect.stringMatching(sentence) };
    await expect(stateIn({ folder }).read()).rejects.toMatchObject(refusal);
    await expect(bump(folder)).rejects.toMatchObject(refusal);
    expect(await readdir(join(folder, 'state'))).not.toContain('00000004.json');
  });
});

describe('formats', () => {
  it('loads what was written in format 1', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    await cp(fileURLToPath(new URL('../fixtures/state-format-1', import.meta.url)), folder, { recursive: true });
    const state = stateIn({ folder });
    const dev = (await state.read()).document.environments['dev'];
    expect(dev?.deployments).toHaveLength(2);
    expect(dev?.current['api']?.placed_at).toBe('2026-03-01T10:02:00.000Z');
    expect((await state.versions.get('v1.0')).id).toBe('ver_01HZXJ3Q8K2M4N6P8R0T2V4X6Z');
    expect((await state.audit.read({ limit: 9 })).entries.map(({ action }) => action)).toEqual(['deploy', 'deploy']);
    expect((await state.verify()).findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await bump(folder)).serial).toBe(3);
  });
});

describe('seal', () => {
  it('gives back what was sealed, as valid JSON for every other program', () => {
    const value = { text: 'ünïcode \u2028 "quoted"', n: 1.5, list: [null, true] };
    const { bytes, digest } = seal(value);
    expect(unseal(bytes)).toEqual({ digest, value });
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ digest, ...value });
  });
});

async function folderWithWrites(writes: number) {
  const folder = join(await temporaryFolder(), '.deployer');
  for (let write = 0; write < writes; write++) await bump(folder);
  const newest = join(folder, 'state', `${String(writes).padStart(8, '0')}.json`);
  return { folder, newest, bytes: await readFile(newest) };
}

function bump(folder: string): Promise<StateDocument> {
  return stateIn({ folder }).update('dev', (now) => numbered('dev', { n: numberIn(now) + 1 }));
}

async function readNumber(folder: string) {
  const { document, skipped } = await stateIn({ folder }).read();
  return { n: numberIn(document.environments['dev']), skipped: skipped.map(({ place }) => place?.file) };
}
