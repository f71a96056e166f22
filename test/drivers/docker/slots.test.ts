import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignSlots,
  NOBODY_AT_ALL,
  type Slots,
  sharesOf,
  spreadShares,
} from '../../../src/drivers/docker/proxy/slots.ts';

const shares = (entries: Record<string, number>) => new Map(Object.entries(entries));

describe('slots', () => {
  it('belong to everybody by their share, exactly', () => {
    const slots = assignSlots(NOBODY_AT_ALL, shares({ old: 93, new: 7 }));
    expect(Object.fromEntries(sharesOf(slots))).toEqual({ old: 93, new: 7 });
  });

  it('belong to nobody when nothing is live', () => {
    const live = assignSlots(NOBODY_AT_ALL, shares({ old: 100 }));
    expect(assignSlots(live, new Map())).toEqual(NOBODY_AT_ALL);
  });

  it('stay with a growing canary, and with those who keep users', () => {
    const live = assignSlots(NOBODY_AT_ALL, shares({ old: 100 }));
    const small = assignSlots(live, shares({ new: 10, old: 90 }));
    const large = assignSlots(small, shares({ new: 50, old: 50 }));
    for (const [slot, address] of small.entries()) if (address === 'new') expect(large[slot]).toBe('new');
    for (const [slot, address] of large.entries()) if (address === 'old') expect(small[slot]).toBe('old');
  });

  it('of a canary lie far apart, and some in every rhythm of requests', () => {
    const live = assignSlots(NOBODY_AT_ALL, shares({ old: 100 }));
    const slots = assignSlots(live, shares({ new: 10, old: 90 }));
    const mine = slots.flatMap((address, slot) => (address === 'new' ? [slot] : []));
    const gaps = mine.map((slot, index) => ((mine[(index + 1) % mine.length] ?? 0) - slot + 100) % 100);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
    for (const rhythm of [2, 4, 5]) expect(new Set(mine.map((slot) => slot % rhythm)).size).toBe(rhythm);
  });

  it('move no more than the shares do, whatever was before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (from, to) => {
        const before = assignSlots(NOBODY_AT_ALL, shares({ a: from, b: 100 - from }));
        const after = assignSlots(before, shares({ a: to, b: 100 - to }));
        const moved = after.filter((address, slot) => address !== before[slot]).length;
        expect(moved).toBe(Math.abs(from - to));
      }),
    );
  });
});

describe('slots of replicas', () => {
  const percents = fc.integer({ min: 0, max: 100 });
  const counts = fc.integer({ min: 1, max: 20 });

  it('are as many as the share of their release, and differ by one at most', () => {
    fc.assert(
      fc.property(percents, counts, counts, (percent, ours, theirs) => {
        const slots = switched(NOBODY_AT_ALL, percent, [ours, theirs]);
        const mine = [...sharesOf(slots)].flatMap(([address, count]) => (address.startsWith('a') ? [count] : []));
        expect(mine.reduce((sum, count) => sum + count, 0)).toBe(percent);
        expect(mine.length).toBe(Math.min(ours, percent));
        if (mine.length > 0) expect(Math.max(...mine) - Math.min(...mine)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('move no more than the shares of the releases do', () => {
    fc.assert(
      fc.property(fc.array(percents, { minLength: 2, maxLength: 6 }), counts, counts, (steps, ours, theirs) => {
        let [before, last] = [switched(NOBODY_AT_ALL, 0, [ours, theirs]), 0];
        for (const percent of steps) {
          const after = switched(before, percent, [ours, theirs]);
          expect(after.filter((address, slot) => address !== before[slot]).length).toBe(Math.abs(percent - last));
          [before, last] = [after, percent];
        }
      }),
    );
  });

  it('take turns, so that neighbours are rarely of the same replica', () => {
    const slots = switched(NOBODY_AT_ALL, 100, [3, 1]);
    const same = slots.filter((address, slot) => address === slots[(slot + 1) % 100]).length;
    expect(same).toBeLessThan(5);
  });

  function switched(before: Slots, percent: number, [ours, theirs]: readonly [number, number]): Slots {
    const releases = [
      { addresses: addresses('a', ours), percent },
      { addresses: addresses('b', theirs), percent: 100 - percent },
    ];
    return assignSlots(before, spreadShares(before, releases));
  }

  function addresses(name: string, count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  }
});
