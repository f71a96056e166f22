import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/loopback.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type AwsStores, awsStores } from '../support/stores/aws.ts';
import { storeFake } from '../support/stores/store-fake.ts';

const OLD = '11111111-1111-4111-8111-111111111111';
const NEW = '22222222-2222-4222-8222-222222222222';

let world: SecretWorld;
let aws: AwsStores;

beforeAll(async () => {
  [world, aws] = await Promise.all([secretWorld(), awsStores()]);
  const text = (url: string) => JSON.stringify({ url, port: 5432, empty: '' });
  aws.secrets.set('shop/db', {
    versions: [
      { id: OLD, text: text('url of before') },
      { id: NEW, text: text('url of now') },
    ],
  });
  aws.secrets.set('plain', { versions: [{ id: NEW, text: 'a text of its own' }] });
  aws.secrets.set('binary', { versions: [{ id: NEW, bytes: 'hunter2' }] });
  aws.secrets.set('gone', { versions: [{ id: NEW, text: 'hunter2' }], isDeleted: true });
  aws.secrets.set('sealed', { versions: [{ id: NEW, text: 'hunter2' }], isSealed: true });
  for (let index = 0; index < 12; index++)
    aws.parameters.set(`/shop/p${index}`, ['value of before', `value of ${index}`]);
  aws.parameters.set('/shop/denied', ['hunter2']);
  aws.denied.add('/shop/denied');
});

beforeEach(() => {
  aws.server.requests.length = 0;
});

afterAll(async () => {
  expect(aws.server.rejected).toEqual([]);
  await Promise.all([world.dispose(), aws.server.close()]);
});

test.each([
  ['aws-sm:shop/db#url', 'url of now'],
  ['aws-sm://shop/db#port', '5432'],
  [`aws-sm:shop/db#url@${OLD}`, 'url of before'],
  ['aws-sm:shop/db#url@AWSPREVIOUS', 'url of before'],
  ['aws-sm:plain', 'a text of its own'],
  ['aws-ssm:/shop/p3', 'value of 3'],
  ['aws-ssm:/shop/p3@1', 'value of before'],
])('%s is read', async (reference, value) => {
  expect(await lookUp(reference)).toBe(value);
});

test('a secret is read once for all its keys, with its version', async () => {
  const references = { A: 'aws-sm:shop/db#url', B: 'aws-sm:shop/db#port', C: 'aws-sm:shop/db#url@AWSPREVIOUS' };
  const { findings, versions } = await world.resolve(references, { environment: access() });
  expect(findings).toMatchObject([{ level: 'warning', message: expect.stringMatching(/^B: /) }]);
  expect(versions).toEqual({ A: NEW, B: NEW, C: OLD });
  expect(aws.server.requests.map(({ operation }) => operation)).toEqual(['GetSecretValue', 'GetSecretValue']);
});

test('twelve parameters are two calls, and one that may not be read does not spoil the others', async () => {
  const references = Object.fromEntries(
    [...aws.parameters.keys()].map((name, index) => [`V${index}`, `aws-ssm:${name}`]),
  );
  const { values, findings } = await world.resolve(references, { environment: access() });
  expect(Object.keys(values)).toHaveLength(12);
  expect(values['V11']?.reveal()).toBe('value of 11');
  expect(findings).toMatchObject([
    { code: 'INSUFFICIENT_PERMISSIONS', message: expect.stringContaining('/shop/denied') },
  ]);
  aws.server.requests.length = 0;
  const { V12: _, ...others } = references;
  await world.resolve(others, { environment: access() });
  expect(aws.server.requests.map(({ input }) => input.Names.length)).toEqual([10, 2]);
});

test.each<[string, string, string]>([
  ['aws-sm:nowhere', 'MISSING_ENV', 'aws-sm:nowhere is not there'],
  ['aws-sm:shop/db#url@AWSPENDING', 'MISSING_ENV', 'aws-sm:shop/db in version AWSPENDING is not there'],
  ['aws-sm:gone', 'MISSING_ENV', 'is marked for deletion'],
  ['aws-sm:sealed', 'INSUFFICIENT_PERMISSIONS', 'cannot be decrypted'],
  ['aws-sm:binary', 'INVALID_ENV', 'is binary'],
  ['aws-sm:plain#key', 'INVALID_ENV', 'is not a JSON object'],
  ['aws-sm:shop/db#uri', 'MISSING_ENV', 'nothing there has the name uri'],
  ['aws-sm:shop/db#empty', 'MISSING_ENV', 'is empty'],
  ['aws-ssm:/shop/nowhere', 'MISSING_ENV', 'aws-ssm:/shop/nowhere is not there'],
  ['aws-ssm:/shop/p1@9', 'MISSING_ENV', 'aws-ssm:/shop/p1@9 is not there'],
  ['aws-sm:sho p', 'INVALID_CONFIG', 'names a secret'],
  ['aws-ssm:/shop/p1#key', 'INVALID_CONFIG', 'names one parameter'],
  ['aws-ssm:/shop//p1', 'INVALID_CONFIG', 'names one parameter'],
])('%s is %s', async (reference, code, words) => {
  await expectOne(await lookUp(reference), code, words);
});

test.each([
  ['aws-sm:plain', 'secretsmanager:GetSecretValue'],
  ['aws-ssm:/shop/p1', 'ssm:GetParameters'],
])('%s without the right, and with wrong keys', async (reference, right) => {
  const allow = aws.server.deny(right);
  await expectOne(await lookUp(reference), 'INSUFFICIENT_PERMISSIONS', `${reference}: the credentials have no right`);
  allow();
  await expectOne(await lookUp(reference, { ...access(), AWS_SECRET_ACCESS_KEY: 'hunter2' }), 'AUTH_FAILED', reference);
});

test('nobody at the address, and one that is not safe', async () => {
  const at = (url: string) => lookUp('aws-sm:plain', { ...access(), AWS_ENDPOINT_URL: url });
  await expectOne(await at(`http://127.0.0.1:${await freePort()}`), 'PLATFORM_UNAVAILABLE', 'aws-sm:plain');
  await expectOne(await at('http://example.com'), 'INVALID_CONFIG', 'https');
});

test('without a region nothing is asked', async () => {
  // The SDK looks at files of the user too.
  Object.assign(process.env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
  const findings = await lookUp('aws-sm:plain', { ...access(), AWS_REGION: '', AWS_DEFAULT_REGION: '' });
  await expectOne(findings, 'INVALID_CONFIG', 'no region of AWS is known');
  expect(aws.server.requests).toEqual([]);
});

test('an answer that is not one of AWS is not usable, and a redirect is not followed', async () => {
  const followed: unknown[] = [];
  const other = await storeFake((asked) => ({ status: 200, body: followed.push(asked) }));
  let status = 302;
  const proxy = await storeFake(() => ({ status, body: 'hunter2' }));
  proxy.before = (_, response) => {
    response.writeHead(status, { location: other.url }).end('<html>hunter2</html>');
    return true;
  };
  const ask = () => lookUp('aws-sm:plain', { ...access(), AWS_ENDPOINT_URL: proxy.url });
  await expectOne(await ask(), 'PLATFORM_UNAVAILABLE', 'aws-sm:plain');
  status = 400;
  await expectOne(await ask(), '(INVALID_ENV|PLATFORM_UNAVAILABLE)', 'aws-sm:plain');
  status = 200;
  await expectOne(await ask(), 'PLATFORM_UNAVAILABLE', 'aws-sm:plain');
  expect(followed).toEqual([]);
  await Promise.all([other.close(), proxy.close()]);
});

async function expectOne(findings: unknown, code: string, words: string) {
  expect(findings).toMatchObject([
    { code: expect.stringMatching(`^${code}$`), message: expect.stringContaining(words), fix: expect.any(String) },
  ]);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
}

function access(): Record<string, string> {
  return aws.server.environment();
}

function lookUp(reference: string, environment = access()) {
  return world.valueOf(reference, { environment });
}
