import { CloudFrontKeyValueStoreClient, DescribeKeyValueStoreCommand } from '@aws-sdk/client-cloudfront-keyvaluestore';
import { CreateServiceCommand, DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateRoleCommand, GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import '@aws-sdk/signature-v4a';
import { Readable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aws, hasAws, installAws } from './command-line.ts';
import { type AwsServer, startAws } from './server.ts';
import type { AwsService } from './service.ts';
import { SERVICES } from './services.ts';

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"}}]}';

const ecs: AwsService = {
  signedFor: 'ecs',
  package: '@aws-sdk/client-ecs',
  model: () => import('@aws-sdk/client-ecs') as never,
  operations: {
    CreateService: ({ serviceName }) => ({ service: { serviceName, createdAt: new Date(1e12) } }),
    DescribeClusters: () => ({ clusterz: [] }),
  },
};
const stored: Buffer[] = [];
const s3: AwsService = {
  signedFor: 's3',
  package: '@aws-sdk/client-s3',
  model: () => import('@aws-sdk/client-s3') as never,
  operations: {
    PutObject: async ({ Body }) => {
      for await (const part of Body) stored.push(part);
      return { ETag: '"1"' };
    },
  },
};
const keys: AwsService = {
  signedFor: 'cloudfront-keyvaluestore',
  package: '@aws-sdk/client-cloudfront-keyvaluestore',
  model: () => import('@aws-sdk/client-cloudfront-keyvaluestore') as never,
  operations: {
    DescribeKeyValueStore: ({ KvsARN }) => ({
      KvsARN,
      ItemCount: 0,
      TotalSizeInBytes: 0,
      Created: new Date(),
      ETag: 'E1',
    }),
  },
};

let server: AwsServer;
beforeEach(async () => {
  const others = SERVICES.filter(({ signedFor }) => ![ecs, s3, keys].some((it) => it.signedFor === signedFor));
  server = await startAws({ services: [...others, ecs, s3, keys] });
});
afterEach(async () => {
  await server.close().catch(() => undefined);
});

function options(account = '111111111111', change: Partial<{ accessKeyId: string; secretAccessKey: string }> = {}) {
  const { accessKeyId, secretAccessKey } = server.world.credentials.of(account);
  const credentials = { accessKeyId, secretAccessKey, ...change };
  return { endpoint: server.url, region: 'eu-west-1', credentials, maxAttempts: 1, forcePathStyle: true };
}

function failure(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => ({ name: 'none' }),
    (error) => error,
  );
}

describe('What the model does not allow is refused', () => {
  test.each([
    ['an unknown member', { serviceName: 'a', desiredCont: 1 }, /desiredCont: unknown member/],
    ['a number for a text', { serviceName: 3 }, /serviceName: a string is needed/],
    ['a missing member', { desiredCount: 1 }, /serviceName: missing required member/],
    ['an unknown value', { serviceName: 'a', launchType: 'MOON' }, /MOON is not one of .*FARGATE/],
  ])('%s in JSON', async (_, input, message) => {
    // The client drops what it does not know, so the request is signed by it and its body put in place of its own.
    const client = new ECSClient(options());
    client.middlewareStack.add(
      (next) => (it) => {
        const request = it.request as { body: string; headers: Record<string, string> };
        request.body = JSON.stringify(input);
        request.headers['content-length'] = String(Buffer.byteLength(request.body));
        return next(it);
      },
      { step: 'build', name: 'otherBody', priority: 'low' },
    );
    const { name, message: said } = await failure(client.send(new CreateServiceCommand({ serviceName: 'a' })));
    expect(name).toBe('InvalidParameterException');
    expect(said).toMatch(message);
    expect(server.requests).toEqual([]);
    expect(server.rejected).toHaveLength(1);
  });

  test('a missing member in a form', async () => {
    const input = { RoleName: 'a' } as { RoleName: string; AssumeRolePolicyDocument: string };
    const { message } = await failure(new IAMClient(options()).send(new CreateRoleCommand(input)));
    expect(message).toMatch(/AssumeRolePolicyDocument: missing required member/);
  });

  test('and an answer that the model does not have fails the test', async () => {
    await failure(new ECSClient(options()).send(new DescribeClustersCommand({})));
    await expect(server.close()).rejects.toThrow(/clusterz/);
  });
});

describe('Who calls', () => {
  test('is told by the key, and may be a role', async () => {
    const client = new STSClient(options('222222222222'));
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '222222222222' });
    const role = { RoleName: 'ci', AssumeRolePolicyDocument: POLICY };
    await new IAMClient(options('222222222222')).send(new CreateRoleCommand(role));
    const asked = { RoleArn: 'arn:aws:iam::222222222222:role/ci', RoleSessionName: 'run' };
    const { Credentials } = await new STSClient(options()).send(new AssumeRoleCommand(asked));
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const { Arn } = await new STSClient(options('111111111111', session)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::222222222222:assumed-role/ci/run');
    server.world.credentials.expire(session.accessKeyId);
    const later = await failure(new STSClient(options('111111111111', session)).send(new GetCallerIdentityCommand({})));
    expect(later['name']).toMatch(/ExpiredToken/);
  });

  test.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'AKIAUNKNOWN' }, 'InvalidClientTokenId'],
  ])('is refused for %s', async (_, change, name) => {
    const call = new STSClient(options('111111111111', change)).send(new GetCallerIdentityCommand({}));
    expect(await failure(call)).toMatchObject({ name });
  });

  test('is checked for signatures of the asymmetric kind too', async () => {
    const KvsARN = 'arn:aws:cloudfront::111111111111:key-value-store/abc';
    const ask = (change = {}) =>
      new CloudFrontKeyValueStoreClient({
        region: 'eu-west-1',
        credentials: options('111111111111', change).credentials,
        maxAttempts: 1,
        endpointProvider: () => ({
          url: new URL(server.url),
          properties: {
            authSchemes: [{ name: 'sigv4a', signingName: 'cloudfront-keyvaluestore', signingRegionSet: ['*'] }],
          },
        }),
      } as object).send(new DescribeKeyValueStoreCommand({ KvsARN }));
    expect(await ask()).toMatchObject({ KvsARN, ETag: 'E1' });
    expect(await failure(ask({ secretAccessKey: 'wrong' }))).toMatchObject({ name: 'InvalidSignatureException' });
  });

  test('needs what the policy has that its account is held to, of that thing', async () => {
    const Statement = [{ Action: ['iam:CreateRole'], Resource: 'arn:aws:iam::*:role/shop-*' }];
    const { used, lift } = server.allowOnly('111111111111', { Statement });
    const make = (RoleName: string) =>
      new IAMClient(options()).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: POLICY }));
    await make('shop-held');
    expect((await failure(make('other-held'))).name).toBe('AccessDenied');
    expect([...used]).toEqual(['iam:CreateRole']);
    lift();
    await make('other-held');
  });

  test('needs the right, and is told which', async () => {
    const allow = server.deny('iam:Create*');
    const role = { RoleName: 'ci', AssumeRolePolicyDocument: POLICY };
    const { name, message } = await failure(new IAMClient(options()).send(new CreateRoleCommand(role)));
    expect([name, message]).toEqual([
      'AccessDenied',
      expect.stringMatching(
        /^User: arn:aws:iam::1{12}:user\/deployer is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1{12}:role\/ci /,
      ),
    ]);
    allow();
    await new IAMClient(options()).send(new CreateRoleCommand(role));
  });
});

describe('Bodies', () => {
  test.each([
    ['a buffer', () => Buffer.from('hello')],
    ['a stream, in frames with a checksum behind', () => Readable.from([Buffer.from('hel'), Buffer.from('lo')])],
  ])('come through as %s', async (_, Body) => {
    stored.length = 0;
    const input = { Bucket: 'bbb', Key: 'v/1/ä b+.txt', Body: Body(), ContentLength: 5 };
    await new S3Client(options()).send(new PutObjectCommand(input));
    expect(Buffer.concat(stored).toString()).toBe('hello');
    expect(server.requests[0]?.input).toMatchObject({ Bucket: 'bbb', Key: 'v/1/ä b+.txt' });
  });
});

describe('Faults', () => {
  const create = () =>
    new IAMClient(options()).send(new CreateRoleCommand({ RoleName: 'a', AssumeRolePolicyDocument: POLICY }));
  const roles = () => server.requests.length;

  test.each([
    [{ fault: 'throttle' }, { name: 'Throttling' }],
    [{ fault: 'unavailable', status: 503 }, { $metadata: expect.objectContaining({ httpStatusCode: 503 }) }],
    [{ fault: 'html' }, { $metadata: expect.objectContaining({ httpStatusCode: 502 }) }],
    [{ fault: 'expired' }, { name: 'ExpiredToken' }],
    [{ fault: 'reset' }, { code: 'ECONNRESET' }],
  ] as const)('before the effect: %j', async (fault, seen) => {
    server.faults.next({ service: 'iam', operation: 'CreateRole', ...fault });
    expect(await failure(create())).toMatchObject(seen);
    expect(server.faults.left).toBe(0);
    await create();
    expect(roles()).toBe(2);
  });

  test.each(['lost', 'half', 'garbled'] as const)('after the effect: %s', async (fault) => {
    server.faults.next({ operation: 'CreateRole', fault });
    expect(await failure(create())).not.toMatchObject({ name: 'none' });
    expect(await new IAMClient(options()).send(new GetRoleCommand({ RoleName: 'a' }))).toMatchObject({
      Role: { RoleName: 'a' },
    });
  });
});

test('Lists come in pages', async () => {
  const client = new IAMClient(options());
  for (const RoleName of ['a', 'b', 'c'])
    await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: POLICY }));
  const first = await client.send(new ListRolesCommand({ MaxItems: 2 }));
  const second = await client.send(
    new ListRolesCommand({ MaxItems: 2, ...(first.Marker && { Marker: first.Marker }) }),
  );
  expect([first.Roles?.length, first.IsTruncated, second.Roles?.length, second.IsTruncated]).toEqual([
    2,
    true,
    1,
    false,
  ]);
});

describe.skipIf(!hasAws())('The official command line', () => {
  beforeAll(installAws);

  test('is answered', async () => {
    const create = ['cloudformation', 'create-stack', '--stack-name', 'a', '--capabilities', 'CAPABILITY_IAM'];
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: JSON.parse(POLICY) } };
    const [who, made, missing] = await Promise.all([
      aws(server, ['sts', 'get-caller-identity'], { account: '222222222222' }),
      aws(server, [...create, '--template-body', JSON.stringify({ Resources: { Role: role } })]),
      aws(server, ['iam', 'get-role', '--role-name', 'b']).catch(String),
    ]);
    expect(who.Arn).toBe('arn:aws:iam::222222222222:user/administrator');
    expect(made.StackId).toMatch(/^arn:aws:cloudformation:eu-west-1:111111111111:stack\/a\//);
    expect(missing).toMatch(/NoSuchEntity/);
  });
});
