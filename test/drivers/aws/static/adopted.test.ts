import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Target } from '../../../../src/core/driver.ts';
import type { Json } from '../../../../src/core/json.ts';
import {
  changeDistribution,
  cloudfrontOf,
  type Distribution,
  makeDistribution,
} from '../../../support/aws/cloudfront/state.ts';
import { type Bucket, bucketsOf, makeBucket, stored } from '../../../support/aws/s3/state.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../../support/aws-static-world.ts';
import { failureOf } from '../../../support/failure-of.ts';

let world: AwsStaticWorld;
beforeAll(async () => {
  world = await createAwsStaticWorld();
});
afterAll(() => world.end());

const ELSEWHERE = { account: '222222222222' };

describe('a bucket of others', () => {
  it('has our files in a folder of their own, once its owner lets CloudFront read them, and keeps all that is theirs', async () => {
    const bucket = bucketOf('their-files');
    const target = world.target({ name: 'guest', options: { kind: 'static', bucket: bucket.name } });
    const [asked, ...more] = await findings(target);
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ level: 'error', code: 'GATE_REFUSED', path: 'services.guest.aws.bucket' });
    const statement = asked?.fix?.slice(asked.fix.indexOf('{')) ?? '';
    bucket.policy = `{"Version":"2012-10-17","Statement":[${statement}]}`;
    const before = { ...bucket };
    expect(await findings(target)).toEqual([]);
    const made = await world.provisioned(target);
    expect(await findings(made)).toEqual([]);
    const url = await deployed(made, 'one');
    expect(await world.ask(url)).toBe('one');
    const keys = [...bucket.objects.keys()].filter((key) => key !== 'theirs.txt');
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((key) => !/^deployer\/shop-prod-guest-[0-9a-f]{8}\/[fer]\//.test(key))).toEqual([]);
    const moved = { ...made, service: { ...made.service, options: world.target().service.options } };
    expect(await findings(moved)).toMatchObject([
      { code: 'GATE_REFUSED', message: expect.stringContaining('their-files') },
    ]);
    await world.driver.destroy(made, world.context());
    expect([...bucket.objects.keys()]).toEqual(['theirs.txt']);
    expect(bucket).toEqual(before);
    expect(leftOf('guest')).toEqual([]);
  });

  it.each<[string, Partial<Bucket>, object, object]>([
    ['is of another account', {}, { code: 'INSUFFICIENT_PERMISSIONS' }, ELSEWHERE],
    [
      'is in another region',
      {},
      { code: 'GATE_REFUSED', fix: expect.stringContaining('aws.region') },
      { region: 'eu-north-1' },
    ],
    ['is a website', { website: true }, { code: 'GATE_REFUSED', fix: expect.stringContaining('website') }, {}],
    ['is public', { publicAccessBlock: {} }, { code: 'GATE_REFUSED', message: expect.stringContaining('public') }, {}],
    [
      'has access control lists',
      { ownerEnforced: false, publicAccessBlock: { RestrictPublicBuckets: true } },
      { code: 'GATE_REFUSED', fix: expect.stringContaining('ACL') },
      {},
    ],
  ])('is refused before anything is made where it %s', async (what, given, expected, place) => {
    const bucket = bucketOf(what.replaceAll(' ', '-'), place);
    const open = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };
    const reading = { ...open, Principal: { Service: ['cloudfront.amazonaws.com'] } };
    Object.assign(bucket, { policy: JSON.stringify({ Statement: [open, reading] }), ...given });
    const target = world.target({ name: 'unsafe', options: { kind: 'static', bucket: bucket.name } });
    expect(await findings(target)).toMatchObject([{ level: 'error', path: 'services.unsafe.aws.bucket', ...expected }]);
  });

  it('is used with a warning where its owner keeps to themselves what it is', async () => {
    const bucket = bucketOf('secretive');
    bucket.policy = JSON.stringify({
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: ['s3:Get*'],
        Resource: 'arn:aws:s3:::secretive/*',
        Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
      },
    });
    const allow = world.server.deny('s3:GetBucketWebsite');
    const target = world.target({ name: 'seen', options: { kind: 'static', bucket: 'secretive' } });
    expect(await findings(target)).toMatchObject([
      { level: 'warning', message: expect.stringContaining('GetBucketWebsite') },
    ]);
    allow();
  });
});

describe('a distribution of others', () => {
  it('shows what it did until its owner has set our functions and a release is live, and again when they are gone', async () => {
    const { theirs, host } = distributionOf('old-site');
    const target = world.target({ name: 'tenant', options: { kind: 'static', distribution: theirs.id } });
    expect(await findings(target)).toMatchObject([
      { level: 'warning', fix: expect.stringContaining('viewer-request') },
    ]);
    const made = await world.provisioned(target);
    const failure = await failureOf(placed(made, 'one'));
    expect(failure).toMatchObject({ code: 'GATE_REFUSED', fix: expect.stringContaining(theirs.id) });
    const { left = [] } = (await world.driver.destroy(made, { ...world.context(), undoing: true })) ?? {};
    expect(left).toEqual([expect.stringContaining('-tenant-')]);
    expect(await findings(target)).toMatchObject([{ level: 'error', code: 'GATE_REFUSED', fix: failure?.fix }]);

    const bare = theirs.config;
    const functions = [...(failure?.fix ?? '').matchAll(/(viewer-\w+) to (arn:\S+?),? /g)];
    const FunctionAssociations = functions.map(([, EventType, FunctionARN]) => ({ EventType, FunctionARN }));
    change(theirs, { ...bare, DefaultCacheBehavior: { ...bare.DefaultCacheBehavior, FunctionAssociations } });
    expect(await world.ask(host)).toBe('what was there before');
    expect(await findings(target)).toEqual([]);

    const one = await placed(made, 'one');
    expect(one.url).toBe('https://www.example.com');
    expect(await world.ask(one.internal_url ?? '')).toBe('one');
    expect(await world.ask(host)).toBe('what was there before');
    await lead(made, one.ref);
    expect(await world.ask(host)).toBe('one');
    expect(await world.ask(`${host}/no/such`)).toBe('Not found');
    expect(await world.driver.inspect(made, world.context())).toMatchObject({ state: 'present', url: one.url });

    const before = theirs.etag;
    expect(await failureOf(world.driver.destroy(made, world.context()))).toMatchObject({ code: 'GATE_REFUSED' });
    expect(await world.ask(host)).toBe('one');
    expect(theirs.etag).toBe(before);
    change(theirs, bare);
    await world.driver.destroy(made, world.context());
    expect(await world.ask(host)).toBe('what was there before');
    expect(leftOf('tenant')).toEqual([]);
  });

  it.each<[string, (of: Distribution) => object, object]>([
    ['is not there', () => ({}), { code: 'NOT_FOUND' }],
    ['is switched off', ({ config }) => ({ ...config, Enabled: false }), { code: 'GATE_REFUSED' }],
    [
      'runs another function',
      ({ config }) => ({
        ...config,
        DefaultCacheBehavior: {
          ...config.DefaultCacheBehavior,
          LambdaFunctionAssociations: [
            { EventType: 'viewer-request', LambdaFunctionARN: 'arn:aws:lambda:us-east-1:1:function:x:1' },
          ],
        },
      }),
      { code: 'GATE_REFUSED', message: expect.stringContaining('viewer-request') },
    ],
  ])('is refused before anything is made where it %s', async (what, configured, expected) => {
    const { theirs } = distributionOf(what.replaceAll(' ', '-'), '');
    theirs.config = configured(theirs);
    const distribution = what === 'is not there' ? 'E0000000000000' : theirs.id;
    const target = world.target({ name: 'unled', options: { kind: 'static', distribution } });
    expect(await findings(target)).toMatchObject([
      { level: 'error', path: 'services.unled.aws.distribution', ...expected },
    ]);
  });

  it('needs no right to make one, nor a bucket where that is of others too', async () => {
    const denied = ['s3:CreateBucket', 'cloudfront:CreateDistribution'].map((right) => world.server.deny(right));
    const { theirs } = distributionOf('both', '');
    const options = { kind: 'static', distribution: theirs.id, bucket: bucketOf('both-files').name };
    const found = await findings(world.target({ name: 'lean', options }));
    for (const allow of denied) allow();
    expect(found.map(({ code }) => code)).toEqual(['GATE_REFUSED', 'GATE_REFUSED']);
    expect(found[0]?.fix).toContain(`distribution/${theirs.id}"`);
  });
});

test('asks AWS for nothing that its models do not know', () => {
  expect(world.server.rejected.filter((it) => !it.endsWith('does not exist'))).toEqual([]);
});

function findings(target: Target) {
  return world.driver.preflight(target, world.context());
}

function anywhere(more: object = {}) {
  return { world: world.server.world, account: '111111111111', region: 'eu-west-1', ...more };
}

function bucketOf(name: string, place: object = {}): Bucket {
  const bucket = makeBucket(anywhere(place), name, {});
  bucket.objects.set('theirs.txt', stored(Buffer.from('theirs'), new Date(0), {}));
  return bucket;
}

/** One that shows a page of a bucket which has nothing to do with us. */
function distributionOf(name: string, alias = 'www.example.com') {
  const bucket = makeBucket(anywhere(), name, {});
  const page = { ContentType: 'text/html', CacheControl: 'max-age=60' };
  bucket.objects.set('', stored(Buffer.from('what was there before'), new Date(0), page));
  const config = {
    Enabled: true,
    Origins: [{ Id: 'old', DomainName: `${name}.s3.eu-west-1.amazonaws.com` }],
    DefaultCacheBehavior: { TargetOriginId: 'old', ViewerProtocolPolicy: 'redirect-to-https' },
    ...(alias ? { Aliases: [alias], ViewerCertificate: { AcmCertificateArn: 'arn' } } : {}),
  };
  const theirs = makeDistribution(anywhere(), config, new Map());
  const source = { 'AWS:SourceArn': `arn:aws:cloudfront::111111111111:distribution/${theirs.id}` };
  bucket.policy = JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Resource: `arn:aws:s3:::${name}/*`,
        Condition: { StringEquals: source },
      },
    ],
  });
  return { theirs, host: `https://${theirs.domain}` };
}

function change(theirs: Distribution, config: Distribution['config']): void {
  changeDistribution(anywhere(), theirs, config);
}

async function placed(target: Target, text: string) {
  const artifact = await world.artifact({ 'index.html': text, healthz: 'ok' });
  return world.driver.deploy(target, { version_id: `ver_${text}`, artifact, variables: {} }, world.context());
}

async function lead(target: Target, ref: Json): Promise<void> {
  await world.driver.traffic?.(target, [{ ref, percent: 100 }], world.context());
}

async function deployed(target: Target, text: string): Promise<string> {
  const { ref, url } = await placed(target, text);
  await lead(target, ref);
  return url ?? '';
}

/** Names of what was made for a service. */
function leftOf(service: string): readonly string[] {
  const { distributions: _, ...named } = cloudfrontOf(anywhere());
  const things = Object.values(named).flatMap((all) => [...all.values()]);
  return [...bucketsOf(anywhere()).keys(), ...things.map((it) => JSON.stringify(it))].filter((it) =>
    it.includes(`-${service}-`),
  );
}
