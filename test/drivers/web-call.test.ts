import { expect, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { Http } from '../../src/core/ports.ts';
import { callWeb, type WebRequest } from '../../src/drivers/web-call.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Reply = number | 'lost' | { readonly status: number; readonly wait: string };

test.each<[string, WebRequest['repeat'], Reply[], number, number]>([
  ['a read after a lost answer', 'always', ['lost', 200], 200, 2],
  ['a read after 500, 502 and 408', 'always', [500, 502, 408, 200], 200, 4],
  ['a read four times in all', 'always', [500, 500, 500, 500, 200], 500, 4],
  ['nothing after a refusal', 'always', [403, 200], 403, 1],
  ['no write after 500', 'when_refused', [500, 200], 500, 1],
  ['no write after 503, whatever wait it asks for', 'when_refused', [{ status: 503, wait: '1' }, 200], 503, 1],
  ['a write that was not taken', 'when_refused', [{ status: 429, wait: '1' }, 200], 200, 2],
])('asks again for %s', async (_, repeat, replies, status, times) => {
  const service = new Service(replies);
  expect((await service.ask(repeat)).status).toBe(status);
  expect(service.times.length).toBe(times);
});

test('does not ask again for a write whose answer was lost', async () => {
  const service = new Service(['lost', 200]);
  await expect(service.ask('when_refused')).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
  expect(service.times.length).toBe(1);
});

test('keeps a wait to the end, and begins none that is longer than the time there is', async () => {
  const patient = new Service([{ status: 429, wait: '7' }, 200]);
  await patient.ask('always');
  expect(patient.times[1]).toBeGreaterThanOrEqual(7_000);
  expect(patient.times[1]).toBeLessThan(7_500);
  const hurried = new Service([{ status: 429, wait: '31' }, 200]);
  expect((await hurried.ask('always')).status).toBe(429);
  expect(hurried.clock.monotonic()).toBeLessThan(10);
});

test('is over when the time is, however often it is asked to wait a little', async () => {
  const service = new Service(Array.from({ length: 100 }, () => ({ status: 429, wait: '1' })));
  expect((await service.ask('always')).status).toBe(429);
  expect(service.clock.monotonic()).toBeLessThanOrEqual(30_000);
  expect(service.times.length).toBeLessThanOrEqual(30);
});

/** Answers one after the other. */
class Service implements Http {
  readonly clock = new VirtualClock();
  readonly times: number[] = [];
  readonly #replies: readonly Reply[];

  constructor(replies: readonly Reply[]) {
    this.#replies = replies;
  }

  ask(repeat: WebRequest['repeat']) {
    const entropy = { id: () => '', random: () => 0.5, bytes: () => new Uint8Array() };
    const { signal } = new AbortController();
    const request = { url: 'https://example.test/', reach: 'public', timeout: 5_000, repeat } as const;
    return callWeb(request, { http: this, clock: this.clock, entropy, signal, deadline: 30_000 });
  }

  async send() {
    const reply = this.#replies[this.times.length] ?? 200;
    this.times.push(this.clock.monotonic());
    await this.clock.sleep(1);
    if (reply === 'lost') throw new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'lost' });
    const { status, wait } = typeof reply === 'number' ? { status: reply, wait: undefined } : reply;
    const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': wait };
    return { status, headers, body: new Uint8Array(), truncated: false };
  }
}
