import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import type { NormalizedSchema } from '@smithy/core/schema';
import { expect, test } from 'vitest';
import { requiredMembers, ServiceModel } from '../model.ts';
import { startAws } from '../server.ts';
import type { AwsOperation, AwsService } from '../service.ts';

interface Client {
  send(command: unknown): Promise<object>;
}
type Exports = Readonly<Record<string, unknown>>;

const DEPTH = 7;

/** A value of the model with all members that it can have, or with those that it has to have. */
function example(model: ServiceModel, schema: NormalizedSchema, all: boolean, depth = DEPTH, values = NAMES): unknown {
  const inner = (it: NormalizedSchema, of = values) => example(model, it, all, depth - 1, of);
  if (schema.isStructSchema()) {
    const needed = requiredMembers(schema);
    const named = [...schema.structIterator()].filter(([name]) => (all && depth > 0) || needed.includes(name));
    const members = schema.isUnionSchema() ? named.slice(0, 1) : named;
    return Object.fromEntries(members.map(([name, it]) => [name, inner(it, model.valuesOf(schema.getName(), name))]));
  }
  if (schema.isListSchema()) return [inner(schema.getValueSchema())];
  if (schema.isMapSchema()) return { key: inner(schema.getValueSchema(), NAMES) };
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 201;
  if (schema.isTimestampSchema()) return new Date(1_700_000_000_000);
  return schema.isBlobSchema() ? Buffer.from('blob') : [...(values ?? TEXT)][0];
}
const NAMES: ReadonlySet<string> | undefined = undefined;
const TEXT = new Set(['a<&>"\' /b+c%20']);

/** What can be seen of a value after a way through a protocol: without what is empty. */
function visible(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(visible);
  const entries = Object.entries(value).map(([key, it]) => [key, visible(it)] as const);
  return Object.fromEntries(entries.filter(([, it]) => it !== undefined && JSON.stringify(it) !== '{}'));
}

test.each([
  [
    's3',
    s3,
    'S3Client',
    'ListObjectsV2 DeleteObjects PutBucketPolicy GetBucketPolicy GetBucketLocation CopyObject PutPublicAccessBlock ListParts',
  ],
  [
    'cloudfront',
    cloudfront,
    'CloudFrontClient',
    'CreateDistributionWithTags UpdateDistribution GetFunction ListDistributions CreateInvalidation DescribeKeyValueStore',
  ],
  [
    'lambda',
    lambda,
    'LambdaClient',
    'CreateFunction UpdateAlias AddPermission ListVersionsByFunction GetPolicy CreateFunctionUrlConfig',
  ],
  ['ecs', ecs, 'ECSClient', 'CreateService DescribeServices RegisterTaskDefinition RunTask'],
  ['elasticloadbalancing', elb, 'ElasticLoadBalancingV2Client', 'CreateListener ModifyRule DescribeTargetHealth'],
  ['ec2', ec2, 'EC2Client', 'DescribeSecurityGroups AuthorizeSecurityGroupIngress CreateSecurityGroup'],
])('%s: what a client sends and gets is what the stand-in gets and sends', async (signedFor, exports: Exports, name, operations) => {
  const answers = new Map<string, unknown>();
  const told: unknown[] = [];
  const operation =
    (of: string): AwsOperation =>
    (input) => {
      told.push(of, visible(input));
      return answers.get(of);
    };
  const names = operations.split(' ');
  const service: AwsService = {
    signedFor,
    package: packageOf(signedFor),
    model: async () => exports,
    operations: Object.fromEntries(names.map((it) => [it, operation(it)])),
  };
  const [server, model] = [await startAws({ services: [service] }), await ServiceModel.of(service)];
  const credentials = server.world.credentials.of('111111111111');
  const Client = exports[name] as new (config: object) => Client;
  const client = new Client({ endpoint: server.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
  for (const it of names) {
    const { input, output } = model.operations.get(it) ?? {};
    const isS3 = signedFor === 's3';
    // Its client computes more members of a request from those that it is given, and looks at names.
    const sent = { ...(input && (example(model, input, !isS3) as object)), ...(isS3 && { Bucket: 'bbb' }) };
    answers.set(it, output?.isStructSchema() ? example(model, output, true) : {});
    const Command = exports[`${it}Command`] as new (input: unknown) => unknown;
    const { $metadata: _, ...got } = (await client.send(new Command(sent))) as Record<string, unknown>;
    expect(told.splice(0)).toEqual([it, expect.objectContaining(visible(sent) as object)]);
    expect(visible(got)).toEqual(visible(answers.get(it)));
  }
  await server.close();
});

function packageOf(signedFor: string): string {
  return `@aws-sdk/client-${signedFor === 'elasticloadbalancing' ? 'elastic-load-balancing-v2' : signedFor}`;
}
