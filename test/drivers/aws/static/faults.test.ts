import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../../../src/core/driver.ts';
import { cloudfrontOf } from '../../../support/aws/cloudfront/state.ts';
import { bucketsOf } from '../../../support/aws/s3/state.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../../support/aws-static-world.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { persistently } from '../../../support/quick-world.ts';

let world: AwsStaticWorld;
beforeAll(async () => {
  world = await createAwsStaticWorld();
});
afterAll(() => world.end());

/** Every call that changes something, over the life of a target. */
const CALLS = [
  ['cloudformation', 'CreateChangeSet'],
  ['cloudformation', 'ExecuteChangeSet'],
  ['s3', 'PutObject'],
  ['cloudfront-keyvaluestore', 'UpdateKeys'],
  ['s3', 'DeleteObjects'],
  ['cloudformation', 'DeleteStack'],
] as const;

describe('calls whose answers are lost', () => {
  it('end in the same things, none twice', async () => {
    for (const [service, operation] of CALLS) world.server.faults.next({ fault: 'lost', service, operation });
    const { shown, target } = await wholeLife('lost');
    expect(shown).toEqual(['one', 'two', 'one']);
    expect(world.server.faults.left).toBe(0);
    expect(thingsOf()).toEqual([]);
    expect(await world.driver.inspect(target, world.context())).toMatchObject({ state: 'absent' });
  });
});

describe('AWS in trouble', () => {
  it('is asked again where it throttles, and a key that somebody else changed meanwhile is looked at anew', async () => {
    const { faults } = world.server;
    faults.next({ fault: 'throttle', service: 's3', operation: 'PutObject' });
    faults.next({ fault: 'unavailable', service: 'cloudfront-keyvaluestore', operation: 'DescribeKeyValueStore' });
    faults.next({
      fault: 'error',
      code: 'ConflictException',
      message: 'changed',
      status: 409,
      service: 'cloudfront-keyvaluestore',
      operation: 'UpdateKeys',
    });
    expect((await wholeLife('troubled')).shown).toEqual(['one', 'two', 'one']);
    expect(faults.left).toBe(0);
  });

  it.each([
    ['cloudformation:DescribeStacks', 'INSUFFICIENT_PERMISSIONS', 'DescribeStacks'],
    ['s3:ListBucket', 'INSUFFICIENT_PERMISSIONS', 'headBucket'],
  ])('is seen before anything is made where %s is missing', async (right, code, named) => {
    const allow = world.server.deny(right);
    const found = await world.driver.preflight(world.target({ name: 'denied' }), world.context());
    allow();
    expect(found).toMatchObject([{ level: 'error', code, message: expect.stringContaining(named) }]);
    expect(thingsOf()).toEqual([]);
  });

  it('is seen before anything is made where the account is another, or the bucket was left behind', async () => {
    const options = { kind: 'static', account: '222222222222' };
    const wrong = await world.driver.preflight(world.target({ name: 'wrong', options }), world.context());
    expect(wrong).toMatchObject([{ code: 'GATE_REFUSED', message: expect.stringContaining('111111111111') }]);
    const target = await deployed('taken');
    const [bucket] = bucketsOf({ world: world.server.world, account: '', region: '' }).keys();
    await world.driver.destroy(target, world.context());
    await s3('CreateBucket', bucket);
    const taken = await world.driver.preflight({ ...target, resource: null }, world.context());
    expect(taken).toMatchObject([{ code: 'PROJECT_NAME_TAKEN', message: expect.stringContaining(String(bucket)) }]);
    await s3('DeleteBucket', bucket);
  });

  it('names the file that could not go up', async () => {
    const target = await world.provisioned(world.target({ name: 'spoilt' }));
    world.server.faults.next({ fault: 'expired', service: 's3', operation: 'PutObject', times: 4 });
    const artifact = await world.artifact({ 'index.html': 'one' });
    const failure = await failureOf(
      world.driver.deploy(target, { version_id: 'ver_a', artifact, variables: {} }, world.context()),
    );
    expect(failure).toMatchObject({ code: 'AUTH_FAILED', reason: expect.stringContaining('index.html') });
    world.server.faults.clear();
    await world.driver.destroy(target, world.context());
  });
});

async function s3(operation: 'CreateBucket' | 'DeleteBucket', Bucket = ''): Promise<void> {
  const { world: aws } = world.server;
  const call = {
    world: aws,
    account: '111111111111',
    region: 'eu-west-1',
    request: '',
    caller: { arn: '', userId: '' },
  };
  const given = { LocationConstraint: 'eu-west-1' };
  const input = { Bucket, BucketNamespace: 'account-regional', CreateBucketConfiguration: given };
  await aws.services.find(({ signedFor }) => signedFor === 's3')?.operations[operation]?.(input, call);
}

async function deployed(name: string): Promise<Target> {
  const target = await world.provisioned(world.target({ name }));
  await place(target, 'one', 'ver_one');
  return target;
}

/** What users see after a deploy, another, and the way back; each step as often as it takes. */
async function wholeLife(name: string) {
  const { driver, context, ask } = world;
  const bare = world.target({ name });
  const { resource } = await persistently((given) => driver.provision?.(bare, given), context());
  const target = { ...bare, resource };
  const shown: string[] = [];
  const one = await place(target, 'one', 'ver_one');
  await lead(target, one.ref);
  shown.push(await ask(one.url ?? ''));
  const two = await place(target, 'two', 'ver_two');
  await lead(target, two.ref);
  shown.push(await ask(one.url ?? ''));
  await lead(target, one.ref);
  shown.push(await ask(one.url ?? ''));
  const before = await driver.inspect(target, context());
  expect(before.releases).toHaveLength(2);
  await persistently((given) => driver.retire(target, two.ref, given), context());
  await persistently((given) => driver.destroy(target, given), context());
  return { shown, target };
}

async function place(target: Target, label: string, version_id: string) {
  const artifact = await world.artifact({ 'index.html': label, healthz: 'ok' });
  const request = { version_id, artifact, variables: {} };
  return persistently((given) => world.driver.deploy(target, request, given), world.context());
}

async function lead(target: Target, ref: unknown): Promise<void> {
  const shares = [{ ref: ref as string, percent: 100 }];
  await persistently((given) => world.driver.traffic?.(target, shares, given), world.context());
}

function thingsOf(): readonly string[] {
  const place = { world: world.server.world, account: '111111111111', region: 'eu-west-1' };
  const things = Object.values(cloudfrontOf(place)).flatMap((all) => [...all.keys()]);
  return [...things, ...bucketsOf(place).keys()];
}
