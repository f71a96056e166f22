import { describe, expect, it } from 'vitest';
import type { Live, Mark } from '../../../../src/drivers/aws/static/live.ts';
import { isImmutable } from '../../../../src/drivers/aws/static/site/fingerprint.ts';
import { type PageEntry, pagesOf } from '../../../../src/drivers/aws/static/site/pages.ts';
import {
  adoptedRequestCode,
  FLAG,
  REQUEST_CODE,
  RESPONSE_CODE,
} from '../../../../src/drivers/aws/static/site/viewer-code.ts';
import {
  type ViewerRequest,
  type ViewerResponse,
  viewerFunction,
} from '../../../support/aws/cloudfront/viewer-function.ts';

describe('what the viewer functions may be', () => {
  it('is at most 10 KB of code', () => {
    const adopted = adoptedRequestCode({ host: 'h'.repeat(100), folder: `/deployer/${'f'.repeat(64)}` });
    for (const code of [REQUEST_CODE, RESPONSE_CODE, adopted]) expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  });
});

describe('which object a path stands for', () => {
  it('is found again for every path of a large site, and for no other', async () => {
    const paths = Array.from({ length: 10_000 }, (_, index) => `docs/${index % 97}/página ${index}.html`);
    const site = siteOf({ v: 'ver_a.1', paths });
    expect([...site.values.values()].every((value) => value.length <= 1_024)).toBe(true);
    for (const path of paths.filter((_, index) => index % 101 === 0)) {
      const { uri } = await site.ask(`/${path.split('/').map(encodeURIComponent).join('/')}`);
      expect(uri).toBe(`/f/${keyOf('ver_a.1', path)}`);
    }
    expect(await site.ask('/docs/1/page.html')).toMatchObject({ statusCode: 404 });
  });

  it('changes three values of the store when one of 10,000 files does', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => entryOf('ver_a.1', `f${index}.js`));
    const before = pagesOf(entries).values;
    const after = pagesOf([...entries.slice(1), entryOf('ver_b.1', 'f0.js')]).values;
    expect([...after.keys()].filter((key) => !before.has(key))).toHaveLength(3);
  });

  it.each([
    ['/', 'index.html'],
    ['/about', 'about.html'],
    ['/guide/', 'guide/index.html'],
    ['/guide/?a=1', 'guide/index.html'],
    ['/%61bout', 'about.html'],
    ['/.well-known/security.txt', '.well-known/security.txt'],
    ['/no/such', '404.html'],
    ['/.env', '404.html'],
  ])('is the right one for %s', async (asked, path) => {
    const paths = ['index.html', 'about.html', 'guide/index.html', '.well-known/security.txt', '.env', '404.html'];
    const { uri } = await siteOf({ v: 'ver_a.1', paths }).ask(asked);
    expect(uri).toBe(`/${path === '404.html' ? 'e' : 'f'}/${keyOf('ver_a.1', path)}`);
  });

  it('leads to the folder where a path lacks its slash, with what was asked', async () => {
    const { statusCode, headers } = await siteOf({ v: 'ver_a.1', paths: ['a/guide/index.html'] }).ask('/a/guide?x=1&y');
    expect([statusCode, headers['location']?.value]).toEqual([308, './guide/?x=1&y']);
  });

  it.each(['/%', '/a/../b', '/a%2f..%2fb', '/a\\b', '/a%00b', '//host/path'])('refuses %s', async (asked) => {
    expect(await siteOf({ v: 'ver_a.1', paths: ['index.html'] }).ask(asked)).toMatchObject({ statusCode: 400 });
  });

  it('is the app for places within it, and nothing for files that are missing', async () => {
    const site = siteOf({ v: 'ver_a.1', paths: ['index.html', 'app.js'], spa: 'index.html' });
    expect((await site.ask('/orders/17')).uri).toBe(`/f/${keyOf('ver_a.1', 'index.html')}`);
    expect(await site.ask('/orders/app.js')).toMatchObject({ statusCode: 404 });
  });

  it('is compressed for viewers who take that', async () => {
    const site = siteOf({ v: 'ver_a.1', paths: ['index.html'], flags: FLAG.brotli | FLAG.gzip });
    const ends = ['br, gzip', 'gzip;q=0.5', 'br;q=0, gzip', ''].map(async (accepted) => {
      const { uri } = await site.ask('/', { headers: { 'accept-encoding': { value: accepted } } });
      return uri.slice(`/f/${keyOf('ver_a.1', 'index.html')}`.length);
    });
    expect(await Promise.all(ends)).toEqual(['.br', '.gz', '.gz', '']);
  });
});

describe('which release a viewer gets', () => {
  it.each([10, 50])('is the next one for %i % of them, and stays that', async (percent) => {
    const site = siteOf({ v: 'ver_a.1', paths: ['index.html'] }, { v: 'ver_b.1', paths: ['index.html'] });
    site.live({ next: site.marks[1] as Mark, share: percent * 100 });
    const next = `/f/${keyOf('ver_b.1', 'index.html')}`;
    const viewers = Array.from(
      { length: 4_000 },
      (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    );
    const led = await Promise.all(viewers.map(async (ip) => (await site.ask('/', { ip })).uri === next));
    expect(Math.abs((led.filter(Boolean).length / viewers.length) * 100 - percent)).toBeLessThan(1.5);
    site.live({ next: site.marks[1] as Mark, share: Math.min(10_000, percent * 200) });
    const first = viewers.filter((_, index) => led[index]).slice(0, 100);
    for (const ip of first) expect((await site.ask('/', { ip })).uri).toBe(next);
  });

  it('is the one that somebody names who knows its token, and none where that is not here yet', async () => {
    const site = siteOf({ v: 'ver_a.1', paths: ['index.html'] }, { v: 'ver_b.1', paths: ['index.html'] });
    site.values.set('ctoken', JSON.stringify(site.marks[1]));
    site.values.set('cearly', JSON.stringify({ ...site.marks[1], v: 'ver_c.1', r: 'not here yet' }));
    site.live({ kept: [site.marks[1] as Mark] });
    const next = `/f/${keyOf('ver_b.1', 'index.html')}`;
    expect((await site.ask('/', { headers: { 'x-deployer-release': { value: 'token' } } })).uri).toBe(next);
    expect((await site.ask('/?deployer-release=token')).uri).toBe(next);
    expect(await site.ask('/?deployer-release=unknown')).toMatchObject({ statusCode: 503 });
    expect(await site.ask('/?deployer-release=early')).toMatchObject({ statusCode: 503 });
  });

  it('does not take the parts from pages that were loaded before, but takes what was removed', async () => {
    const old = { v: 'ver_a.1', paths: ['index.html', 'app.1.js', 'gone.html'], flags: FLAG.kept };
    const site = siteOf({ v: 'ver_b.1', paths: ['index.html'] }, old);
    site.live({ kept: [site.marks[1] as Mark] });
    expect((await site.ask('/app.1.js')).uri).toBe(`/f/${keyOf('ver_a.1', 'app.1.js')}`);
    expect((await siteOf({ v: 'ver_b.1', paths: ['index.html'] }).ask('/app.1.js')).statusCode).toBe(404);
  });

  it('is the one before while the pages of a new one are still on their way', async () => {
    const site = siteOf({ v: 'ver_b.1', paths: ['index.html'] }, { v: 'ver_a.1', paths: ['index.html'] });
    site.live({ kept: [site.marks[1] as Mark] });
    site.values.delete(`p${site.marks[0]?.r}`);
    expect((await site.ask('/')).uri).toBe(`/f/${keyOf('ver_a.1', 'index.html')}`);
  });

  it('is none before the first deploy', async () => {
    const site = siteOf({ v: 'ver_a.1', paths: ['index.html'] });
    site.values.delete('live');
    expect(await site.ask('/')).toMatchObject({ statusCode: 503 });
  });
});

describe('what browsers are told', () => {
  const answer = viewerFunction(RESPONSE_CODE, () => undefined);
  const told = async (headers: Record<string, string>) =>
    (await answer({
      viewer: { ip: '' },
      request: {} as ViewerRequest,
      response: {
        statusCode: 200,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
      },
    })) as ViewerResponse;

  it('is nothing of how long CloudFront keeps a file, and that an error page is one', async () => {
    const page = await told({
      'cache-control': 'public, max-age=0, s-maxage=31536000, must-revalidate',
      'x-amz-meta-deployer-status': '404',
    });
    expect(page.statusCode).toBe(404);
    expect(page.headers['cache-control']?.value).toBe('public, max-age=0, must-revalidate');
    expect(Object.keys(page.headers)).toEqual(['cache-control', 'x-content-type-options']);
  });
});

describe('which files never change', () => {
  it.each([
    ['assets/app.3f9c2a71.js', true],
    ['assets/app-3f9c2a71b0.min.css', true],
    ['assets/index-Bx3_kQ9z.js', true],
    ['assets/app.3f9c2a71.js.map', true],
    ['photos/holiday-20240101.jpg', false],
    ['photos/summer-vacation.jpg', false],
    ['app.3f9c2a71.html', false],
    ['app.js', false],
    ['static/plain.js', true],
  ])('%s: %s', (path, immutable) => {
    expect(isImmutable(path, ['static'])).toBe(immutable);
  });
});

interface Given {
  readonly v: string;
  readonly paths: readonly string[];
  readonly spa?: string;
  readonly flags?: number;
}

interface Asked {
  readonly ip?: string;
  readonly headers?: ViewerRequest['headers'];
}

function keyOf(v: string, path: string): string {
  return Buffer.from(`${v}/${path}`).toString('base64url').padEnd(27, '_').slice(-27);
}

function entryOf(v: string, path: string, flags = 0): PageEntry {
  return { path, key: keyOf(v, path), flags };
}

/** A store with releases, the first of which is live, and what the function makes of requests. */
function siteOf(...releases: readonly Given[]) {
  const values = new Map<string, string>();
  const marks = releases.map(({ v, paths, spa, flags }): Mark => {
    const pages = pagesOf(paths.map((path) => entryOf(v, path, flags)));
    for (const [key, value] of pages.values) values.set(key, value);
    return { v, r: pages.root, d: pages.depth, n: pages.count, ...(spa ? { s: spa } : {}) };
  });
  const live = (more: Partial<Live> = {}) =>
    void values.set('live', JSON.stringify({ current: marks[0], kept: [], ...more }));
  live();
  const handler = viewerFunction(REQUEST_CODE, (key) => values.get(key));
  const ask = async (url: string, { ip = '192.0.2.1', headers = {} }: Asked = {}) => {
    const [uri = '', query = ''] = url.split('?');
    const querystring = Object.fromEntries([...new URLSearchParams(query)].map(([name, value]) => [name, { value }]));
    const request = { method: 'GET', uri, querystring, headers, cookies: {} };
    return (await handler({ viewer: { ip }, request })) as ViewerRequest & ViewerResponse;
  };
  return { values, marks, live, ask };
}
