import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import type { Version } from '../../src/core/state.ts';
import { parseLine } from '../../src/state/audit-chain.ts';
import { unseal } from '../../src/state/sealed.ts';
import { memoryStore } from './memory-store.ts';
import { stateIn, temporaryFolder } from './support.ts';

describe('versions', () => {
  it('are found by id and by name, and listed newest first', async () => {
    const { versions } = stateIn({ folder: '/x', store: memoryStore() });
    for (const n of [1, 2, 3]) await versions.create(version(n));
    expect((await versions.get('ver_2')).name).toBe('v2');
    expect((await versions.get('v3')).id).toBe('ver_3');
    expect(await versions.idOf('v1')).toBe('ver_1');
    expect(await versions.idOf('v9')).toBeUndefined();
    expect((await versions.list({ limit: 2 })).versions.map(({ id }) => id)).toEqual(['ver_3', 'ver_2']);
  });

  it('come back exactly as they were created', async () => {
    const { versions } = stateIn({ folder: join(await temporaryFolder(), '.deployer') });
    const one = { ...version(1), source: { commit: 'abc', branch: 'main' }, variables: ['A', 'B'] };
    await versions.create(one);
    expect(await versions.get('ver_1')).toEqual(one);
  });

  it('never change: the same again is no error, anything else is a conflict', async () => {
    const { versions } = stateIn({ folder: '/x', store: memoryStore() });
    await versions.create(version(1));
    await versions.create(version(1));
    await expect(versions.create({ ...version(1), built_in: 'staging' })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
    expect((await versions.get('v1')).built_in).toBe('dev');
  });

  it('use a name once per project, also when two want it at the same time', async () => {
    const { versions } = stateIn({ folder: join(await temporaryFolder(), '.deployer') });
    const tries = [1, 2, 3, 4].map((n) => versions.create({ ...version(n), name: 'v1' }));
    const outcomes = await Promise.allSettled(tries);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(3);
    const { id } = await versions.get('v1');
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'USAGE', message: `The version name v1 is taken by ${id}` });
    expect((await versions.list({ limit: 9 })).versions.map((found) => found.id)).toEqual([id]);
  });

  it.each(['', '../x', 'a/b', 'ver_5', '-x', 'ü', 'a'.repeat(65), 'a\nb'])('refuse the name %j', async (name) => {
    const { versions } = stateIn({ folder: '/x', store: memoryStore() });
    await expect(versions.create({ ...version(1), name })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it.each(['v1', 'ver_9', '../state', '', '__proto__'])('are NOT_FOUND for %j', async (wanted) => {
    const { versions } = stateIn({ folder: join(await temporaryFolder(), '.deployer') });
    await expect(versions.get(wanted)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that are damaged are named, and the others still listed', async () => {
    const store = memoryStore();
    const { versions } = stateIn({ folder: '/x', store });
    for (const n of [1, 2]) await versions.create(version(n));
    store.content.set('versions/ver_2.json', Buffer.from('{"digest"'));
    await expect(versions.get('v2')).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      message: expect.stringContaining('ver_2'),
    });
    const { versions: found, skipped } = await versions.list({ limit: 9 });
    expect([found.map(({ id }) => id), skipped.map(({ place }) => place?.file)]).toEqual([
      ['ver_1'],
      ['versions/ver_2.json'],
    ]);
  });
});

describe('runs', () => {
  const plan = { format: 1, id: 'plan_1', operations: [] } as unknown as Plan;

  it('keep the plan that was approved, once', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const { runs } = stateIn({ folder });
    for (const id of ['run_1', 'run_2', 'run_3']) await runs.writePlan(id, plan);
    await runs.writePlan('run_1', plan);
    await expect(runs.writePlan('run_1', { ...plan, id: 'plan_2' })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await runs.readPlan('run_1')).toEqual(plan);
    expect(runs.folder('run_1')).toBe(join(folder, 'runs/run_1'));
    expect(await readdir(runs.folder('run_1'))).toEqual(['plan.json']);
    expect(await runs.list({ limit: 2 })).toEqual(['run_3', 'run_2']);
  });

  it('are NOT_FOUND for what is no run, and never lead out of the folder', async () => {
    const { runs } = stateIn({ folder: join(await temporaryFolder(), '.deployer') });
    await expect(runs.readPlan('run_9')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const id of ['../../etc', 'run_/..', '', 'run_'])
      expect(() => runs.folder(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('say that a plan is not whole without showing what is in it', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const { runs } = stateIn({ folder });
    await runs.writePlan('run_1', plan);
    await writeFile(join(folder, 'runs/run_1/plan.json'), '{"S3CR3T');
    const error = await runs.readPlan('run_1').catch((caught) => caught);
    expect(error.code).toBe('STATE_CORRUPT');
    expect(JSON.stringify(error.failure) + error.stack + String(error.cause)).not.toContain('S3CR3T');
  });
});

describe('the key for fingerprints', () => {
  it('is made once: of several that make one at the same time all get the same 32 bytes', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    expect(await stateIn({ folder }).key()).toBeUndefined();
    const keys = await Promise.all([1, 2, 3, 4].map(() => stateIn({ folder }).createKey()));
    const hex = new Set(keys.map((key) => Buffer.from(key).toString('hex')));
    expect(hex.size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect(await stateIn({ folder }).key()).toEqual(Buffer.from(keys[0] ?? []));
    expect(await readFile(join(folder, 'key'))).toHaveLength(32);
  });

  it('that is cut is refused, not replaced', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    await stateIn({ folder }).createKey();
    await truncate(join(folder, 'key'), 10);
    await expect(stateIn({ folder }).key()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await expect(stateIn({ folder }).createKey()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });
});

describe('hostile bytes', () => {
  it('in a sealed file are never accepted and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(unseal(bytes)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('in a line of the audit log are never accepted and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.json()), (line) => {
        expect(parseLine(line)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('in a lock record never throw: whatever stands there, somebody holds it or nobody does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 200 }), fc.json()), async (text) => {
        const store = memoryStore();
        await store.create('locks/dev/00000001.json', Buffer.from(text));
        expect((await stateIn({ folder: '/x', store }).holder('dev'))?.record.id).toBe('unreadable-1');
      }),
      { numRuns: 300 },
    );
  });
});

function version(n: number): Version {
  return {
    format: 1,
    id: `ver_${n}`,
    name: `v${n}`,
    created_at: '2026-03-01T10:00:00.000Z',
    project: 'shop',
    built_in: 'dev',
    run_id: 'run_1',
    source: null,
    config_digest: 'sha256:00',
    services: {},
    variables: [],
    migrations: {},
  };
}
