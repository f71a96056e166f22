import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pickByShare } from '../../../src/drivers/local/gateway/shares.ts';

it('gives each its share of any 100 picks in a row, to within one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }), fc.nat(250), (weights, skipped) => {
      const candidates = sharesOf(weights);
      for (let pick = 0; pick < skipped; pick++) pickByShare(candidates);
      const picks = Array.from({ length: 100 }, () => pickByShare(candidates));
      for (const candidate of candidates) {
        const count = picks.filter((picked) => picked === candidate).length;
        expect(Math.abs(count - candidate.percent)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it('spreads the picks of a small share evenly', () => {
  const candidates = [
    { percent: 90, credit: 0 },
    { percent: 10, credit: 0 },
  ];
  const places = Array.from({ length: 100 }, () => pickByShare(candidates)).flatMap((picked, index) =>
    picked === candidates[1] ? [index % 10] : [],
  );
  expect(places).toHaveLength(10);
  expect(new Set(places).size).toBe(1);
});

it('picks nobody when there is nobody', () => {
  expect(pickByShare([])).toBeUndefined();
});

/** Shares that add up to 100: gaps between sorted marks. */
function sharesOf(marks: readonly number[]): { percent: number; credit: number }[] {
  const sorted = [0, ...[...marks].sort((a, b) => a - b), 100];
  const gaps = sorted.slice(1).map((mark, index) => mark - (sorted[index] ?? 0));
  return gaps.filter((percent) => percent > 0).map((percent) => ({ percent, credit: 0 }));
}
