import { afterEach, describe, expect, it } from 'vitest';
import type { LockRecord } from '../../src/core/state.ts';
import type { Lock } from '../../src/state/held-lock.ts';
import type { PlaceLocks } from '../../src/state/held-places.ts';
import type { PlacesRequest } from '../../src/state/lock-places.ts';
import type { Machine } from '../../src/state/process-identity.ts';
import type { State } from '../../src/state/state.ts';
import { lockPlaceContract } from '../contracts/lock-place.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type MemoryPlace, memoryPlace } from './memory-place.ts';
import { memoryStore } from './memory-store.ts';
import { lockRecord, stateIn } from './support.ts';

const DEPLOY = { command: 'deployer deploy --env production', who: 'bob', wait_ms: 0 };

const place = memoryPlace('shared');
lockPlaceContract('memory', async () => memoryPlace('memory', place));

describe('the lock at platforms', () => {
  const clock = new VirtualClock({ mode: 'manual' });
  const open: { release(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const lock of open.splice(0).reverse()) await lock.release();
  });

  it('says what the lock of the state says, and is gone when it is let go', async () => {
    const place = memoryPlace('host');
    const { state, lock } = await operator();
    const held = await take(state, lock, [place]);
    expect(await state.holderAt('production', place)).toMatchObject({ record: lock.record, condition: 'alive' });
    await held.assertHeld();
    expect(await held.release()).toEqual([]);
    expect(place.kept).toBeUndefined();
    expect(await held.release()).toEqual([]);
  });

  it('keeps out another one who shares no state, naming holder, place and the way out', async () => {
    const place = memoryPlace('ssh://host');
    const one = await operator();
    await take(one.state, one.lock, [place]);
    const two = await operator();
    const { id } = one.lock.record;
    await expect(take(two.state, two.lock, [place])).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      failure: {
        reason: expect.stringMatching(`^production on ssh://host is locked by bob on desk since .* \\(deployer deploy`),
        fix: expect.stringContaining(`deployer state unlock ${id} --env production`),
      },
    });
    expect(place.kept?.text).toContain(id);
  });

  it('is waited for, and taken when it is let go', async () => {
    const place = memoryPlace('host');
    const one = await operator();
    const held = await take(one.state, one.lock, [place]);
    const two = await operator();
    const told: string[] = [];
    const waiting = take(two.state, two.lock, [place], {
      wait_ms: 60_000,
      onWait: (holder, { name }) => told.push(`${holder.id} ${name}`),
    });
    await clock.advance(10_000);
    await held.release();
    await clock.advance(1_000);
    await (await waiting).assertHeld();
    expect(told).toEqual([`${one.lock.record.id} host`]);
  });

  it('is taken at all places or none, and nobody waits for one while holding another', async () => {
    const [first, second] = [memoryPlace('a'), memoryPlace('b')];
    const one = await operator();
    const held = await take(one.state, one.lock, [second]);
    const two = await operator();
    const waiting = take(two.state, two.lock, [second, first], { wait_ms: 60_000 });
    await clock.advance(5_000);
    expect(first.kept).toBeUndefined();
    await held.release();
    await clock.advance(1_000);
    await waiting;
    expect([first, second].map(({ kept }) => kept?.text.includes(two.lock.record.id))).toEqual([true, true]);
  });

  it('is one of two names of the same place', async () => {
    const place = memoryPlace('a');
    const { state, lock } = await operator();
    const held = await take(state, lock, [place, memoryPlace('b', place)]);
    expect(await held.release()).toEqual([]);
    expect(place.kept).toBeUndefined();
  });

  it('can be called off while it is waited for', async () => {
    const [free, taken] = [memoryPlace('a'), memoryPlace('b')];
    const one = await operator();
    await take(one.state, one.lock, [taken]);
    const two = await operator();
    const stop = new AbortController();
    const waiting = take(two.state, two.lock, [free, taken], {
      wait_ms: 60_000,
      signal: stop.signal,
      onWait: () => stop.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(free.kept).toBeUndefined();
  });

  it('that could not be taken because of a fault is missed, and not left behind when the answer was lost', async () => {
    const [deaf, lost, sound] = [memoryPlace('a'), memoryPlace('b'), memoryPlace('c')];
    deaf.failure = new Error('no answer');
    const { create } = lost;
    lost.create = async (text) => {
      await create(text);
      throw new Error('the answer was lost');
    };
    const { state, lock } = await operator();
    const held = await take(state, lock, [deaf, lost, sound]);
    expect(held.missed.map(({ place, error }) => [place.name, (error as Error).message])).toEqual([
      ['a', 'no answer'],
      ['b', 'the answer was lost'],
    ]);
    expect(lost.kept).toBeUndefined();
    await held.assertHeld();
  });

  describe('is taken over', () => {
    it('from a holder that is dead on this machine', async () => {
      const dead = { ...SELF, pid_start: '999', id: 'lock_killed' };
      const place = await placeOf(lockRecord(dead));
      const over: string[] = [];
      const { state, lock } = await operator();
      await take(state, lock, [place], { onTakeOver: (holder, { name }) => over.push(`${holder.id} ${name}`) });
      expect(over).toEqual(['lock_killed host']);
      expect(place.kept?.text).toContain(lock.record.id);
    });

    it('from an earlier run of this state that had let go, and could not reach the platform then', async () => {
      const place = memoryPlace('host');
      const { state, lock } = await operator(containers);
      const held = await take(state, lock, [place]);
      place.failure = new Error('no answer');
      expect(await held.release()).toMatchObject([{ place: { name: 'host' } }]);
      await lock.release();
      place.failure = undefined;
      const next = await state.lock('production', DEPLOY);
      open.push(next);
      await take(state, next, [place]);
      expect(place.kept?.text).toContain(next.record.id);
    });

    it('from one elsewhere only when its beat stood still for 60 s before our eyes', async () => {
      const far = lockRecord({ id: 'lock_far', host: 'build-7.example', boot_id: 'far' });
      const place = await placeOf(far);
      const { state, lock } = await operator();
      await expect(take(state, lock, [place])).rejects.toMatchObject({ code: 'STATE_LOCKED' });
      const taking = take(state, lock, [place], { wait_ms: 600_000 });
      await clock.advance(40_000);
      await place.beat('token-of-host-1', 1);
      await clock.advance(59_000);
      expect(place.kept?.text).toContain('lock_far');
      await clock.advance(3_000);
      await taking;
      expect(place.kept?.text).toContain(lock.record.id);
    });

    it('by one of those who saw it dead at the same time', async () => {
      const dead = { ...SELF, pid_start: '999' };
      const place = await placeOf(lockRecord(dead));
      const all = await Promise.all(Array.from({ length: 8 }, () => operator()));
      const outcomes = await Promise.allSettled(all.map(({ state, lock }) => take(state, lock, [place])));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('from nobody who is unknown, whose made-up id shows how to free it', async () => {
      for (const text of ['{"id":', JSON.stringify(lockRecord({ id: '; reboot' })), '']) {
        const place = memoryPlace('host');
        await place.create(text);
        const { state, lock } = await operator();
        await expect(take(state, lock, [place])).rejects.toMatchObject({
          code: 'STATE_LOCKED',
          failure: { fix: expect.stringContaining('deployer state unlock unreadable-token-of-hos') },
        });
      }
    });
  });

  it('is sure while one of its places is, although another one has not answered for long', async () => {
    const [deaf, sound] = [memoryPlace('a'), memoryPlace('b')];
    const { state, lock } = await operator();
    const held = await take(state, lock, [deaf, sound]);
    deaf.failure = new Error('no answer');
    await clock.advance(120_000);
    await held.assertHeld();
    sound.failure = new Error('no answer');
    await clock.advance(50_000);
    await expect(held.assertHeld()).rejects.toMatchObject({
      message: expect.stringContaining('a and b could not be renewed'),
    });
    for (const place of [deaf, sound]) place.failure = undefined;
  });

  it('beats every 5 s while held, and no more afterwards', async () => {
    const place = memoryPlace('host');
    const { state, lock } = await operator();
    const held = await take(state, lock, [place]);
    await clock.advance(15_000);
    expect(place.kept?.beat).toBe(3);
    await held.release();
    await clock.advance(60_000);
    expect(place.beats).toBe(3);
    expect(clock.timers).toBe(0);
  });

  it('that was taken away is known to be lost before the next step, with the name of who has it now', async () => {
    const place = memoryPlace('host');
    const one = await operator();
    const held = await take(one.state, one.lock, [place]);
    place.kept = undefined;
    await place.create(JSON.stringify(lockRecord({ who: 'carol', host: 'desk' })));
    await clock.advance(251);
    await expect(held.assertHeld()).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'This run does not hold the lock of production on host any more; it is held by carol on desk',
    });
    await held.release();
    expect(place.kept).toMatchObject({ text: expect.stringContaining('carol') });
  });

  it('is found to be lost by the beat that follows some that did not come through', async () => {
    const place = memoryPlace('host');
    const { state, lock } = await operator();
    const held = await take(state, lock, [place]);
    place.failure = new Error('no answer');
    await clock.advance(18_000);
    place.failure = undefined;
    place.kept = undefined;
    await held.assertHeld();
    await clock.advance(2_000);
    await expect(held.assertHeld()).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('that cannot be renewed stops its holder before others may take it, and not at the first beat that is missed', async () => {
    const place = memoryPlace('host');
    const { state, lock } = await operator();
    const held = await take(state, lock, [place]);
    place.failure = new Error('no answer');
    await clock.advance(44_000);
    await held.assertHeld();
    await clock.advance(2_000);
    await expect(held.assertHeld()).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('could not be renewed for 45 s'),
    });
    place.failure = undefined;
    await clock.advance(5_000);
    await held.assertHeld();
  });

  async function operator(machine = desk): Promise<{ readonly state: State; readonly lock: Lock }> {
    const state = stateIn({ folder: '/x', store: memoryStore(), clock, machine });
    const lock = await state.lock('production', DEPLOY);
    open.push(lock);
    return { state, lock };
  }

  async function take(
    state: State,
    lock: Lock,
    places: readonly MemoryPlace[],
    request: Partial<PlacesRequest> = {},
  ): Promise<PlaceLocks> {
    const held = await state.lockPlaces(lock, { places, wait_ms: 0, ...request });
    open.push(held);
    return held;
  }

  async function placeOf(record: LockRecord): Promise<MemoryPlace> {
    const place = memoryPlace('host');
    await place.create(JSON.stringify(record));
    return place;
  }
});

/** A machine where all that is asked for runs, and nothing takes time; `SELF` is the process of the operators. */
const SELF = { host: 'desk', boot_id: 'this-boot', pid_namespace: 'pid:[1]', pid: 42, pid_start: '1000' };
const desk: Machine = { self: async () => SELF, startOf: async () => '1000' };
/** Each process is in a container of its own. */
const containers: Machine = { ...desk, self: async () => ({ ...SELF, pid_namespace: `pid:[${Math.random()}]` }) };
