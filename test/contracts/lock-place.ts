import { beforeEach, describe, expect, it } from 'vitest';
import type { LockPlace } from '../../src/core/lock-place.ts';

/**
 * What every platform that keeps locks has to keep to; the rules of who may take over rest on nothing else. `open` gives
 * each operator a view of one and the same place.
 */
export function lockPlaceContract(name: string, open: () => Promise<LockPlace>): void {
  describe(`lock place contract: ${name}`, () => {
    let place: LockPlace;
    beforeEach(async () => {
      place = await open();
    });

    it('lets one of 20 at once make the lock, and shows everybody what that one wrote', async () => {
      expect(await place.read()).toBeUndefined();
      const texts = Array.from({ length: 20 }, (_, index) => `{"holder":"${index}"}`);
      const operators = await Promise.all(texts.map(open));
      const tokens = await Promise.all(operators.map((one, index) => one.create(texts[index] ?? '')));
      const winners = tokens.flatMap((token, index) => (token === undefined ? [] : [{ token, text: texts[index] }]));
      expect(winners).toHaveLength(1);
      expect(await place.read()).toEqual({ ...winners[0], beat: 0 });
      await place.remove(winners[0]?.token ?? '');
      expect(await place.read()).toBeUndefined();
    });

    it('keeps the beats of its holder, and takes away no other lock than the one it is told', async () => {
      const first = (await place.create('first')) ?? '';
      expect(await place.has(first)).toBe(true);
      for (const beat of [1, 2]) expect(await place.beat(first, beat)).toBe(true);
      expect(await place.read()).toEqual({ token: first, text: 'first', beat: 2 });
      await place.remove(first);
      await place.remove(first);
      expect([await place.has(first), await place.beat(first, 3)]).toEqual([false, false]);
      const second = (await place.create('second')) ?? '';
      expect(second).not.toBe(first);
      await place.remove(first);
      expect([await place.has(first), await place.beat(first, 4)]).toEqual([false, false]);
      expect(await place.read()).toEqual({ token: second, text: 'second', beat: 0 });
      await place.remove(second);
    });
  });
}
