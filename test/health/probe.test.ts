import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { HealthCheck } from '../../src/core/config.ts';
import type { ProbeAttempt, ProbeRequest } from '../../src/core/health.ts';
import type { HttpRequest } from '../../src/core/ports.ts';
import { Redactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/core/secret.ts';
import { createProbe } from '../../src/health/probe.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { freePort, type Loopback, serveHttp, serveRaw } from '../support/loopback.ts';

const http = systemHttp();
const processes = systemProcesses({ environment: { PATH: process.env['PATH'] } });
const servers: Loopback[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('waiting for health', () => {
  test('never up: gives up at the time limit and shows the last answer', async () => {
    const url = await serve((_, response) => void response.writeHead(503).end('starting'));
    const clock = new InstantClock();
    const start = clock.monotonic();
    const verdict = await createProbe({ http, processes, clock })(request({ url }));
    expect(verdict).toMatchObject({ healthy: false, attempts: 30, elapsed_ms: 30_000 });
    expect(verdict.last).toMatchObject({ number: 30, ok: false, answer: 'HTTP 503 "starting" (expected 200)' });
    expect(verdict.reason).toBeUndefined();
    expect(clock.monotonic() - start).toBe(30_000);
  });

  test('an answer is not hidden by a try for which there is no time left', async () => {
    const url = await serve((_, response) => void response.writeHead(503).end('starting'));
    const check = httpCheck({ interval: 95, timeout: 100 });
    const verdict = await createProbe({ http, processes, clock: new InstantClock() })(request({ url, check }));
    expect(verdict.last).toMatchObject({ number: 1, answer: 'HTTP 503 "starting" (expected 200)' });
  });

  test('up late: goes on until it is', async () => {
    let asked = 0;
    const url = await serve((_, response) => void response.writeHead(++asked < 8 ? 500 : 200).end());
    expect(await probe({ url })).toMatchObject({ healthy: true, attempts: 8, last: { answer: 'HTTP 200' } });
  });

  test('nobody listening yet counts as a try', async () => {
    const verdict = await probe({ url: `http://127.0.0.1:${await freePort()}`, check: httpCheck({ timeout: 3_000 }) });
    expect(verdict).toMatchObject({ healthy: false, attempts: 3, last: { answer: 'connection refused' } });
  });

  test('flapping: good answers have to come in a row', async () => {
    const script = [200, 500, 200, 200, 500, 200, 200, 200];
    const url = await serve((_, response) => void response.writeHead(script.shift() ?? 500).end());
    const verdict = await probe({ url, check: httpCheck({ successes: 3 }) });
    expect(verdict).toMatchObject({ healthy: true, attempts: 8 });
  });

  test('tells every try', async () => {
    const script = [500, 200];
    const url = await serve((_, response) => void response.writeHead(script.shift() ?? 500).end());
    const seen: ProbeAttempt[] = [];
    await probe({ url, onAttempt: (attempt) => seen.push(attempt) });
    expect(seen.map(({ number, ok }) => [number, ok])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test('gives up at once when there is a reason to', async () => {
    const url = await serve((_, response) => void response.writeHead(500).end());
    let asked = 0;
    const verdict = await probe({ url, doomed: () => (++asked > 2 ? 'the process has exited' : undefined) });
    expect(verdict).toMatchObject({ healthy: false, attempts: 2, reason: 'the process has exited' });
  });

  test('an abort rejects with its reason, during a try as well', async () => {
    const control = new AbortController();
    const reason = new Error('enough');
    const url = await serve(() => control.abort(reason));
    await expect(probe({ url, signal: control.signal })).rejects.toBe(reason);
    await expect(probe({ url, signal: control.signal })).rejects.toBe(reason);
  });

  test('a try that hangs is ended after five intervals and tried again', async () => {
    let asked = 0;
    const url = await serve((_, response) => void (++asked > 2 && response.end()));
    const check = httpCheck({ interval: 100, timeout: 20_000 });
    const seen: string[] = [];
    const verdict = await createProbe({ http, processes, clock: systemClock })(
      request({ url, check, onAttempt: ({ answer }) => seen.push(answer) }),
    );
    expect(verdict).toMatchObject({ healthy: true, attempts: 3 });
    expect(seen.slice(0, 2)).toEqual(Array(2).fill('no complete answer within 500ms'));
  });

  test('no try takes longer than the time that is left', async () => {
    const url = await serve(() => undefined);
    const check = httpCheck({ interval: 60_000, timeout: 100 });
    const verdict = await createProbe({ http, processes, clock: systemClock })(request({ url, check }));
    expect(verdict).toMatchObject({ healthy: false, attempts: 1 });
    expect(verdict.elapsed_ms).toBeLessThan(5_000);
  });
});

describe('what counts as healthy', () => {
  test('a body without the text does not, and the answer says so', async () => {
    const url = await serve((_, response) => void response.end('<h1>Welcome to nginx</h1>'));
    const verdict = await probe({ url, check: httpCheck({ body: '"status":"up"', timeout: 1_000 }) });
    expect(verdict.last).toMatchObject({
      ok: false,
      answer: 'HTTP 200 "<h1>Welcome to nginx</h1>" (expected ""status":"up"" in the body)',
    });
  });

  test('a body with the text does', async () => {
    const url = await serve((_, response) => void response.end('{"status":"up"}'));
    expect(await probe({ url, check: httpCheck({ body: '"status":"up"' }) })).toMatchObject({
      healthy: true,
      attempts: 1,
    });
  });

  test('headers have to be there as given', async () => {
    const url = await serve((_, response) => void response.setHeader('X-Version', 'v2').end());
    expect(await probe({ url, check: httpCheck({ headers: { 'x-version': 'v2' } }) })).toMatchObject({ healthy: true });
    const verdict = await probe({ url, check: httpCheck({ headers: { 'x-version': 'v3' }, timeout: 1_000 }) });
    expect(verdict.last?.answer).toBe('HTTP 200 (expected the header x-version: v3)');
  });

  test('a redirect counts as its status and is not followed', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((asked, response) => {
      paths.push(asked.url);
      response.writeHead(302, { location: '/login' }).end();
    });
    expect(await probe({ url, check: httpCheck({ timeout: 1_000 }) })).toMatchObject({
      healthy: false,
      last: { answer: 'HTTP 302 (expected 200)' },
    });
    expect(await probe({ url, check: httpCheck({ status: [200, 302] }) })).toMatchObject({ healthy: true });
    expect(new Set(paths)).toEqual(new Set(['/healthz']));
  });

  test('a long body is one printable line of 200 characters, cut so that a value in it can be masked', async () => {
    const url = await serve(
      (_, response) => void response.writeHead(500).end(`\x1b[31mno\r\n${'x'.repeat(170)}correct-horse-battery-staple`),
    );
    const answer = (await probe({ url, check: httpCheck({ timeout: 1_000 }) })).last?.answer ?? '';
    expect(answer).toMatch(/^HTTP 500 "\\x1b\[31mno\\x0d\\nx{170}correct-horse-…" \(expected 200\)$/);
    const redactor = new Redactor();
    redactor.add('correct-horse-battery-staple');
    expect(redactor.redact(answer)).toContain('x[secret]…');
  });
});

describe('where an http check goes', () => {
  test.each([
    ['/healthz', 'http://127.0.0.1:4000/healthz', 'private'],
    ['http://127.0.0.1:4000/own', 'http://127.0.0.1:4000/own', 'private'],
    ['https://shop.example.com/healthz', 'https://shop.example.com/healthz', 'public'],
    ['//10.0.0.1/healthz', 'http://10.0.0.1/healthz', 'public'],
    ['/\\10.0.0.1/healthz', 'http://10.0.0.1/healthz', 'public'],
    ['http://127.0.0.1:4001/other', 'http://127.0.0.1:4001/other', 'public'],
  ])('%s is asked as %s with reach %s', async (target, url, reach) => {
    const sent = await sentFor(httpCheck({ target }));
    expect(sent).toMatchObject({ url, reach });
  });

  test('headers that let it in go to the release itself, and to no other host', async () => {
    const headers = { 'x-let-me-in': new Secret('the-word') };
    expect(await sentFor(httpCheck({ target: '/healthz' }), { headers })).toMatchObject({
      headers: { 'x-let-me-in': 'the-word' },
    });
    expect((await sentFor(httpCheck({ target: 'https://shop.example.com/' }), { headers }))?.headers).toEqual({});
  });

  test('allowPrivate lets another host be private', async () => {
    expect(await sentFor(httpCheck({ target: 'http://10.0.0.1/', allowPrivate: true }))).toMatchObject({
      reach: 'private',
    });
  });

  test('a private address that is not allowed is never connected to', async () => {
    let reached = 0;
    const { port } = await open(serveRaw(() => void reached++));
    const url = 'http://127.0.0.1:9';
    const verdict = await probe({ url, check: httpCheck({ target: `http://localhost:${port}/`, timeout: 1_000 }) });
    expect(verdict).toMatchObject({
      healthy: false,
      last: { answer: 'refused: the host is a loopback or private address' },
    });
    expect(reached).toBe(0);
  });
});

describe('tcp checks', () => {
  const tcp = { kind: 'tcp', timeout: 2_000, interval: 1_000, successes: 1 } as const;

  test('go to the port of the release or to the one given', async () => {
    const { port, url } = await open(serveRaw(() => undefined));
    expect(await probe({ url, check: tcp })).toMatchObject({ healthy: true });
    expect(await probe({ url: 'http://127.0.0.1:1', check: { ...tcp, port } })).toMatchObject({ healthy: true });
  });

  test('a port without a listener is not healthy', async () => {
    const check = { ...tcp, port: await freePort() };
    const verdict = await probe({ url: 'http://127.0.0.1:1', check });
    expect(verdict).toMatchObject({ healthy: false, attempts: 2, last: { answer: 'connection refused' } });
  });
});

describe('command checks', () => {
  test('exit 0 is healthy; folder and variables are those of the release', async () => {
    const verdict = await probe({
      check: command('test "$API" = yes && test "$PWD" = /tmp'),
      cwd: '/tmp',
      env: { API: 'yes' },
    });
    expect(verdict).toMatchObject({ healthy: true, last: { answer: 'exit 0' } });
  });

  test('another exit is not, and the last line is shown', async () => {
    const verdict = await probe({ check: command('echo first; echo "queue is full" >&2; exit 4') });
    expect(verdict).toMatchObject({ healthy: false, last: { answer: 'exit 4 "queue is full"' } });
  });

  test('a command that hangs is ended', async () => {
    const check = { ...command('sleep 300'), interval: 20, timeout: 60 };
    const verdict = await createProbe({ http, processes, clock: systemClock })(request({ check }));
    expect(verdict).toMatchObject({ healthy: false, last: { answer: 'no end within the time limit' } });
  });

  function command(line: string): HealthCheck {
    return { kind: 'command', command: line, timeout: 1_000, interval: 1_000, successes: 1 };
  }
});

function probe(changes: Partial<ProbeRequest>) {
  return createProbe({ http, processes, clock: new InstantClock() })(request(changes));
}

function request(changes: Partial<ProbeRequest>): ProbeRequest {
  const signal = new AbortController().signal;
  return { check: httpCheck({}), url: 'http://127.0.0.1:4000', cwd: '/', env: {}, signal, ...changes };
}

type HttpCheck = Extract<HealthCheck, { kind: 'http' }>;

function httpCheck(changes: Partial<HttpCheck>): HttpCheck {
  const timing = { timeout: 30_000, interval: 1_000, successes: 1 };
  return { kind: 'http', target: '/healthz', status: [200], headers: {}, allowPrivate: false, ...timing, ...changes };
}

async function sentFor(check: HttpCheck, more: Partial<ProbeRequest> = {}): Promise<HttpRequest | undefined> {
  let sent: HttpRequest | undefined;
  const recording = {
    send: async (asked: HttpRequest) => {
      sent = asked;
      return { status: 200, headers: {}, body: new Uint8Array(), truncated: false };
    },
  };
  await createProbe({ http: recording, processes, clock: new InstantClock() })(request({ check, ...more }));
  return sent;
}

async function serve(listener: RequestListener): Promise<string> {
  return (await open(serveHttp(listener))).url;
}

async function open(starting: Promise<Loopback>): Promise<Loopback> {
  const server = await starting;
  servers.push(server);
  return server;
}
