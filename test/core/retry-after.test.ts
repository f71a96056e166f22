import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/core/retry-after.ts';

const NOW = Date.UTC(2026, 10, 21, 9, 0, 0);

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['2', 2_000],
    [' 120 ', 120_000],
    ['1.5', 1_500],
    ['86400', 86_400_000],
    ['Sat, 21 Nov 2026 09:00:02 GMT', 2_000],
    ['Saturday, 21-Nov-26 09:00:02 GMT', 2_000],
    ['Sat Nov 21 09:00:02 2026', 2_000],
    ['Tue Dec  1 09:00:00 2026', 10 * 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ])('understands %j', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });

  it.each([
    undefined,
    '',
    '-1',
    '2s',
    '1e3',
    'Infinity',
    'soon',
    'Sat, 31 Feb 2026 09:00:02 GMT',
    '2026-11-21T09:00:02Z',
    '9'.repeat(50),
  ])('does not guess at %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined();
  });

  it('answers a length of time or nothing for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = parseRetryAfter(text, NOW);
        expect(wait === undefined || (Number.isFinite(wait) && wait >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds the way back from every date it can be given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400 }), (seconds) => {
        expect(parseRetryAfter(new Date(NOW + seconds * 1_000).toUTCString(), NOW)).toBe(seconds * 1_000);
      }),
      { numRuns: 1_000 },
    );
  });
});
