import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { HttpRequest } from '../../src/core/ports.ts';
import { refusal } from '../../src/system/address-guard.ts';
import type { Lookup } from '../../src/system/exchange.ts';
import { systemHttp } from '../../src/system/http.ts';
import { freePort, type Loopback, serveHttp, serveRaw } from '../support/loopback.ts';

const servers: Loopback[] = [];
const http = systemHttp();

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('an exchange', () => {
  test('sends method, headers and body, and answers status, headers and body', async () => {
    const { url } = await serve((request, response) => {
      request.setEncoding('utf8').once('data', (body) => {
        response.writeHead(201, {
          'X-Seen': `${request.method} ${request.headers['x-token']} ${body}`,
          'Set-Cookie': ['a', 'b'],
        });
        response.end('täxt');
      });
    });
    const answer = await send({ url, method: 'POST', headers: { 'X-Token': 't' }, body: 'hello' });
    expect(answer).toMatchObject({
      status: 201,
      truncated: false,
      headers: { 'x-seen': 'POST t hello', 'set-cookie': 'a, b' },
    });
    expect(Buffer.from(answer.body).toString()).toBe('täxt');
  });

  test.each([
    301, 302, 307, 404, 429, 500, 503,
  ])('status %i is an answer, and a redirect is not followed', async (status) => {
    const paths: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await send({ url: `${url}/here` })).toMatchObject({ status, headers: { location: '/elsewhere' } });
    expect(paths).toEqual(['/here']);
  });

  test('keeps the connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let round = 0; round < 3; round++) await send({ url });
    expect(ports.size).toBe(1);
  });

  test('a POST gets a connection of its own', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let round = 0; round < 3; round++) await send({ url, method: 'POST', body: 'x' });
    expect(ports.size).toBe(3);
  });

  test('a POST that may be repeated keeps its connection', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.resume().once('end', () => response.end());
    });
    for (let round = 0; round < 3; round++) await send({ url, method: 'POST', body: 'x', repeatable: true });
    expect(ports.size).toBe(1);
  });

  test('a body can be a stream, which is sent with its length and no faster than it is taken', async () => {
    const size = 64 * 1024 * 1024;
    let given = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const part of zeros(size)) {
        given += part.length;
        yield part;
      }
    }
    let ahead = 0;
    const { url } = await serve(async (request, response) => {
      ahead = await settled(() => given);
      let seen = 0;
      for await (const part of request) seen += (part as Buffer).length;
      response.end(`${request.headers['content-length']} ${seen}`);
    });
    const answer = await send({ url, method: 'POST', body: { size, open: counted } });
    expect(Buffer.from(answer.body).toString()).toBe(`${size} ${size}`);
    expect(ahead).toBeLessThan(size / 4);
  });

  test('a stream that fails, or has another length than it said, fails the request', async () => {
    const { url } = await serve((request, response) => void request.resume().once('end', () => response.end()));
    const broken = new DeployerError({ code: 'IO_FAILED', reason: 'the disk is gone' });
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield* zeros(1_000);
      throw broken;
    };
    await expect(send({ url, method: 'PUT', body: { size: 2_000, open: failing } })).rejects.toBe(broken);
    for (const size of [999, 1_001])
      await expect(send({ url, method: 'PUT', body: { size, open: () => zeros(1_000) } })).rejects.toThrow();
  });

  test('an answer can be taken part by part, without end', async () => {
    const { url } = await serve((_, response) => void pour(response, 'x'.repeat(65_536)));
    let seen = 0;
    const enough = new AbortController();
    const onData = (part: Uint8Array) => {
      seen += part.length;
      if (seen > 3_000_000) enough.abort(new Error('enough'));
    };
    await expect(send({ url, onData, signal: enough.signal })).rejects.toThrow('enough');
    expect(seen).toBeLessThan(10_000_000);
  });

  test('a kept connection that was closed meanwhile is replaced by a new one', async () => {
    let connections = 0;
    const { url } = await serveBare((socket) => {
      connections++;
      let requests = 0;
      socket.on('data', () => {
        if (++requests > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    expect(await send({ url })).toMatchObject({ status: 200 });
    expect(await send({ url })).toMatchObject({ status: 200 });
    expect(connections).toBe(2);
  });

  test('cuts an answer at the limit, however long it would go on', async () => {
    const { url } = await serve((_, response) => void pour(response, 'x'.repeat(65_536)));
    const before = process.memoryUsage().rss;
    const answer = await send({ url, limit: 100_000 });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toHaveLength(100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('an answer of exactly the limit is whole', async () => {
    const { url } = await serve((_, response) => void response.end('x'.repeat(1_000)));
    expect(await send({ url, limit: 1_000 })).toMatchObject({ truncated: false });
  });
});

describe('limits and faults', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['no answer', () => undefined],
    ['headers one byte at a time', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-a: '.padEnd(10_000, 'a'))],
    [
      'a body one byte at a time',
      (socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n'.padEnd(10_000, 'b'), 60),
    ],
  ])('%s ends at the time limit', async (_, listener) => {
    const { url } = await serveBare(listener);
    const start = performance.now();
    expect(await failureOf({ url, timeout: 300 })).toMatchObject({
      code: 'TIMEOUT',
      detail: ['no complete answer within 300ms'],
    });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test.each<[string, string, (socket: Socket) => void]>([
    ['a reset before the answer', 'closed before', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['an end before the answer', 'closed before', (socket) => socket.once('data', () => socket.end())],
    ['half a body', 'closed before', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf')],
    ['another protocol', 'not valid HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['headers without end', 'not valid HTTP', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
  ])('%s is a temporary failure in own words', async (_, words, listener) => {
    const { url } = await serveBare(listener);
    const failure = await failureOf({ url });
    expect(failure.code).toBe('PLATFORM_UNAVAILABLE');
    expect(failure.reason).toContain(words);
  });

  test('nobody listening: names host and path, not the query', async () => {
    const port = await freePort();
    const failure = await failureOf({ url: `http://127.0.0.1:${port}/v1/x?token=hunter2`, method: 'PUT' });
    expect(failure).toEqual({
      code: 'PLATFORM_UNAVAILABLE',
      reason: `PUT http://127.0.0.1:${port}/v1/x: connection refused`,
      detail: ['connection refused'],
    });
  });

  test('a name that does not exist', async () => {
    const lookup: Lookup = (_, __, callback) => callback(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []);
    const failure = await failureOf({ url: 'http://nowhere.example/' }, lookup);
    expect(failure).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', detail: ['no such host'] });
  });

  test('a line break in a token is named without the token', async () => {
    const failure = await failureOf({ url: 'http://127.0.0.1:1/', headers: { authorization: 'Bearer hunter2\n' } });
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG' });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });

  test('an abort rejects with its reason, before and during the exchange', async () => {
    const { url } = await serveBare(() => undefined);
    const reason = new Error('enough');
    await expect(send({ url, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const control = new AbortController();
    const sent = send({ url, signal: control.signal });
    control.abort(reason);
    await expect(sent).rejects.toBe(reason);
  });
});

describe('where requests may go', () => {
  const loopbackForms = [
    '127.0.0.1',
    '[::1]',
    '0x7f000001',
    '2130706433',
    '[::ffff:127.0.0.1]',
    '127.1',
    '017700000001',
    'localhost',
  ];

  test.each([...loopbackForms, '0.0.0.0', '[::]'])('a public request does not reach %s', async (host) => {
    let reached = 0;
    const { port } = await serveBare(() => reached++);
    expect(await failureOf({ url: `http://${host}:${port}/`, reach: 'public' })).toMatchObject({
      code: 'INVALID_CONFIG',
    });
    expect(reached).toBe(0);
  });

  test.each([
    '127.0.0.1',
    '0x7f000001',
    '2130706433',
    '[::ffff:127.0.0.1]',
    'localhost',
  ])('a private request reaches %s', async (host) => {
    const { port } = await serve((_, response) => void response.end('ok'));
    expect(await send({ url: `http://${host}:${port}/` })).toMatchObject({ status: 200 });
  });

  test.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
    '[2002:a9fe:a9fe::]',
    '[fe80::1]',
    '0.0.0.0',
    '[::]',
    '224.0.0.1',
    '100.100.100.200',
  ])('nothing reaches %s, not even a private request', async (host) => {
    expect(await failureOf({ url: `http://${host}/latest/meta-data` })).toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test.each([
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fc00::1',
    'fd12::1',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::10.0.0.1',
  ])('%s is private', (address) => {
    expect(refusal(address, 'public')).toContain('private');
    expect(refusal(address, 'private')).toBeUndefined();
  });

  test.each([
    '1.1.1.1',
    '172.32.0.1',
    '192.167.255.255',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
  ])('%s is public', (address) => {
    expect(refusal(address, 'public')).toBeUndefined();
  });

  test('a name that stands for a refused address is refused before connecting', async () => {
    let reached = 0;
    const { port } = await serveBare(() => reached++);
    const lookup = answering(['93.184.216.34', '127.0.0.1']);
    const failure = await failureOf({ url: `http://inner.example:${port}/`, reach: 'public' }, lookup);
    expect(failure.reason).toContain('loopback or private');
    expect(reached).toBe(0);
  });

  test('the address that was checked is the one connected to: there is one lookup', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const { port } = await serve((_, response) => void response.end('ok'));
    const lookup: Lookup = (host, options, callback) => answering(answers.shift() ?? [])(host, options, callback);
    expect(await send({ url: `http://twice.example:${port}/` }, lookup)).toMatchObject({ status: 200 });
    expect(answers).toHaveLength(1);
  });

  test('a connection opened for private requests is not used for public ones', async () => {
    const { port } = await serve((_, response) => void response.end('ok'));
    const client = systemHttp({ lookup: answering(['127.0.0.1']) });
    const request = { url: `http://inner.example:${port}/`, timeout: 5_000 };
    await client.send({ ...request, reach: 'private' });
    await expect(client.send({ ...request, reach: 'public' })).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test.each([
    ['file:', 'file:///etc/passwd'],
    ['ftp:', 'ftp://127.0.0.1/'],
    ['credentials', 'http://user:hunter2@127.0.0.1/'],
    ['a user alone', 'http://hunter2@127.0.0.1/'],
    ['no URL', 'hunter2 not a url'],
  ])('refuses %s and does not show it', async (_, url) => {
    const failure = await failureOf({ url });
    expect(failure.code).toBe('INVALID_CONFIG');
    expect(JSON.stringify(failure)).not.toMatch(/hunter2|passwd/);
  });
});

function send(request: Partial<HttpRequest> & { url: string }, lookup?: Lookup) {
  const client = lookup ? systemHttp({ lookup }) : http;
  return client.send({ timeout: 10_000, reach: 'private', ...request });
}

async function failureOf(request: Partial<HttpRequest> & { url: string }, lookup?: Lookup) {
  try {
    await send(request, lookup);
  } catch (error) {
    if (error instanceof DeployerError) return error.failure;
    throw error;
  }
  throw new Error('the request was answered');
}

function answering(addresses: readonly string[]): Lookup {
  return (_, __, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
}

async function serve(listener: RequestListener): Promise<Loopback> {
  const server = await serveHttp(listener);
  servers.push(server);
  return server;
}

async function serveBare(listener: (socket: Socket) => void): Promise<Loopback> {
  const server = await serveRaw(listener);
  servers.push(server);
  return server;
}

/** Writes until the reader has gone away. */
function pour(response: NodeJS.WritableStream, chunk: string): void {
  const more = () => {
    while (response.writable && response.write(chunk));
  };
  response.on('drain', more).on('error', () => undefined);
  more();
}

async function* zeros(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536));
}

/** What a number comes to that grows for a while. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  while (read() !== last) {
    last = read();
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return last;
}

/** The first `at_once` bytes, then one every 5 ms. */
function drip(socket: Socket, text: string, at_once = 0): void {
  socket.write(text.slice(0, at_once));
  let sent = at_once;
  const timer = setInterval(() => socket.write(text.charAt(sent++)), 5);
  socket.once('close', () => clearInterval(timer));
}
