import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../../../src/core/driver.ts';
import type { Json } from '../../../../src/core/json.ts';
import { certificatesOf } from '../../../support/aws/acm/service.ts';
import { hostsOf } from '../../../support/aws/cloudfront/state.ts';
import { bucketsOf } from '../../../support/aws/s3/state.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../../support/aws-static-world.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/1234';
const HOST = 'www.example.com';
const OPTIONS = { kind: 'static', domains: [HOST], certificate: CERTIFICATE };

let world: AwsStaticWorld;
beforeAll(async () => {
  world = await createAwsStaticWorld();
  const certificates = certificatesOf({ ...anywhere(), account: '111111111111', region: 'us-east-1' });
  certificates.set(CERTIFICATE, { names: [HOST], status: 'ISSUED', at: new Date(0) });
});
afterAll(() => world.end());

describe('a site with options', () => {
  it('has its types, headers, compressed forms, places within the app, and its own domain', async () => {
    const options = { ...OPTIONS, spa: true, compress: 'ahead', immutable: ['fixed'] };
    const target = await world.provisioned(world.target({ name: 'optional', options }));
    const page = '<p>one</p>'.repeat(500);
    const files = { 'index.html': page, healthz: 'ok', 'fixed/a b.svg': '<svg/>', 'big.bin': 'x'.repeat(9_000_000) };
    const { ref, url } = await place(target, files);
    expect(url).toBe(`https://${HOST}`);
    await lead(target, ref);
    const [plain, brotli, gzip, inside, fixed, big] = await Promise.all([
      ask('/'),
      ask('/', { 'accept-encoding': 'gzip, br' }),
      ask('/', { 'accept-encoding': 'gzip' }),
      ask('/orders/17'),
      ask('/fixed/a%20b.svg'),
      ask('/big.bin'),
    ]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=0, must-revalidate',
      'x-content-type-options': 'nosniff',
    });
    expect([plain.text, inside.text]).toEqual([page, page]);
    expect(brotliDecompressSync(brotli.bytes).toString()).toBe(page);
    expect(gunzipSync(gzip.bytes).toString()).toBe(page);
    expect([brotli, gzip].map(({ headers }) => headers['content-encoding'])).toEqual(['br', 'gzip']);
    expect(fixed.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(big.bytes.length).toBe(9_000_000);
    expect(Object.keys(big.headers).filter((name) => name.startsWith('x-amz'))).toEqual([]);
    await world.driver.destroy(target, world.context());
  });

  it('is refused where another distribution has its domain, or no certificate covers it', async () => {
    const other = await world.provisioned(world.target({ name: 'other', options: OPTIONS }));
    const target = await world.provisioned(world.target({ name: 'late', options: { kind: 'static' } }));
    const asked = {
      ...target,
      service: { ...target.service, options: world.target({ options: OPTIONS }).service.options },
    };
    expect(await world.driver.preflight(asked, world.context())).toMatchObject([
      { code: 'PROJECT_NAME_TAKEN', message: expect.stringContaining(HOST), path: 'services.late.aws.domains' },
    ]);
    const bare = world.target({ name: 'bare', options: { kind: 'static', domains: [HOST] } });
    expect(await world.driver.preflight(bare, world.context())).toMatchObject([
      { code: 'INVALID_CONFIG', path: 'services.bare.aws.certificate' },
    ]);
    for (const one of [other, target]) await world.driver.destroy(one, world.context());
    expect(hostsOf(anywhere()).size).toBe(0);
  });
});

describe('releases that share files', () => {
  it('lose only their own when they are retired, and are taken again where they were kept', async () => {
    const target = await world.provisioned(world.target({ name: 'sharing', options: { kind: 'static' } }));
    const [shared, healthz] = ['the same in both', 'ok'];
    const one = await place(target, { 'index.html': 'one', 'shared.js': shared, 'own.js': 'of one', healthz });
    await lead(target, one.ref);
    const two = await place(target, { 'index.html': 'two', 'shared.js': shared, healthz }, { version_id: 'ver_two' });
    await lead(target, two.ref);
    expect(texts()).toHaveLength(5);
    const before = world.server.requests.length;
    const kept = await place(target, { 'index.html': 'one' }, { kept: one.ref });
    expect(kept.ref).toEqual(one.ref);
    expect(world.server.requests.slice(before).filter(({ operation }) => operation === 'PutObject')).toEqual([]);
    await world.driver.retire(target, one.ref, world.context());
    expect(texts().sort()).toEqual(['ok', 'the same in both', 'two']);
    expect(await world.ask(`${two.url}/shared.js`)).toBe(shared);
    expect(await world.ask(`${two.url}/own.js`)).toBe('Not found');
    await world.driver.destroy(target, world.context());
  });
});

function place(
  target: Target,
  files: Readonly<Record<string, string>>,
  more: { version_id?: string; kept?: Json } = {},
) {
  const version_id = more.version_id ?? 'ver_one';
  return world
    .artifact(files)
    .then((artifact) => world.driver.deploy(target, { artifact, variables: {}, ...more, version_id }, world.context()));
}

async function lead(target: Target, ref: Json): Promise<void> {
  await world.driver.traffic?.(target, [{ ref, percent: 100 }], world.context());
}

function ask(path: string, headers: Readonly<Record<string, string>> = {}) {
  return world.edge.ask(HOST, path, headers);
}

function anywhere() {
  return { world: world.server.world, account: '', region: '' };
}

/** What lies in buckets, of files. */
function texts(): string[] {
  const objects = [...bucketsOf(anywhere()).values()].flatMap(({ objects: all }) => [...all]);
  return objects.filter(([key]) => key.startsWith('f/')).map(([, { bytes }]) => bytes.toString());
}
