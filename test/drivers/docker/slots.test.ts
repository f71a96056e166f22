import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSlots, NOBODY_AT_ALL, sharesOf } from '../../../src/drivers/docker/proxy/slots.ts';

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
