import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { openFileStore } from '../../src/state/file-store.ts';
import { seal } from '../../src/state/sealed.ts';
import { type Fault, type MemoryStore, memoryStore } from './memory-store.ts';
import { bundled, handClock, stateIn, talkTo, temporaryFolder } from './support.ts';
import { entropy, numbered, numberIn } from './world.ts';

let worker: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  worker = await bundled('worker');
});
afterAll(() => worker.remove());

const add = (name: string) => (now: Parameters<typeof numberIn>[0]) => numbered(name, { n: numberIn(now) + 1 });

describe('writing without a lock', () => {
  it('6 processes × 50 increments of one environment give exactly 300', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const writers = Array.from({ length: 6 }, () =>
      talkTo([process.execPath, worker.file, 'increment', folder, 'dev', '50']),
    );
    await Promise.all(writers.map(({ ended }) => ended));
    const { document } = await stateIn({ folder }).read();
    expect(numberIn(document.environments['dev'])).toBe(300);
    expect(document.serial).toBe(300);
    expect((await stateIn({ folder }).verify()).findings.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('6 processes in 6 environments never see a conflict, and lose nothing', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writers = names.map((name) => talkTo([process.execPath, worker.file, 'increment', folder, name, '20']));
    expect(await Promise.all(writers.map((writer) => writer.line()))).toEqual(names.map(() => 'conflicts 0'));
    const { document } = await stateIn({ folder }).read();
    expect(names.map((name) => numberIn(document.environments[name]))).toEqual(names.map(() => 20));
  });

  it('is a conflict when somebody else wrote the same environment in between', async () => {
    const store = memoryStore();
    const [mine, other] = [stateIn({ folder: '/x', store }), stateIn({ folder: '/x', store })];
    await mine.update('dev', add('dev'));
    const write = meeting(
      store,
      () => other.update('dev', add('dev')),
      () => mine.update('dev', add('dev')),
    );
    await expect(write).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(numberIn((await mine.read()).document.environments['dev'])).toBe(2);
  });

  it('keeps what was written to another environment in between', async () => {
    const store = memoryStore();
    const [mine, other] = [stateIn({ folder: '/x', store }), stateIn({ folder: '/x', store })];
    const written = await meeting(
      store,
      () => other.update('qa', add('qa')),
      () => mine.update('dev', add('dev')),
    );
    expect(Object.keys(written.environments).sort()).toEqual(['dev', 'qa']);
    expect(written.serial).toBe(2);
  });

  it('does not build past a snapshot that another writer is still bringing into place', async () => {
    const store = memoryStore();
    await stateIn({ folder: '/x', store }).update('qa', add('qa'));
    await stateIn({ folder: '/x', store }).update('qa', add('qa'));
    const whole = store.content.get('state/00000002.json') ?? new Uint8Array();
    store.content.set('state/00000002.json', new Uint8Array());
    const { clock } = handClock(() => void store.content.set('state/00000002.json', whole));
    const { environments } = await stateIn({ folder: '/x', store, clock }).update('dev', add('dev'));
    expect([numberIn(environments['qa']), numberIn(environments['dev'])]).toEqual([2, 1]);
  });

  it('several at once in one process queue up', async () => {
    const state = stateIn({ folder: '/x', store: memoryStore() });
    await Promise.all(Array.from({ length: 20 }, () => state.update('dev', add('dev'))));
    expect(numberIn((await state.read()).document.environments['dev'])).toBe(20);
  });
});

describe('a write', () => {
  it('counts up by one, keeps the lineage, and says who wrote when under which lock', async () => {
    const { clock } = handClock();
    const state = stateIn({ folder: '/x', store: memoryStore(), clock });
    const first = await state.update('dev', add('dev'));
    const lock = await state.lock('dev', { command: 'test', who: 'test', wait_ms: 0 });
    const second = await state.update('dev', add('dev'), { lock });
    expect([first.serial, second.serial]).toEqual([1, 2]);
    expect(first.lineage).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second.lineage).toBe(first.lineage);
    expect(second.written_at).toBe('2026-03-01T10:00:00.000Z');
    expect(second.writer).toMatchObject({ tool: '1.0.0', generation: lock.generation });
    expect(first.writer).not.toHaveProperty('generation');
    await lock.release();
  });

  it('takes an environment out, and writes nothing when nothing changes', async () => {
    const state = stateIn({ folder: '/x', store: memoryStore() });
    await state.update('dev', add('dev'));
    expect((await state.update('dev', (now) => now)).serial).toBe(1);
    const after = await state.update('dev', () => undefined);
    expect([after.serial, after.environments]).toEqual([2, {}]);
  });

  it('follows the numbers, not the clock, when the clock jumps back', async () => {
    const { clock, hand } = handClock();
    const state = stateIn({ folder: '/x', store: memoryStore(), clock });
    await state.update('dev', add('dev'));
    hand.wall -= 3_600_000;
    await state.update('dev', add('dev'));
    expect((await state.read()).document.serial).toBe(2);
  });

  it('leaves a copy for people that nothing reads', async () => {
    const store = memoryStore();
    const state = stateIn({ folder: '/x', store });
    await state.update('dev', add('dev'));
    expect(JSON.parse(Buffer.from(store.content.get('state.json') ?? []).toString()).serial).toBe(1);
    await store.replace('state.json', Buffer.from('{'));
    expect((await state.read()).document.serial).toBe(1);
    expect((await state.verify()).findings).toMatchObject([{ level: 'warning', place: { file: 'state.json' } }]);
  });

  it('leaves the newest copy for people also when whoever wrote before comes late', async () => {
    const store = memoryStore();
    let overtake: (() => Promise<unknown>) | undefined = () =>
      stateIn({ folder: '/x', store }).update('dev', add('dev'));
    const late: Store = {
      ...store,
      async replace(key, bytes) {
        const first = overtake;
        overtake = undefined;
        await first?.();
        await store.replace(key, bytes);
      },
    };
    await stateIn({ folder: '/x', store: late }).update('dev', add('dev'));
    expect(JSON.parse(Buffer.from(store.content.get('state.json') ?? []).toString()).serial).toBe(2);
  });

  it('keeps the last 50 snapshots', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    for (let write = 0; write < 53; write++) await stateIn({ folder }).update('dev', add('dev'));
    const names = (await readdir(join(folder, 'state'))).filter((name) => name.endsWith('.json')).sort();
    expect([names.length, names[0], names.at(-1)]).toEqual([50, '00000004.json', '00000053.json']);
  });

  it('never removes the last two good snapshots, however many damaged ones are newer', async () => {
    const store = memoryStore();
    const state = stateIn({ folder: '/x', store });
    await state.update('dev', add('dev'));
    for (let serial = 2; serial <= 60; serial++)
      await store.create(`state/${String(serial).padStart(8, '0')}.json`, Buffer.from('torn'));
    await state.update('dev', add('dev'));
    expect(store.content.has('state/00000001.json')).toBe(true);
    expect((await state.read()).document.serial).toBe(61);
  });

  it('into a past that is pruned already is a conflict and leaves nothing there', async () => {
    const store = memoryStore();
    const [slow, quick] = [stateIn({ folder: '/x', store }), stateIn({ folder: '/x', store })];
    await slow.update('dev', add('dev'));
    const write = meeting(
      store,
      async () => {
        for (let times = 0; times < 60; times++) await quick.update('dev', add('dev'));
      },
      () => slow.update('dev', add('dev')),
    );
    await expect(write).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(store.content.has('state/00000002.json')).toBe(false);
    expect((await slow.read()).document.serial).toBe(61);
  });
});

describe('cost', () => {
  it('reading the newest state is one listing and one read, with 10,000 versions and runs as with none', async () => {
    const store = memoryStore();
    const state = stateIn({ folder: '/x', store });
    await state.update('dev', add('dev'));
    const empty = await callsOf(store, () => state.read());
    for (let n = 0; n < 10_000; n++) {
      const id = String(n).padStart(26, '0');
      store.content.set(`versions/ver_${id}.json`, seal({ id: `ver_${id}` }).bytes);
      store.content.set(`versions/names/v${n}`, Buffer.from(`ver_${id}\n`));
      store.content.set(`runs/run_${id}/plan.json`, Buffer.from('{}\n'));
    }
    expect(empty).toEqual({ list: 1, read: 1 });
    expect(await callsOf(store, () => state.read())).toEqual(empty);
    expect(await callsOf(store, () => state.versions.get('v9000'))).toEqual({ read: 2 });
    expect(await callsOf(store, () => state.versions.list({ limit: 10 }))).toEqual({ list: 1, read: 10 });
    expect(await callsOf(store, () => state.runs.list({ limit: 10 }))).toEqual({ list: 1 });
  });

  it('reads from a local folder open no file of the history', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const store = openFileStore({ folder, entropy });
    const seen: string[] = [];
    const noting =
      <T>(work: (key: string) => T) =>
      (key: string) => {
        seen.push(key);
        return work(key);
      };
    const watched = { ...store, read: noting(store.read), list: noting(store.list) };
    const state = stateIn({ folder, store: watched });
    for (let write = 0; write < 3; write++) await state.update('dev', add('dev'));
    seen.length = 0;
    await state.read();
    expect(seen).toEqual(['state/', 'state/00000003.json']);
  });
});

describe('a random history', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('write' as const),
      env: fc.constantFrom('dev', 'qa', 'prod'),
      fault: fc.constantFrom<Fault | undefined>(undefined, undefined, 'fails', 'answer_lost'),
    }),
    fc.record({ do: fc.constant('destroy' as const), env: fc.constantFrom('dev', 'qa', 'prod') }),
    fc.record({ do: fc.constant('tear' as const), at: fc.nat(400) }),
    fc.record({
      do: fc.constant('meet' as const),
      env: fc.constantFrom('dev', 'qa', 'prod'),
      other: fc.constantFrom('dev', 'qa', 'prod'),
    }),
  );

  it('never loses what was acknowledged, and every snapshot follows from a whole one (500 histories)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const store = memoryStore();
        const { clock } = handClock();
        const state = stateIn({ folder: '/x', store, clock });
        let model: Record<string, number> = {};
        let torn = false;
        for (const now of steps) {
          if (now.do === 'tear') {
            // Power cuts tear what is newest; the one before stands.
            if (!torn && (await tear(store, now.at))) {
              torn = true;
              model = await numbersIn(state);
            }
            continue;
          }
          if (now.do === 'write') {
            if (now.fault) store.failNext(now.fault);
            const outcome = await state.update(now.env, add(now.env)).catch(() => undefined);
            const wrote = outcome !== undefined || now.fault === 'answer_lost';
            if (wrote) model = { ...model, [now.env]: (model[now.env] ?? 0) + 1 };
          } else if (now.do === 'destroy') {
            await state.update(now.env, () => undefined);
            const { [now.env]: _, ...others } = model;
            model = others;
          } else {
            const rival = stateIn({ folder: '/x', store, clock });
            const outcome = await meeting(
              store,
              () => rival.update(now.other, add(now.other)),
              () => state.update(now.env, add(now.env)),
            ).catch((error) => error.code);
            model = { ...model, [now.other]: (model[now.other] ?? 0) + 1 };
            if (now.env === now.other) expect(outcome).toBe('STATE_CONFLICT');
            else model = { ...model, [now.env]: (model[now.env] ?? 0) + 1 };
          }
          torn &&= now.do === 'write' && now.fault !== undefined;
          expect(await numbersIn(state)).toEqual(model);
        }
        const wrong = (await state.verify()).findings.filter(
          ({ level, message }) => level === 'error' && !message.endsWith('is not whole'),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** Lets `first` happen after `second` has read the state and before it writes. */
async function meeting<T>(store: MemoryStore, first: () => Promise<unknown>, second: () => Promise<T>): Promise<T> {
  const { create } = store;
  store.create = async (key, bytes) => {
    store.create = create;
    await first();
    return create(key, bytes);
  };
  return second();
}

async function callsOf(store: MemoryStore, work: () => Promise<unknown>): Promise<Record<string, number>> {
  store.calls.clear();
  await work();
  return Object.fromEntries(store.calls);
}

/** Cuts the newest snapshot, when there is an older one. */
async function tear(store: MemoryStore, at: number): Promise<boolean> {
  const names = (await store.list('state/')).filter((name) => name.endsWith('.json'));
  const key = `state/${names.at(-1)}`;
  const bytes = store.content.get(key);
  if (names.length < 2 || !bytes) return false;
  store.content.set(key, bytes.subarray(0, Math.min(at, bytes.length - 1)));
  return true;
}

async function numbersIn(state: ReturnType<typeof stateIn>): Promise<Record<string, number>> {
  const { document } = await state.read();
  return Object.fromEntries(Object.entries(document.environments).map(([name, value]) => [name, numberIn(value)]));
}
