import { expect, test } from 'vitest';
import { DeployerError } from '../../../src/core/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../../src/core/ports.ts';
import { type Content, textContent } from '../../../src/drivers/upload/content.ts';
import { type UploadPlace, uploadAll } from '../../../src/drivers/upload/upload.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const PLACE: UploadPlace = {
  title: 'Example',
  request: ({ digest }) => ({ method: 'POST', url: `https://example.test/files/${digest}`, reach: 'public' }),
  refusal: ({ status, body }) => ({
    code: status === 429 ? 'RATE_LIMIT_EXCEEDED' : 'UPLOAD_FAILED',
    detail: [Buffer.from(body).toString()],
  }),
};

test('sends each content once, few at first and more as the platform answers well', async () => {
  const service = new Service(() => ({ takes: 100 }));
  const contents = some(200);
  await service.take(contents);
  expect([...service.stored].sort()).toEqual(contents.map(({ digest }) => digest).sort());
  expect(service.sent).toBe(200);
  expect(service.inFlight.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(Math.max(...service.inFlight)).toBe(64);
});

test('sends no more at once where answers only wait for each other', async () => {
  const service = new Service((_, __, active) => ({ takes: 10 * active }));
  await service.take(some(300));
  expect(service.stored.size).toBe(300);
  expect(Math.max(...service.inFlight)).toBeGreaterThan(10);
  expect(Math.max(...service.inFlight)).toBeLessThan(40);
});

test.each([
  ['500', { status: 500 }],
  ['503', { status: 503 }],
  ['408', { status: 408 }],
  ['a lost connection', { lost: true }],
])('sends a file again after %s, and fewer at once from then on', async (_, trouble) => {
  const service = new Service((number) => (number > 60 && number <= 70 ? trouble : { takes: 100 }));
  await service.take(some(240));
  expect(service.stored.size).toBe(240);
  expect(service.sent).toBe(250);
  expect(Math.max(...service.inFlight.slice(150, 200))).toBeLessThanOrEqual(40);
});

test.each([
  ['in seconds', () => ({ 'retry-after': '2' })],
  ['as a date', (now: number) => ({ 'retry-after': new Date(now + 2_000).toUTCString() })],
  ['as the time of a reset', (now: number) => ({ 'x-ratelimit-reset': String((now + 2_000) / 1_000) })],
])('keeps a wait that is asked for %s to the end, whole, with every file', async (_, headers) => {
  const service = new Service((number, now) => (number === 1 ? { status: 429, headers: headers(now) } : { takes: 1 }));
  await service.take(some(40));
  const [, ...later] = service.times.filter((at) => at > 0);
  expect(service.stored.size).toBe(40);
  expect(service.times.filter((at) => at > 1 && at < 2_000)).toEqual([]);
  expect(later[0]).toBeLessThan(2_500);
});

test('begins no wait that is longer than the time there is, and says how long it would be', async () => {
  const service = new Service(() => ({ status: 429, headers: { 'retry-after': '86400' }, text: 'api-upload-free' }));
  await expect(service.take(some(20))).rejects.toMatchObject({
    code: 'RATE_LIMIT_EXCEEDED',
    failure: { retry_after_ms: 86_400_000, detail: ['api-upload-free'] },
  });
  expect(service.clock.monotonic()).toBeLessThan(10);
});

test('gives up on a platform that refuses for ever when the time is over', async () => {
  const service = new Service(() => ({ status: 429, headers: { 'retry-after': '1' } }));
  await expect(service.take(some(20))).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
  expect(service.clock.monotonic()).toBeGreaterThan(50_000);
  expect(service.clock.monotonic()).toBeLessThanOrEqual(60_000);
});

test('stops at a refusal, names the file, the status and what the platform said, and begins nothing more', async () => {
  const service = new Service((number) => (number === 10 ? { status: 403, text: 'not yours' } : { takes: 1 }));
  const failure = await service.take(some(200)).catch((error: DeployerError) => error.failure);
  expect(failure).toMatchObject({
    code: 'UPLOAD_FAILED',
    reason: expect.stringMatching(/^file \d+ could not be uploaded to Example \(status 403\)$/),
    detail: ['not yours'],
  });
  expect(service.sent).toBeLessThan(40);
});

test('stops when it is cancelled, with nothing left under way', async () => {
  const controller = new AbortController();
  const service = new Service(() => ({ takes: 1_000 }));
  const taking = service.take(some(100), controller.signal);
  controller.abort(new Error('enough'));
  await expect(taking).rejects.toThrow('enough');
});

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly lost?: boolean;
  /** ms. */
  readonly takes?: number;
}

/** Something that takes files, as the given function says. */
class Service implements Http {
  readonly clock = new VirtualClock({ now: Date.UTC(2030, 0, 1) });
  readonly stored = new Set<string>();
  readonly inFlight: number[] = [];
  readonly times: number[] = [];
  sent = 0;
  readonly #reply: (number: number, now: number, active: number) => Reply;
  #active = 0;

  constructor(reply: (number: number, now: number, active: number) => Reply) {
    this.#reply = reply;
  }

  take(contents: readonly Content[], signal = new AbortController().signal): Promise<void> {
    const entropy = { id: () => '', random: () => 0.5, bytes: () => new Uint8Array() };
    return uploadAll(contents, PLACE, { http: this, clock: this.clock, entropy, signal, deadline: 60_000 });
  }

  async send({ url, signal }: HttpRequest): Promise<HttpAnswer> {
    this.times.push(this.clock.monotonic());
    this.inFlight.push(++this.#active);
    const {
      status = 200,
      headers = {},
      text = '',
      lost,
      takes = 1,
    } = this.#reply(++this.sent, this.clock.now(), this.#active);
    try {
      await this.clock.sleep(takes, signal);
    } finally {
      this.#active--;
    }
    if (lost) throw new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'lost' });
    if (status === 200) this.stored.add(url.split('/').at(-1) ?? '');
    return { status, headers, body: Buffer.from(text), truncated: false };
  }
}

function some(count: number): readonly Content[] {
  return Array.from({ length: count }, (_, index) => textContent(`file ${index}`, `text ${index}`, 'sha1'));
}
