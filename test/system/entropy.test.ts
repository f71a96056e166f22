import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemEntropy } from '../../src/system/entropy.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('ids', () => {
  test('are the prefix and 26 lower-case characters of Crockford base 32', () => {
    expect(systemEntropy().id('run_')).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  test('are unique and sort in the order they were made, within a millisecond too', () => {
    const { id } = systemEntropy();
    const ids = Array.from({ length: 5_000 }, () => id('ver_'));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('go on rising when the clock goes back', () => {
    const { id } = systemEntropy();
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const before = id('run_');
    vi.setSystemTime(1_700_000_000_000);
    expect(id('run_') > before).toBe(true);
  });

  test('of two processes differ', () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    expect(systemEntropy().id('run_')).not.toBe(systemEntropy().id('run_'));
  });
});

test('random numbers lie between 0 and 1', () => {
  const { random } = systemEntropy();
  const numbers = Array.from({ length: 2_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(new Set(numbers).size).toBeGreaterThan(1_990);
});

test('bytes are as many as asked', () => {
  expect(systemEntropy().bytes(32)).toHaveLength(32);
});
