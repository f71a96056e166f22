import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemSockets } from '../../src/system/sockets.ts';

describe('a WebSocket', () => {
  const seen: { protocol?: string | undefined; token?: string | undefined } = {};
  let server: ReturnType<typeof createServer>;
  let sockets: WebSocketServer;
  let answer: (socket: WebSocket) => void;
  const connections = new Set<Socket>();

  beforeEach(async () => {
    server = createServer();
    sockets = new WebSocketServer({ noServer: true });
    answer = (socket) => socket.on('message', (data) => socket.send(`heard ${data}`));
    server.on('upgrade', (request, socket, head) => {
      seen.protocol = request.headers['sec-websocket-protocol'];
      seen.token = request.headers.authorization;
      if (request.url === '/refused') return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      if (request.url === '/silent') return undefined;
      return sockets.handleUpgrade(request, socket, head, answer);
    });
    server.on('connection', (socket) => connections.add(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((done) => server.close(done));
  });

  it('carries headers and protocol, and texts both ways, until it is closed', async () => {
    const socket = await open('/', { headers: { authorization: 'Bearer x' } });
    socket.send('one');
    const heard: string[] = [];
    for await (const text of socket.messages) {
      heard.push(text);
      if (heard.length === 1) socket.send('two');
      else socket.close();
    }
    expect(heard).toEqual(['heard one', 'heard two']);
    expect(seen).toEqual({ protocol: 'words', token: 'Bearer x' });
  });

  it('gives every message to a reader who is slower than they come', async () => {
    answer = (socket) => {
      for (let number = 0; number < 2_000; number++) socket.send(String(number));
      socket.close();
    };
    const socket = await open('/');
    const heard: string[] = [];
    for await (const text of socket.messages) {
      heard.push(text);
      if (heard.length % 100 === 0) await new Promise((done) => setImmediate(done));
    }
    expect(heard).toEqual(Array.from({ length: 2_000 }, (_, number) => String(number)));
  });

  it('throws where it breaks, is refused, or keeps silent', async () => {
    await expect(open('/refused')).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    await expect(open('/silent', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    answer = (socket) => socket.send('x'.repeat(5 * 1024 * 1024));
    const { messages } = await open('/');
    await expect(messages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
  });

  it('goes to no address that a request may not go to', async () => {
    await expect(open('/', { reach: 'public' })).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    const named = systemSockets.open({ ...request('/'), url: `http://localhost:${port()}/`, reach: 'public' });
    await expect(named).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  it('ends with its signal', async () => {
    const cut = new AbortController();
    const socket = await open('/', { signal: cut.signal });
    const reading = socket.messages[Symbol.asyncIterator]().next();
    cut.abort(new Error('enough'));
    expect(await reading).toMatchObject({ done: true });
    await expect(open('/', { signal: cut.signal })).rejects.toThrow('enough');
  });

  function port(): number {
    return (server.address() as AddressInfo).port;
  }

  function request(path: string) {
    const url = `http://127.0.0.1:${port()}${path}`;
    return { url, protocol: 'words', timeout: 5_000, reach: 'private' } as const;
  }

  function open(path: string, given: Partial<Parameters<typeof systemSockets.open>[0]> = {}) {
    return systemSockets.open({ ...request(path), ...given });
  }
});
