import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aws as commandLine, hasAws, installAws } from '../support/aws/command-line.ts';
import { failureOf } from '../support/failure-of.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type AwsStores, awsStores } from '../support/stores/aws.ts';

const KEY = 'arn:aws:kms:eu-west-1:999999999999:key/11111111-1111-4111-8111-111111111111';

let world: SecretWorld;
let aws: AwsStores;

beforeAll(async () => {
  [world, aws] = await Promise.all([secretWorld(), awsStores()]);
});
beforeEach(() => {
  aws.server.requests.length = 0;
  expect(aws.server.faults.left).toBe(0);
});
afterAll(async () => {
  expect(aws.server.rejected).toEqual([]);
  await Promise.all([world.dispose(), aws.server.close()]);
});

const access = () => ({ environment: aws.server.environment(), clock: new InstantClock() });
const store = (reference: string, value: string) => world.store(reference, value, access());
const asked = (operation: string) => aws.server.requests.filter((request) => request.operation === operation);

/** What went wrong, which must not tell the value. */
async function refusalOf(reference: string, value = 'hunter2-new') {
  const failure = await failureOf(store(reference, value));
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  return failure;
}

describe('a value that goes into a parameter of Systems Manager', () => {
  test('makes it, sealed; is a new version of it; is none when nothing changes', async () => {
    expect(await store('aws-ssm:/new/key', 'one')).toBe('changed');
    expect(await store('aws-ssm:/new/key', 'two')).toBe('changed');
    expect(await store('aws-ssm:/new/key', 'two')).toBe('unchanged');
    expect(aws.parameters.get('/new/key')).toEqual(['one', 'two']);
    expect(asked('PutParameter').map(({ input: { Type, Overwrite } }) => [Type, Overwrite])).toEqual([
      ['SecureString', false],
      ['SecureString', true],
    ]);
    expect(await world.valueOf('aws-ssm:/new/key', access())).toBe('two');
  });

  test('leaves key, tier, description, pattern and policies as they are, however many versions there are', async () => {
    const traits = {
      Type: 'SecureString',
      KeyId: KEY,
      Tier: 'Advanced',
      Description: 'of the shop',
      AllowedPattern: '^v',
      Policies: '[{"Type":"NoChangeNotification","Version":"1.0"},{"Type":"Expiration","Version":"1.0"}]',
    };
    aws.parameters.set(
      '/shop/old',
      Array.from({ length: 70 }, (_, index) => `v${index}`),
    );
    aws.traits.set('/shop/old', traits);
    const long = `v${'x'.repeat(8_000)}`;
    expect(await store('aws-ssm:/shop/old', long)).toBe('changed');
    expect(aws.traits.get('/shop/old')).toEqual(traits);
    expect(aws.parameters.get('/shop/old')?.slice(-2)).toEqual(['v69', long]);
  });

  test.each([
    ['lost'],
    ['half'],
    ['reset'],
    ['throttle'],
  ] as const)('is there once when the answer is %s', async (fault) => {
    for (const [name, after] of [
      [`/made/${fault}`, 1],
      [`/made/${fault}`, 2],
    ] as const) {
      aws.server.faults.next({ service: 'ssm', operation: 'PutParameter', fault });
      expect(await store(`aws-ssm:${name}`, `value ${after}`)).toBe('changed');
      expect(aws.parameters.get(name)).toHaveLength(after);
    }
  });

  test('does not take the place of one that somebody makes in between without its key', async () => {
    const stop = aws.server.watch((call, moment) => {
      if (call.operation !== 'PutParameter' || moment !== 'before' || aws.parameters.has('/shop/raced')) return;
      aws.parameters.set('/shop/raced', ['of somebody']);
      aws.traits.set('/shop/raced', { Type: 'SecureString', KeyId: KEY });
    });
    expect(await store('aws-ssm:/shop/raced', 'mine')).toBe('changed');
    stop();
    expect(aws.parameters.get('/shop/raced')).toEqual(['of somebody', 'mine']);
    expect(aws.traits.get('/shop/raced')).toMatchObject({ KeyId: KEY });
  });

  test('is refused before it is asked for where it must not lie', async () => {
    aws.parameters.set('/shop/clear', ['plain']);
    aws.traits.set('/shop/clear', { Type: 'String' });
    expect(await refusalOf('aws-ssm:/shop/clear')).toMatchObject({ code: 'GATE_REFUSED' });
    expect(await refusalOf('aws-ssm:/shop/clear@1')).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await refusalOf('aws-ssm:/shop#KEY')).toMatchObject({
      code: 'INVALID_CONFIG',
      fix: expect.stringContaining('aws-ssm:/shop/{KEY}'),
    });
    expect(asked('PutParameter')).toEqual([]);
  });

  test.each([
    ['/shop/short', 'x'.repeat(4_097), 'INVALID_ENV', '4096 bytes'],
    ['/shop/form', 'hunter2', 'INVALID_ENV', 'AllowedPattern'],
    ['/shop/nested', '{{hunter2}}', 'INVALID_ENV', 'does not take'],
    ['/shop/full', 'hunter2', 'QUOTA_EXCEEDED', 'has a label'],
  ])('%s does not take it, and says why without it', async (name, value, code, words) => {
    aws.parameters.set('/shop/form', ['v1']);
    aws.traits.set('/shop/form', { AllowedPattern: '^v' });
    aws.parameters.set('/shop/full', ['v1']);
    aws.traits.set('/shop/full', { isFull: true });
    expect(await refusalOf(`aws-ssm:${name}`, value)).toMatchObject({ code, reason: expect.stringContaining(words) });
  });

  test.each([
    'ssm:GetParameters',
    'ssm:GetParameterHistory',
    'ssm:PutParameter',
  ])('names %s when it lacks', async (right) => {
    aws.parameters.set('/shop/right', ['hunter2']);
    const allow = aws.server.deny(right);
    expect(await refusalOf('aws-ssm:/shop/right')).toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
      reason: expect.stringContaining(right === 'ssm:PutParameter' ? 'no right to write' : 'no right to read'),
      fix: expect.stringContaining(right),
    });
    allow();
  });
});

describe('a value that goes into a secret of Secrets Manager', () => {
  const current = (name: string) => {
    const { versions = [], stages = {} } = aws.secrets.get(name) ?? {};
    const id = stages['AWSCURRENT'] ?? versions.at(-1)?.id;
    return versions.find((version) => version.id === id)?.text;
  };
  const put = (name: string, text: string) =>
    aws.secrets.set(name, { versions: [{ id: '11111111-1111-4111-8111-111111111111', text }] });

  test('makes the secret, and then sets keys beside the others; none when nothing changes', async () => {
    expect(await store('aws-sm:new/shop#url', 'one')).toBe('changed');
    expect(await store('aws-sm:new/shop#key', 'two')).toBe('changed');
    expect(await store('aws-sm:new/shop#key', 'two')).toBe('unchanged');
    expect(JSON.parse(current('new/shop') ?? '')).toEqual({ url: 'one', key: 'two' });
    expect(aws.secrets.get('new/shop')?.versions).toHaveLength(2);
    expect(await world.valueOf('aws-sm:new/shop#key', access())).toBe('two');
    expect(await world.valueOf('aws-sm:new/shop#url@AWSPREVIOUS', access())).toBe('one');
    expect(await store('aws-sm:new/TEXT', 'whole')).toBe('changed');
    expect(await store('aws-sm:new/TEXT', 'other')).toBe('changed');
    expect(current('new/TEXT')).toBe('other');
  });

  test('fills one that has no value yet, and one that its ARN names', async () => {
    const arn = `arn:aws:secretsmanager:eu-west-1:${aws.account}:secret:shop-AbCdEf`;
    aws.secrets.set('empty', { versions: [] });
    put(arn, '{"url":"one"}');
    expect(await store('aws-sm:empty#key', 'two')).toBe('changed');
    expect(await store(`aws-sm:${arn}#key`, 'two')).toBe('changed');
    expect([current('empty'), current(arn)]).toEqual(['{"key":"two"}', '{"url":"one","key":"two"}']);
  });

  test('is not lost, nor loses one, when another writer comes in between', async () => {
    put('raced', '{"url":"one"}');
    let others = 2;
    const stop = aws.server.watch(({ operation }, moment) => {
      const secret = aws.secrets.get('raced');
      if (operation !== 'UpdateSecretVersionStage' || moment !== 'before' || !secret || others-- <= 0) return;
      const id = `22222222-2222-4222-8222-22222222222${others}`;
      const versions = [...secret.versions, { id, text: `{"url":"other ${others}"}` }];
      aws.secrets.set('raced', { ...secret, versions, stages: { ...secret.stages, AWSCURRENT: id } });
    });
    expect(await store('aws-sm:raced#key', 'mine')).toBe('changed');
    stop();
    expect(current('raced')).toBe('{"url":"other 0","key":"mine"}');
  });

  test.each([
    ['CreateSecret', 'lost', 1],
    ['PutSecretValue', 'lost', 2],
    ['PutSecretValue', 'half', 2],
    ['UpdateSecretVersionStage', 'lost', 2],
  ] as const)('is there once when %s is %s', async (operation, fault, versions) => {
    const name = `made/${operation}-${fault}`;
    if (versions === 2) put(name, '{"url":"one"}');
    // Once more often than the SDK tries by itself, or once.
    const times = fault === 'half' ? 5 : 1;
    aws.server.faults.next({ service: 'secretsmanager', operation, fault, times });
    expect(await store(`aws-sm:${name}#key`, 'two')).toBe('changed');
    expect(aws.secrets.get(name)?.versions).toHaveLength(versions);
    expect(current(name)).toContain('"key":"two"');
    aws.server.faults.clear();
  });

  test.each<[string, string, string]>([
    ['aws-sm:text#key', 'INVALID_ENV', 'is not a JSON object'],
    ['aws-sm:binary#key', 'INVALID_ENV', 'is binary'],
    ['aws-sm:object', 'INVALID_ENV', 'would be lost'],
    ['aws-sm:numbers#key', 'INVALID_ENV', 'too many digits'],
    ['aws-sm:gone#key', 'MISSING_ENV', 'marked for deletion'],
    ['aws-sm:managed#key', 'INVALID_ENV', 'AWS does not take the new version'],
    ['aws-sm:object#key@AWSPREVIOUS', 'UNSUPPORTED', 'names a version'],
    ['aws-sm:arn:aws:secretsmanager:eu-west-1:111111111111:secret:x#key', 'UNSUPPORTED', 'of another account'],
  ])('%s does not take it, and stays', async (reference, code, words) => {
    put('text', 'hunter2');
    put('object', '{"url":"hunter2"}');
    put('numbers', '{"big":1.2345678901234567e30}');
    aws.secrets.set('binary', { versions: [{ id: 'b'.repeat(32), bytes: 'hunter2' }] });
    aws.secrets.set('gone', { versions: [{ id: 'c'.repeat(32), text: '{}' }], isDeleted: true });
    aws.secrets.set('managed', { versions: [{ id: 'd'.repeat(32), text: '{}' }], isManaged: true });
    const before = new Map(aws.secrets);
    expect(await refusalOf(reference)).toMatchObject({ code, reason: expect.stringContaining(words) });
    expect(aws.secrets).toEqual(before);
  });

  test.each([
    'GetSecretValue',
    'CreateSecret',
    'PutSecretValue',
    'UpdateSecretVersionStage',
  ])('names the right %s when it lacks', async (name) => {
    put('right', '{}');
    const allow = aws.server.deny(`secretsmanager:${name}`);
    expect(await refusalOf(name === 'CreateSecret' ? 'aws-sm:right/none#key' : 'aws-sm:right#key')).toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
      reason: expect.stringContaining(`no right to ${name === 'GetSecretValue' ? 'read' : 'write'}`),
      fix: expect.stringContaining(`secretsmanager:${name}`),
    });
    allow();
  });
});

test.skipIf(!hasAws())('the official command line reads what was written', async () => {
  await installAws();
  await store('aws-ssm:/cli/key', `it's "new"\n#1`);
  await store('aws-sm:cli/shop#key', `it's "new"`);
  const words = ['secretsmanager', 'get-secret-value', '--secret-id', 'cli/shop'];
  expect(await commandLine(aws.server, words)).toMatchObject({ SecretString: JSON.stringify({ key: `it's "new"` }) });
  const { Parameters } = await commandLine(aws.server, [
    'ssm',
    'get-parameters',
    '--with-decryption',
    '--names',
    '/cli/key',
  ]);
  expect(Parameters).toMatchObject([{ Type: 'SecureString', Value: `it's "new"\n#1`, Version: 1 }]);
});
