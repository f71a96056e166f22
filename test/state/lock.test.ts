import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LockRecord } from '../../src/core/state.ts';
import { openFileStore } from '../../src/state/file-store.ts';
import { type Machine, thisMachine } from '../../src/state/process-identity.ts';
import { whenBusy } from '../support/busy-machine.ts';
import { named, notLong } from './machine.ts';
import { memoryStore } from './memory-store.ts';
import { bundled, handClock, lockRecord, putLock, stateIn, type Talker, talkTo, temporaryFolder } from './support.ts';
import { entropy, numbered, numberIn } from './world.ts';

let worker: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  worker = await bundled('worker');
});
afterAll(() => worker.remove());

const request = { command: 'deployer deploy --env production', who: 'bob', wait_ms: 0 };

describe('taking a lock', () => {
  it('says who, where, since when, which command and run; the next one gets the next generation', async () => {
    const { clock } = handClock();
    const state = stateIn({ folder: '/x', store: memoryStore(), clock });
    expect(await state.holder('production')).toBeUndefined();
    const lock = await state.lock('production', { ...request, run_id: 'run_7' });
    expect(lock.record).toMatchObject({
      generation: 1,
      state: 'held',
      environment: 'production',
      who: 'bob',
      run_id: 'run_7',
      started_at: '2026-03-01T10:00:00.000Z',
      pid: process.pid,
    });
    expect(await state.holder('production')).toEqual({ record: lock.record, condition: 'alive' });
    await lock.release();
    await lock.release();
    expect(await state.holder('production')).toBeUndefined();
    expect(await lock.stillHeld()).toBe(false);
    const next = await state.lock('production', request);
    expect(next.generation).toBe(2);
    expect(next.takenOverFrom).toBeUndefined();
    await next.release();
  });

  it('of one environment leaves the others free', async () => {
    const state = stateIn({ folder: '/x', store: memoryStore() });
    const locks = await Promise.all(['dev', 'staging', 'production'].map((name) => state.lock(name, request)));
    expect(locks.map(({ generation }) => generation)).toEqual([1, 1, 1]);
    await Promise.all(locks.map((lock) => lock.release()));
  });

  it('that is held fails at once, naming the holder and how to go on', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const holder = talkTo([process.execPath, worker.file, 'hold', folder]);
    const id = (await holder.line()).split(' ')[1];
    const before = performance.now();
    const error = await stateIn({ folder })
      .lock('production', request)
      .catch((caught) => caught);
    expect(performance.now() - before).toBeLessThan(whenBusy(2_000));
    expect(error.code).toBe('STATE_LOCKED');
    expect(error.message).toMatch(
      /^production is locked by test on \S+ since \d{4}-\S+ \(deployer deploy, run run_held\)$/,
    );
    expect(error.failure.fix).toContain('--lock-wait 10m');
    expect(error.failure.fix).toContain(`deployer state unlock ${id}`);
  });

  it('waits as long as asked, tells once whom for, and gets it when it is let go', async () => {
    const store = memoryStore();
    const state = stateIn({ folder: '/x', store });
    const first = await state.lock('production', request);
    let sleeps = 0;
    const { clock, hand } = handClock(async () => {
      if (++sleeps === 5) await first.release();
    });
    const told: LockRecord[] = [];
    const second = await stateIn({ folder: '/x', store, clock }).lock('production', {
      ...request,
      wait_ms: 60_000,
      onWait: (holder) => told.push(holder),
    });
    expect(second.generation).toBe(2);
    expect(hand.steady).toBeLessThanOrEqual(5_000);
    expect(told).toEqual([first.record]);
    await second.release();
  });

  it('gives up when the wait is over, not before and not much later', async () => {
    const store = memoryStore();
    const first = await stateIn({ folder: '/x', store }).lock('production', request);
    const { clock, hand } = handClock();
    const wait = stateIn({ folder: '/x', store, clock }).lock('production', { ...request, wait_ms: 10_000 });
    await expect(wait).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(hand.steady).toBeGreaterThanOrEqual(10_000);
    expect(hand.steady).toBeLessThan(10_100);
    await first.release();
  });

  it('can be called off while it waits', async () => {
    const store = memoryStore();
    const first = await stateIn({ folder: '/x', store }).lock('production', request);
    const abort = new AbortController();
    const wait = stateIn({ folder: '/x', store }).lock('production', {
      ...request,
      wait_ms: 60_000,
      signal: abort.signal,
      onWait: () => abort.abort(),
    });
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
    await first.release();
  });

  it('keeps ten past generations', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const state = stateIn({ folder });
    for (let round = 0; round < 14; round++) await (await state.lock('production', request)).release();
    const names = (await readdir(join(folder, 'locks/production'))).sort();
    expect([names.length, names.at(-1)]).toEqual([10, '00000014.json']);
  });

  it('in a past that is pruned already does not count as taking it', async () => {
    const store = memoryStore();
    await putLock(store, lockRecord());
    const quick = stateIn({ folder: '/x', store });
    const { create } = store;
    store.create = async (key, bytes) => {
      store.create = create;
      for (let round = 0; round < 15; round++) await (await quick.lock('production', request)).release();
      return create(key, bytes);
    };
    const lock = await stateIn({ folder: '/x', store }).lock('production', request);
    expect(lock.generation).toBe(17);
    expect(await store.list('locks/production/')).not.toContain('00000002.json');
    await lock.release();
  });

  it('whose creation is not confirmed leaves nothing locked', async () => {
    const store = memoryStore();
    store.failNext('answer_lost');
    const state = stateIn({ folder: '/x', store });
    await expect(state.lock('production', request)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(await state.holder('production')).toBeUndefined();
  });
});

describe('a stale lock', () => {
  it('is taken over by exactly one of 8 processes, in each of 60 rounds', async () => {
    await contend(60);
  });

  it.skipIf(notLong)(
    named('is taken over by exactly one of 8 processes, in each of 300 rounds', notLong),
    { timeout: 300_000 },
    async () => {
      await contend(300);
    },
  );

  it('of a holder that was killed is taken over without being asked, and the new lock knows from whom', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const holder = talkTo([process.execPath, worker.file, 'hold', folder]);
    const id = (await holder.line()).split(' ')[1];
    holder.child.kill('SIGKILL');
    await holder.ended;
    const state = stateIn({ folder });
    expect((await state.holder('production'))?.condition).toBe('dead');
    expect((await state.verify()).findings).toMatchObject([
      { code: 'STATE_LOCKED', fix: 'The next run takes it over' },
    ]);
    const lock = await state.lock('production', request);
    expect(lock.takenOverFrom?.id).toBe(id);
    await lock.release();
  });

  const self = { host: 'here', machine: 'm1', boot_id: 'boot-2', pid_namespace: 'pid:[1]', pid: 50, pid_start: '500' };
  const machine: Machine = { self: async () => self, startOf: async (pid) => (pid === 77 ? '700' : undefined) };
  const alive = { ...self, pid: 77, pid_start: '700' };
  it.each([
    ['its process lives', alive, 'alive'],
    ['its pid is gone', { ...alive, pid: 78 }, 'dead'],
    ['its pid belongs to a process that started at another time', { ...alive, pid_start: '699' }, 'dead'],
    ['the machine was booted since', { ...alive, boot_id: 'boot-1' }, 'dead'],
    ['its host has another name', { ...alive, pid: 78, host: 'there' }, 'elsewhere'],
    ['another machine has the same host name', { ...alive, machine: 'm2', boot_id: 'boot-1' }, 'elsewhere'],
    ['another container has the same host name', { ...alive, pid: 78, pid_namespace: 'pid:[2]' }, 'elsewhere'],
  ])('when %s: %o → %s', async (_, holder, condition) => {
    const store = memoryStore();
    await putLock(store, lockRecord(holder));
    const state = stateIn({ folder: '/x', store, machine });
    expect((await state.holder('production'))?.condition).toBe(condition);
    const taking = state.lock('production', request);
    if (condition === 'dead') await (await taking).release();
    else await expect(taking).rejects.toMatchObject({ code: 'STATE_LOCKED' });
  });

  it('is told apart on this machine: ourselves alive, our pid with another start or boot dead', async () => {
    const own = await thisMachine.self();
    expect(await thisMachine.startOf(process.pid)).toBe(own.pid_start);
    expect(await thisMachine.startOf(4_194_305)).toBeUndefined();
    for (const [change, condition] of [
      [{}, 'alive'],
      [{ pid_start: '1' }, 'dead'],
      [{ boot_id: 'other' }, 'dead'],
    ] as const) {
      const store = memoryStore();
      await putLock(store, lockRecord({ ...own, ...change }));
      expect((await stateIn({ folder: '/x', store }).holder('production'))?.condition).toBe(condition);
    }
  });

  it('with an unreadable record is held by somebody unknown, and can be unlocked', async () => {
    const store = memoryStore();
    await store.create('locks/production/00000004.json', Buffer.from('{"id":'));
    const state = stateIn({ folder: '/x', store });
    await expect(state.lock('production', request)).rejects.toMatchObject({
      failure: { fix: expect.stringContaining('unlock unreadable-4') },
    });
    await state.unlock('unreadable-4', { who: 'bob' });
    const lock = await state.lock('production', request);
    expect(lock.generation).toBe(6);
    await lock.release();
  });
});

describe('a holder on another host', () => {
  const elsewhere = lockRecord({ host: 'build-7.example', id: 'lock_far', boot_id: 'far' });

  it('is not taken over by age: however old it is, the error shows the unlock command', async () => {
    const store = memoryStore();
    await putLock(store, elsewhere);
    const { clock, hand } = handClock();
    hand.wall += 3 * 86_400_000;
    const state = stateIn({ folder: '/x', store, clock });
    await expect(state.lock('production', request)).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      failure: { fix: expect.stringContaining('deployer state unlock lock_far') },
    });
    await expect(state.lock('production', { ...request, wait_ms: 59_000 })).rejects.toMatchObject({
      code: 'STATE_LOCKED',
    });
  });

  it('whose beat stood still for 60 s under our eyes is taken over', async () => {
    const store = memoryStore();
    await putLock(store, elsewhere);
    const { clock, hand } = handClock();
    const lock = await stateIn({ folder: '/x', store, clock }).lock('production', { ...request, wait_ms: 600_000 });
    expect(lock.takenOverFrom?.id).toBe('lock_far');
    expect(hand.steady).toBeGreaterThanOrEqual(60_000);
    await lock.release();
  });

  it('that beats is waited for, however the wall clock jumps', async () => {
    const store = memoryStore();
    await putLock(store, elsewhere);
    let beat = 0;
    const { clock, hand } = handClock(async () => {
      hand.wall += hand.steady % 2 === 0 ? 86_400_000 : -3_600_000;
      const record = { ...elsewhere, beat: Math.floor(hand.steady / 5_000) };
      if (record.beat > beat)
        await store.replace('locks/production/00000001.json', Buffer.from(JSON.stringify(record)));
      beat = record.beat;
    });
    const wait = stateIn({ folder: '/x', store, clock }).lock('production', { ...request, wait_ms: 600_000 });
    await expect(wait).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(beat).toBeGreaterThan(100);
  });

  it('is unlocked only by its exact id', async () => {
    const store = memoryStore();
    await putLock(store, elsewhere);
    const state = stateIn({ folder: '/x', store });
    for (const id of ['lock_fa', 'lock_far2', '', 'LOCK_FAR'])
      await expect(state.unlock(id, { who: 'bob' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        failure: { detail: [expect.stringContaining('lock_far')] },
      });
    expect(await state.unlock('lock_far', { who: 'bob' })).toEqual(elsewhere);
    expect(await state.holder('production')).toBeUndefined();
    await expect(state.unlock('lock_far', { who: 'bob' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('holding a lock', () => {
  it('beats every 5 s while held, and no more afterwards', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const store = memoryStore();
      const state = stateIn({ folder: '/x', store });
      const lock = await state.lock('production', request);
      for (let beats = 1; beats <= 3; beats++) {
        await vi.advanceTimersByTimeAsync(5_000);
        await expect.poll(async () => (await state.holder('production'))?.record.beat).toBe(beats);
      }
      await lock.release();
      const before = store.calls.get('replace');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(store.calls.get('replace')).toBe(before);
      expect(await state.holder('production')).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('never takes a lost lock back by beating or releasing', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const state = stateIn({ folder: '/x', store: memoryStore() });
      const lost = await state.lock('production', request);
      await state.unlock(lost.record.id, { who: 'carol' });
      const next = await state.lock('production', request);
      await vi.advanceTimersByTimeAsync(20_000);
      await lost.release();
      expect((await state.holder('production'))?.record.id).toBe(next.record.id);
      expect(await next.stillHeld()).toBe(true);
      await next.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not keep the process alive', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const holder = talkTo([process.execPath, worker.file, 'hold', folder]);
    await holder.line();
    holder.child.stdin.end();
    expect(await holder.ended).toBe(0);
  });

  it.each([
    [
      'unlocked by somebody',
      async (state: ReturnType<typeof stateIn>, id: string) => void (await state.unlock(id, { who: 'carol' })),
    ],
    ['removed', async (_: unknown, __: string, remove: () => Promise<void>) => remove()],
  ])('ends when it is %s: the holder stops before the next step and cannot write', async (_, lose) => {
    const store = memoryStore();
    const state = stateIn({ folder: '/x', store });
    const lock = await state.lock('production', request);
    await state.update('production', () => numbered('production', { n: 1 }), { lock });
    await lock.assertHeld();
    await lose(state, lock.record.id, () => store.remove('locks/production/00000001.json'));
    expect(await lock.stillHeld()).toBe(false);
    await expect(lock.assertHeld()).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('production'),
    });
    const write = state.update('production', () => numbered('production', { n: 2 }), { lock });
    await expect(write).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(numberIn((await state.read()).document.environments['production'])).toBe(1);
  });

  it('a holder that was stopped, and taken over from, finds its next write and step refused', async () => {
    const folder = join(await temporaryFolder(), '.deployer');
    const holder = talkTo([process.execPath, worker.file, 'hold', folder]);
    const id = (await holder.line()).split(' ')[1] ?? '';
    holder.say('write');
    expect(await holder.line()).toBe('ok');
    holder.child.kill('SIGSTOP');
    const state = stateIn({ folder });
    await expect(state.lock('production', request)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await state.unlock(id, { who: 'bob' });
    const lock = await state.lock('production', request);
    await state.update('production', () => numbered('production', { n: 10 }), { lock });
    holder.child.kill('SIGCONT');
    for (const word of ['write', 'step']) {
      holder.say(word);
      expect(await holder.line()).toBe('STATE_CONFLICT');
    }
    expect(numberIn((await state.read()).document.environments['production'])).toBe(10);
    await lock.release();
  });
});

async function contend(rounds: number): Promise<void> {
  const root = await temporaryFolder();
  const contenders = Array.from({ length: 8 }, () => talkTo([process.execPath, worker.file, 'contend']));
  await everyone(contenders, 'ready');
  for (let round = 0; round < rounds; round++) {
    const folder = join(root, String(round));
    await putLock(openFileStore({ folder, entropy }), lockRecord());
    for (const contender of contenders) contender.say(folder);
    const outcomes = await Promise.all(contenders.map((contender) => contender.line()));
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
    for (const contender of contenders) contender.say('on');
    await everyone(contenders, 'ready');
  }
}

async function everyone(talkers: readonly Talker[], word: string): Promise<void> {
  for (const talker of talkers) expect(await talker.line()).toBe(word);
}
