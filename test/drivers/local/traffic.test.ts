import { request as openRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Placed, Target } from '../../../src/core/driver.ts';
import { eventually } from '../../support/driver-world.ts';
import { createLocalWorld, type LocalWorld } from '../../support/local-world.ts';

let world: LocalWorld;
let target: Target;
let tests = 0;

beforeAll(async () => {
  world = await createLocalWorld();
});
beforeEach(() => {
  target = world.target({ name: `api-${++tests}`, options: { drain_timeout: '5s' } });
});
afterEach(() => world.driver.destroy(target, world.context()));
afterAll(() => world.end());

it('fails none of the requests of 50 connections over 20 deploys, canary steps and switches back', async () => {
  let live = await world.live(target, 'r0');
  const load = startLoad(live.url ?? '', 50);
  for (let round = 1; round <= 10; round++) {
    const next = await world.place(target, `r${round}`);
    await share(live, next, 10);
    await world.switchTo(target, next);
    await world.switchTo(target, live);
    await world.switchTo(target, next);
    await world.driver.retire(target, live.ref, world.context());
    live = next;
  }
  const { requests, failures, labels } = await load.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(1_000);
  expect(labels.size).toBe(11);
}, 60_000);

it('keeps the connection of a client open over a switch', async () => {
  const one = await world.live(target, 'one');
  const client = new Pool(one.url ?? '', { connections: 1 });
  let connections = 0;
  client.on('connect', () => connections++);
  expect(await labelFrom(client)).toBe('one');
  await world.live(target, 'two');
  await world.driver.retire(target, one.ref, world.context());
  expect(await labelFrom(client)).toBe('two');
  expect(connections).toBe(1);
  await client.destroy();
});

it('finishes a slow request on the release it began on, and retires that only then', async () => {
  const one = await world.live(target, 'one');
  const slow = fetch(`${one.url}/slow?ms=1500`).then((response) => response.text());
  await eventually(
    async () => (await world.driver.inspect(target, world.context())).releases[0]?.requests ?? 0,
    (count) => count > 0,
  );
  await world.live(target, 'two');
  await world.driver.retire(target, one.ref, world.context());
  expect(await slow).toBe('one');
});

it('cuts what is still under way when the time for draining has passed', async () => {
  target = world.target({ options: { drain_timeout: '100ms' } });
  const one = await world.live(target, 'one');
  const endless = fetch(`${one.url}/slow?ms=60000`).then((response) => response.status);
  await eventually(
    async () => (await world.driver.inspect(target, world.context())).releases[0]?.requests ?? 0,
    (count) => count > 0,
  );
  await world.live(target, 'two');
  await world.driver.retire(target, one.ref, world.context());
  expect(await endless).toBe(502);
});

it('keeps a WebSocket on its release over a switch, until that is retired', async () => {
  target = world.target({ options: { drain_timeout: '500ms' } });
  const one = await world.live(target, 'one');
  const socket = new WebSocket((one.url ?? '').replace('http', 'ws'));
  await new Promise((resolve) => socket.once('open', resolve));
  expect(await echoed(socket, 'before')).toBe('one:before');
  await world.live(target, 'two');
  expect(await echoed(socket, 'after')).toBe('one:after');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await world.driver.retire(target, one.ref, world.context());
  await closed;
});

it('passes on the answer of a release that refuses a WebSocket', async () => {
  const one = await world.live(target, 'one');
  const socket = new WebSocket(`${(one.url ?? '').replace('http', 'ws')}/refuse`);
  const message = await new Promise<string>((resolve) => socket.once('error', (error) => resolve(error.message)));
  expect(message).toContain('401');
});

it('answers offers of other protocols as if they had not been made', async () => {
  const { url = '' } = await world.live(target, 'one');
  const answer = await raw(
    url,
    'POST /size HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nContent-Length: 5\r\n\r\nhello',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/\b5\b/);
});

it('streams large bodies both ways without holding them', async () => {
  const { url = '' } = await world.live(target, 'one');
  const chunk = Buffer.alloc(1_048_576, 'a');
  const body = new ReadableStream({
    start: (controller) => {
      for (let count = 0; count < 64; count++) controller.enqueue(chunk);
      controller.close();
    },
  });
  const up = await fetch(`${url}/size`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(await up.text()).toBe(String(64 * 1_048_576));
  const down = await fetch(`${url}/big?chunks=1024`);
  expect((await down.arrayBuffer()).byteLength).toBe(1024 * 65_536);
}, 20_000);

it('echoes a body of any size unchanged', async () => {
  const { url = '' } = await world.live(target, 'one');
  for (const size of [0, 1, 65_536, 65_537, 300_000]) {
    const body = 'z'.repeat(size);
    const response = await fetch(`${url}/echo`, { method: 'POST', body });
    expect((await response.text()) === body).toBe(true);
  }
});

it('gives out the headers of an event stream before its first event', async () => {
  const { url = '' } = await world.live(target, 'one');
  const order: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const outgoing = openRequest(`${url}/events`, (response) => {
      order.push(String(response.headers['content-type']));
      response.once('data', (data) => {
        order.push(String(data).trim());
        outgoing.destroy();
        resolve();
      });
    });
    outgoing.once('error', reject).end();
  });
  expect(order).toEqual(['text/event-stream', 'data: one']);
});

it('lets a client wait for leave to send its body', async () => {
  const { url = '' } = await world.live(target, 'one');
  const outgoing = openRequest(`${url}/echo`, {
    method: 'POST',
    headers: { expect: '100-continue', 'content-length': 4 },
  });
  outgoing.flushHeaders();
  await new Promise((resolve) => outgoing.once('continue', resolve));
  const answered = new Promise<string>((resolve) => outgoing.once('response', (response) => resolve(text(response))));
  outgoing.end('data');
  expect(await answered).toBe('data');
});

it('tells the service who asked, and keeps the headers of the connection to itself', async () => {
  const { url = '' } = await world.live(target, 'one');
  const answer = await raw(
    url,
    'GET /headers HTTP/1.1\r\nHost: shop.test\r\nConnection: close, x-private\r\nX-Private: 1\r\nTE: trailers\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n',
  );
  const seen = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as Record<string, string>;
  expect(seen).toMatchObject({ host: 'shop.test', 'x-forwarded-host': 'shop.test', 'x-forwarded-proto': 'http' });
  expect(seen['x-forwarded-for']).toMatch(/^203\.0\.113\.9, /);
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['x-private']));
  expect(seen['te']).toBeUndefined();
});

it('refuses requests that two servers could read in two ways, and the service never sees them', async () => {
  const { url = '' } = await world.live(target, 'one');
  for (const request of AMBIGUOUS) expect(await raw(url, request)).toMatch(/^HTTP\/1\.1 400 /);
  expect((await world.driver.inspect(target, world.context())).releases[0]?.requests).toBe(0);
});

const AMBIGUOUS = [
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd',
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n',
  'GET / HTTP/1.1\nHost: x\n\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
];

it('loses no request to a service that closes idle connections unannounced', async () => {
  const { url = '' } = await world.live(target, 'one', { IDLE_LIMIT: '5' });
  const failures: number[] = [];
  for (let round = 0; round < 60; round++) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(url).then((response) => response.status)));
    failures.push(...answers.filter((status) => status !== 200));
    await sleep(round % 12);
  }
  expect(failures).toEqual([]);
});

it('does not send a request twice that may have been carried out', async () => {
  const { url = '' } = await world.live(target, 'one');
  expect((await fetch(`${url}/hang-up`, { method: 'POST', body: 'once' })).status).toBe(502);
  const [release] = (await world.driver.inspect(target, world.context())).releases;
  expect(release).toMatchObject({ requests: 1, errors: 1 });
});

it('counts requests and failed ones for each release', async () => {
  const { url = '' } = await world.live(target, 'one');
  for (const code of [200, 404, 500, 503]) await fetch(`${url}/status?code=${code}`);
  const [release] = (await world.driver.inspect(target, world.context())).releases;
  expect(release).toMatchObject({ requests: 4, errors: 2 });
  expect(release?.latencies?.reduce((sum, count) => sum + count, 0)).toBe(4);
});

it('says that there is no release yet, and when to ask again', async () => {
  const { url = '' } = (await world.driver.provision?.(target, world.context())) ?? {};
  const response = await fetch(url);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
});

/** Connections that ask again as soon as they are answered, until they are stopped. */
function startLoad(url: string, connections: number) {
  const pool = new Pool(url, { connections });
  const labels = new Set<string>();
  const failures: string[] = [];
  let requests = 0;
  let over = false;
  const worker = async () => {
    while (!over) {
      requests += 1;
      try {
        const { statusCode, body } = await pool.request({ path: '/', method: 'GET' });
        labels.add(await body.text());
        if (statusCode !== 200) failures.push(`HTTP ${statusCode}`);
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  const workers = Array.from({ length: connections }, worker);
  return {
    stop: async () => {
      over = true;
      await Promise.all(workers);
      await pool.close();
      return { requests, failures, labels };
    },
  };
}

function share(live: Placed, next: Placed, percent: number): Promise<void> | undefined {
  const shares = [
    { ref: live.ref, percent: 100 - percent },
    { ref: next.ref, percent },
  ];
  return world.driver.traffic?.(target, shares, world.context());
}

async function labelFrom(client: Pool): Promise<string> {
  const { body } = await client.request({ path: '/', method: 'GET' });
  return body.text();
}

function echoed(socket: WebSocket, message: string): Promise<string> {
  const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.send(message);
  return answer;
}

/** Writes bytes as they are, and reads until the other side ends. */
function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
  return text(socket);
}
