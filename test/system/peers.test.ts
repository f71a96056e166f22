import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Peer, PeerAnswer } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { systemPeers } from '../../src/system/peers.ts';
import { failureOf } from '../support/failure-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'deployer-peers-'));
const peers = systemPeers({ environment: process.env });
const servers: Server[] = [];
let sockets = 0;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a socket of this machine', () => {
  it('is sent a body, and its answer is read as it comes', async () => {
    const peer = await listen((request, response) => {
      response.writeHead(201, { 'X-Method': request.method });
      request.on('data', (chunk) => response.write(chunk)).on('end', () => response.end());
    });
    async function* body() {
      yield Buffer.from('one ');
      yield Buffer.from('two');
    }
    const answer = await peers.send(peer, { method: 'PUT', path: '/x', body: body(), timeout: 5_000 });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-method': 'PUT' } });
    expect(await textOf(answer)).toBe('one two');
  });

  it('keeps its connection for the next request', async () => {
    const seen = new Set<Socket>();
    const peer = await listen((request, response) => {
      seen.add(request.socket);
      response.end('ok');
    });
    for (let count = 0; count < 3; count++) await textOf(await get(peer));
    expect(seen.size).toBe(1);
  });

  it('is asked again when a kept connection turns out to be closed', async () => {
    let asked = 0;
    const peer = await listen((request, response) => {
      asked += 1;
      if (asked === 2) return void request.socket.destroy();
      response.end('ok');
    });
    await textOf(await get(peer));
    expect(await textOf(await get(peer))).toBe('ok');
    expect(asked).toBe(3);
  });

  it('that is not there, or is not ours, is named', async () => {
    const failure = await failureOf(get({ kind: 'unix', path: join(folder, 'nothing.sock') }));
    expect(failure).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', detail: ['there is no such socket'] });
    expect(failure?.reason).toContain('nothing.sock');
  });

  it('that does not begin to answer is a time-out; what has begun may take longer', async () => {
    const peer = await listen((request, response) => {
      if (request.url === '/silent') return;
      response.write('begun, ');
      setTimeout(() => response.end('ended'), 150);
    });
    expect((await failureOf(peers.send(peer, { method: 'GET', path: '/silent', timeout: 50 })))?.code).toBe('TIMEOUT');
    expect(await textOf(await peers.send(peer, { method: 'GET', path: '/', timeout: 100 }))).toBe('begun, ended');
  });

  it('ends a stream when it is cancelled, and when its reader leaves', async () => {
    let open = 0;
    const peer = await listen((_, response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      response.write('first\n');
    });
    const controller = new AbortController();
    const cancelled = await peers.send(peer, { method: 'GET', path: '/', timeout: 5_000, signal: controller.signal });
    const reading = textOf(cancelled);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    for await (const _ of (await get(peer)).body) break;
    await expect.poll(() => open).toBe(0);
  });

  it('that breaks off in the middle of an answer is a failure', async () => {
    const peer = await listen((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('short');
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect((await failureOf(get(peer).then(textOf)))?.code).toBe('PLATFORM_UNAVAILABLE');
  });
});

describe('a command that carries the connection', () => {
  it('is a peer like others', async () => {
    const inner = await listen((request, response) => response.end(`${request.method} ${request.url}`));
    const peer = { kind: 'command', argv: [process.execPath, '-e', CARRIER, pathOf(inner)] } as const;
    expect(await textOf(await get(peer, '/a?b=1'))).toBe('GET /a?b=1');
    expect(await textOf(await get(peer, '/c'))).toBe('GET /c');
  });

  it('answers calls while any number of long answers are read', async () => {
    const inner = await listen((request, response) => {
      response.write('begun');
      if (request.url !== '/long') response.end();
    });
    const peer = { kind: 'command', argv: [process.execPath, '-e', CARRIER, pathOf(inner)] } as const;
    const end = new AbortController();
    const long = { method: 'GET', path: '/long', timeout: 5_000, long: true, signal: end.signal } as const;
    for (let count = 0; count < 4; count++) expect((await peers.send(peer, long)).status).toBe(200);
    expect(await textOf(await get(peer))).toBe('begun');
    end.abort();
  });

  it('is one for requests at the same time, and two when the first keeps others waiting', async () => {
    const seen = new Set<Socket>();
    let go: (() => void) | undefined;
    const inner = await listen((request, response) => {
      seen.add(request.socket);
      if (request.url === '/slow') go = () => response.end('slow');
      else response.end('quick');
    });
    const peer = { kind: 'command', argv: [process.execPath, '-e', CARRIER, pathOf(inner)] } as const;
    const quick = await Promise.all(Array.from({ length: 5 }, async () => textOf(await get(peer))));
    expect([new Set(quick), seen.size]).toEqual([new Set(['quick']), 1]);
    const slow = get(peer, '/slow');
    expect(await textOf(await get(peer))).toBe('quick');
    expect(seen.size).toBe(2);
    go?.();
    expect(await textOf(await slow)).toBe('slow');
  });

  it('stays after an answer to HEAD, and goes with an answer that ends it', async () => {
    const seen = new Set<Socket>();
    const inner = await listen((request, response) => {
      seen.add(request.socket);
      response.writeHead(200, request.url === '/last' ? { Connection: 'close' } : {});
      response.end();
    });
    const peer = { kind: 'command', argv: [process.execPath, '-e', CARRIER, pathOf(inner)] } as const;
    for (let count = 0; count < 3; count++)
      await textOf(await peers.send(peer, { method: 'HEAD', path: '/', timeout: 5_000 }));
    expect(seen.size).toBe(1);
    for (let count = 0; count < 2; count++) await textOf(await get(peer, '/last'));
    await textOf(await get(peer));
    expect(seen.size).toBe(3);
  });

  it('is quoted with its last words when it ends', async () => {
    const argv = ['/bin/sh', '-c', 'echo "Permission denied (publickey)" >&2; exit 255'];
    const failure = await failureOf(get({ kind: 'command', argv }));
    expect(failure?.detail).toContain('Permission denied (publickey)');
  });

  it('that does not exist is named', async () => {
    const failure = await failureOf(get({ kind: 'command', argv: ['no-such-program-here'] }));
    expect(failure?.detail?.join()).toContain('"no-such-program-here" could not be started');
  });
});

const openssl = existsSync('/usr/bin/openssl');
describe.skipIf(!openssl)(`a port with TLS${openssl ? '' : ' (skipped: there is no openssl)'}`, () => {
  beforeAll(makeCertificates);

  it('proves itself to us, and we to it', async () => {
    const peer = await listenSecurely();
    const tls = { ca: pem('ca.pem'), cert: pem('cert.pem'), key: new Secret(pem('key.pem')) };
    expect(await textOf(await get({ ...peer, tls }))).toBe('client');
  });

  it('is refused when its certificate is of somebody unknown', async () => {
    const failure = await failureOf(get({ ...(await listenSecurely()), tls: {} }));
    expect(failure?.detail?.[0]).toContain('the certificate was not accepted');
  });
});

const CARRIER = `const s = require('node:net').connect(process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout)`;

async function listen(listener: RequestListener): Promise<Peer> {
  const path = join(folder, `${++sockets}.sock`);
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { kind: 'unix', path };
}

async function listenSecurely() {
  const options = { ca: pem('ca.pem'), cert: pem('server.pem'), key: pem('server-key.pem'), requestCert: true };
  const server = createSecureServer(options, (request, response) => {
    const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
    response.end(String(subject?.CN));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { kind: 'tcp', host: 'localhost', port: (server.address() as AddressInfo).port } as const;
}

function makeCertificates(): void {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '1');
  for (const [name, cert, file] of [
    ['localhost', 'server.pem', 'server-key.pem'],
    ['client', 'cert.pem', 'key.pem'],
  ] as const) {
    run('req', ...key, '-keyout', file, '-out', 'request.pem', '-subj', `/CN=${name}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', 'names', '-days', '1'];
    run('x509', '-req', '-in', 'request.pem', '-out', cert, ...by);
  }
}

function pem(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function pathOf(peer: Peer): string {
  return peer.kind === 'unix' ? peer.path : '';
}

function get(peer: Peer, path = '/'): Promise<PeerAnswer> {
  return peers.send(peer, { method: 'GET', path, timeout: 5_000 });
}

async function textOf({ body }: PeerAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
