import { Agent, get } from 'node:http';
import { afterAll, beforeAll, it } from 'vitest';
import WebSocket from 'ws';
import type { Placed, Target } from '../../../src/core/driver.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { report } from '../report.ts';

const SWITCHES = 100;
/** ms between two requests: 50 in a second. */
const PAUSE = 20;
let world: DockerWorld;
let target: Target;
let one: Placed;
let two: Placed;

beforeAll(async () => {
  world = await createDockerWorld();
  // Longer than the requests that are counted below.
  target = world.target({ options: { host_names: [], drain_timeout: '10s' } });
  one = await world.live(target, 'one');
  two = await world.place(target, 'two');
});
afterAll(() => world.end());

it.each(['close', 'keep-alive'] as const)('counts what users lose in switches: %s', {
  timeout: 300_000,
}, async (how) => {
  const load = startPaced(one.url ?? '', how);
  for (let count = 0; count < SWITCHES / 2; count++)
    for (const placed of [two, one]) await world.switchTo(target, placed);
  const { requests, failed } = await load.stop();
  const note = `of ${requests} requests, 50 in a second`;
  report({ what: `failed requests in ${SWITCHES} switches, ${how}`, value: failed, unit: '', most: 0, note });
});

it('counts streams that a switch cuts', { timeout: 60_000 }, async () => {
  const url = one.url ?? '';
  await world.switchTo(target, one);
  let cut = 0;
  const sockets = await Promise.all(Array.from({ length: 10 }, () => openSocket(url)));
  const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(`${url}/events`)));
  for (const socket of sockets) socket.once('close', () => cut++);
  for (const stream of streams) stream.once('close', () => cut++);
  for (const placed of [two, one, two]) await world.switchTo(target, placed);
  const answered = await Promise.all(sockets.map((socket) => echoed(socket)));
  report({
    what: 'WebSockets and event streams cut by 3 switches',
    value: cut,
    unit: '',
    most: 0,
    note: `of ${answered.length + streams.length}`,
  });
  for (const socket of sockets) socket.terminate();
  for (const stream of streams) stream.destroy();
});

it('counts what users lose when releases go', { timeout: 300_000 }, async () => {
  const load = startPaced(`${one.url}/slow?ms=3000`, 'keep-alive');
  let last = two;
  for (let count = 0; count < 4; count++) {
    const next = await world.live(target, `next-${count % 2}`, { IGNORE_TERM: '1' });
    await world.driver.retire(target, last.ref, world.context());
    last = next;
  }
  const { requests, failed } = await load.stop();
  const note = `of ${requests} requests of 3 s, apps ignore SIGTERM`;
  report({ what: 'failed requests in 4 deploys', value: failed, unit: '', most: 0, note });
});

/** A request each 20 ms, whether those before are answered or not. */
function startPaced(url: string, how: 'close' | 'keep-alive') {
  const agent = new Agent({ keepAlive: how === 'keep-alive' });
  const open: Promise<void>[] = [];
  let failed = 0;
  const timer = setInterval(() => {
    open.push(ask().catch(() => void failed++));
  }, PAUSE);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return { requests: open.length, failed };
    },
  };

  function ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        response.resume().once('error', reject);
        response.once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('status'))));
      }).once('error', reject);
    });
  }
}

function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

function openStream(url: string): Promise<import('node:http').IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => resolve(response.resume())).once('error', reject);
  });
}

function echoed(socket: WebSocket): Promise<string> {
  socket.send('x');
  return new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
}
