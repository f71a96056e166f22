import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/system/clock.ts';

describe('clock', () => {
  test('sleeps at least as long as asked', async () => {
    const start = systemClock.monotonic();
    await systemClock.sleep(20);
    expect(systemClock.monotonic() - start).toBeGreaterThanOrEqual(19);
  });

  test('an abort ends a sleep with its reason', async () => {
    const control = new AbortController();
    const reason = new Error('enough');
    const slept = systemClock.sleep(60_000, control.signal);
    control.abort(reason);
    await expect(slept).rejects.toBe(reason);
    await expect(systemClock.sleep(60_000, control.signal)).rejects.toBe(reason);
  });

  test('a sleep longer than a timer can be does not end at once', async () => {
    const control = new AbortController();
    let ended = false;
    const slept = systemClock.sleep(2 ** 40, control.signal).then(
      () => (ended = true),
      () => undefined,
    );
    await systemClock.sleep(20);
    expect(ended).toBe(false);
    control.abort();
    await slept;
  });

  test('many sleeps on one signal leave no listeners behind', async () => {
    const control = new AbortController();
    for (let round = 0; round < 20; round++) await systemClock.sleep(0, control.signal);
    expect(getEventListeners(control.signal, 'abort')).toEqual([]);
  });
});
