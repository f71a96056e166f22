import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as openRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPrivate } from '../../../src/drivers/local/gateway/front.ts';
import { openSite } from '../../../src/drivers/local/gateway/site.ts';

let base: string;
let plain: Served;
let app: Served;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'deployer-site-'));
  const folder = join(base, 'site');
  await write(folder, {
    'index.html': '<h1>home</h1>',
    'about.html': 'about',
    'docs/index.html': 'docs',
    'assets/app.3f2a.js': 'let a = 1',
    'a file é.txt': 'named',
    'data.bin': '0123456789',
    '404.html': 'lost',
    '.env': 'SECRET=1',
    '.well-known/security.txt': 'contact',
  });
  await write(base, { 'outside.txt': 'outside' });
  await symlink(join(base, 'outside.txt'), join(folder, 'link.txt'));
  await symlink('data.bin', join(folder, 'inner-link.bin'));
  plain = await serve(folder, {});
  app = await serve(folder, { spa: 'index.html', immutable: ['assets'] });
});
afterAll(async () => {
  await plain.close();
  await app.close();
  await rm(base, { recursive: true });
});

it.each([
  ['/', '<h1>home</h1>', 'text/html; charset=utf-8'],
  ['/?q=1', '<h1>home</h1>', 'text/html; charset=utf-8'],
  ['/about', 'about', 'text/html; charset=utf-8'],
  ['/docs/', 'docs', 'text/html; charset=utf-8'],
  ['/assets/app.3f2a.js', 'let a = 1', 'text/javascript; charset=utf-8'],
  ['/a%20file%20%C3%A9.txt', 'named', 'text/plain; charset=utf-8'],
  ['/data.bin', '0123456789', 'application/octet-stream'],
  ['/inner-link.bin', '0123456789', 'application/octet-stream'],
  ['/.well-known/security.txt', 'contact', 'text/plain; charset=utf-8'],
])('answers %s with its file and type', async (path, body, type) => {
  expect(await plain.get(path)).toMatchObject({ status: 200, body, headers: { 'content-type': type } });
});

it.each([
  '/.env',
  '/link.txt',
  '/../outside.txt',
  '/docs/../../outside.txt',
  '/%2e%2e/outside.txt',
  '/docs/nothing.css',
  '/assets/',
  '/assets',
])('does not give out %s', async (path) => {
  expect(await plain.get(path)).toMatchObject({ status: 404, body: 'lost' });
});

it.each(['/%00', '/..%2foutside.txt', '/%5c..%5coutside.txt', '/%zz'])('refuses the path %s', async (path) => {
  expect(await plain.get(path)).toMatchObject({ status: 400 });
});

it('sends to the folder, whatever host the path seems to name', async () => {
  expect(await plain.get('/docs?a=1')).toMatchObject({ status: 308, headers: { location: './docs/?a=1' } });
  expect((await plain.get('//docs')).headers['location']).toBe('./docs/');
});

it('allows only reading', async () => {
  expect(await plain.get('/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

it('answers HEAD with the headers of GET and nothing else', async () => {
  const { headers } = await plain.get('/data.bin');
  const head = await plain.get('/data.bin', { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10', etag: headers['etag'] } });
  expect(await plain.get('/nothing', { method: 'HEAD' })).toMatchObject({ status: 404, body: '' });
});

it('has a strong entity tag, made from the bytes, and answers a known one with 304', async () => {
  const { headers } = await plain.get('/data.bin');
  expect(headers['etag']).toMatch(/^"[\w-]{27}"$/);
  expect((await plain.get('/inner-link.bin')).headers['etag']).toBe(headers['etag']);
  expect((await plain.get('/about')).headers['etag']).not.toBe(headers['etag']);
  const known = await plain.get('/data.bin', { headers: { 'if-none-match': String(headers['etag']) } });
  expect(known).toMatchObject({ status: 304, body: '' });
});

it('answers an unchanged date with 304', async () => {
  const { headers } = await plain.get('/data.bin');
  const since = { 'if-modified-since': String(headers['last-modified']) };
  expect(await plain.get('/data.bin', { headers: since })).toMatchObject({ status: 304 });
});

it.each([
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=8-', 206, '89', 'bytes 8-9/10'],
  ['bytes=20-', 416, undefined, 'bytes */10'],
])('answers the range %s', async (range, status, body, contentRange) => {
  const answer = await plain.get('/data.bin', { headers: { range } });
  expect(answer).toMatchObject({ status, headers: { 'content-range': contentRange } });
  if (body !== undefined) expect(answer.body).toBe(body);
});

it('gives the whole file when a range is asked of another one', async () => {
  const headers = { range: 'bytes=2-4', 'if-range': '"another"' };
  expect(await plain.get('/data.bin', { headers })).toMatchObject({ status: 200, body: '0123456789' });
});

it('answers the paths of an app that routes in the browser with its page, and missing files with 404', async () => {
  expect(await app.get('/orders/17')).toMatchObject({ status: 200, body: '<h1>home</h1>' });
  expect(await app.get('/assets/missing.js')).toMatchObject({ status: 404 });
  expect(await app.get('/.git/config')).toMatchObject({ status: 404 });
});

it('lets only what never changes be kept without asking', async () => {
  expect((await app.get('/assets/app.3f2a.js')).headers['cache-control']).toContain('immutable');
  expect((await app.get('/')).headers['cache-control']).toBe('public, max-age=0, must-revalidate');
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Served {
  get(path: string, given?: { method?: string; headers?: Record<string, string> }): Promise<Answer>;
  close(): Promise<void>;
}

async function serve(folder: string, given: { spa?: string; immutable?: string[] }): Promise<Served> {
  const meter = { requests: 0, errors: 0, latencies: [], active: 0 };
  const { port, close } = await openPrivate(await openSite({ folder, immutable: [], meter, ...given }));
  return { close, get: (path, options) => ask({ port, path, ...options }) };
}

/** The path as it stands; `fetch` would resolve its dots first. */
function ask(options: {
  port: number;
  path: string;
  method?: string;
  headers?: Record<string, string>;
}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest({ host: '127.0.0.1', ...options }, async (response) => {
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) });
    });
    outgoing.once('error', reject).end();
  });
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
