import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Cloudformation,
  ensureStack,
  removeStack,
  type StackContext,
  type StackRequest,
  stackResources,
} from '../../../src/drivers/aws/stack/stack.ts';
import { awsOf } from '../../support/aws/access.ts';
import { failResource, lagBehind, stacksOf } from '../../support/aws/cloudformation/state.ts';
import { rolesOf } from '../../support/aws/iam/state.ts';
import { type AwsServer, startAws } from '../../support/aws/server.ts';
import { failureOf } from '../../support/failure-of.ts';
import { InstantClock } from '../../support/instant-clock.ts';

const TAGS = { 'deployer:project': 'shop', 'deployer:environment': 'live', 'deployer:service': 'web' };
const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] };
const role = (properties: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: TRUST, ...properties },
});
const TEMPLATE = JSON.stringify({
  Parameters: { Text: { Type: 'String' } },
  Resources: {
    First: role({ RoleName: { 'Fn::Sub': '${AWS::StackName}-first' }, Description: { Ref: 'Text' } }),
    Second: role({ Description: { 'Fn::GetAtt': ['First', 'Arn'] } }),
  },
});

let server: AwsServer;
let cloud: Cloudformation;
let request: StackRequest;
let lines: string[];
let count = 0;

beforeAll(async () => {
  server = await startAws();
  cloud = await awsOf(server).cloudformation();
});
beforeEach(() => {
  const name = `shop-live-web-${++count}`;
  request = { name, template: TEMPLATE, parameters: { Text: 'one' }, tags: TAGS };
  lines = [];
  server.requests.length = 0;
});
afterAll(async () => {
  expect(server.rejected).toEqual([]);
  await server.close();
});

const place = () => ({ world: server.world, account: '111111111111', region: 'eu-west-1' });
const stacks = () => [...stacksOf(place()).values()].filter(({ name }) => name === request.name);
const living = () => stacks().filter(({ deletedAt }) => !deletedAt);
const first = () => rolesOf(place()).get(`${request.name}-first`);
const calls = () => server.requests.map(({ operation }) => operation);
const asking = (Text: string) => ({ ...request, parameters: { Text } });
const broken = (resource: string, moment: 'create' | 'update' | 'remove', reason = 'no', times = 1) =>
  failResource(place(), { resource, moment, reason, times });

function context(signal = new AbortController().signal): StackContext {
  return {
    clock: new InstantClock(),
    signal,
    idempotencyKey: `run-${count}`,
    log: (line) => void lines.push(line),
  };
}

const ensure = (asked = request) => ensureStack(cloud, asked, context());

/** The stack as another tool may have left it: asked for as it is now, with its end waited for. */
async function leave(status: string, work: () => Promise<unknown>): Promise<void> {
  await work();
  while (living()[0]?.status !== status) await cloud.describeStacks({ StackName: request.name });
}

test('A stack is made, left alone while nothing changes, changed, and removed', async () => {
  expect(await ensure()).toBe('created');
  expect(lines).toContain('First (AWS::IAM::Role): create complete');
  expect(new Set(lines).size).toBe(lines.length);
  expect(first()).toMatchObject({ Description: 'one' });
  expect(Object.fromEntries(first()?.tags ?? [])).toMatchObject(TAGS);
  const resources = await stackResources(cloud, request.name);
  expect(resources.get('First')).toMatchObject({ id: `${request.name}-first`, status: 'CREATE_COMPLETE' });

  server.requests.length = 0;
  expect(await ensure()).toBe('unchanged');
  expect(calls()).toEqual(['DescribeStacks']);
  expect(await ensure(asking('two'))).toBe('updated');
  expect(first()?.Description).toBe('two');
  expect(await removeStack(cloud, request, context())).toBe('deleted');
  expect([first(), living()]).toEqual([undefined, []]);
  expect(await removeStack(cloud, request, context())).toBe('absent');
});

test('CloudFormation may show a stack as it was for a moment', async () => {
  lagBehind(place(), 3);
  expect(await ensure()).toBe('created');
  expect(await ensure(asking('two'))).toBe('updated');
  lagBehind(place(), 0);
});

describe('Whatever happens to a call, there is one stack as asked for', () => {
  const writes = ['CreateChangeSet', 'ExecuteChangeSet', 'DescribeStacks', 'DescribeChangeSet', 'DescribeStackEvents'];

  test.each(
    writes.flatMap((operation) => [['lost', operation] as const, ['half', operation] as const]),
  )('%s answer of %s', async (fault, operation) => {
    server.faults.next({ operation, fault, after: operation === 'DescribeStacks' ? 1 : 0 });
    expect(await ensure()).toBe('created');
    expect([server.faults.left, stacks().length, first()?.Description]).toEqual([0, 1, 'one']);
  });

  test.each(['CreateChangeSet', 'ExecuteChangeSet', 'DescribeStackEvents'])('killed at %s', async (operation) => {
    const killed = new AbortController();
    const stop = server.watch((call, moment) => {
      if (call.operation === operation && moment === 'after') killed.abort();
    });
    const dying = await awsOf(server, { signal: killed.signal }).cloudformation();
    await expect(ensureStack(dying, request, context(killed.signal))).rejects.toThrow();
    stop();
    expect(await ensure()).toMatch(/created|unchanged/);
    expect(stacks().map(({ status }) => status)).toEqual(['CREATE_COMPLETE']);
    expect(first()?.Description).toBe('one');
  });
});

describe('What is found stuck is mended', () => {
  test('a creation that was rolled back', async () => {
    await leave('ROLLBACK_COMPLETE', async () => {
      broken('Second', 'create');
      const { name: StackName, tags } = request;
      const ChangeSetName = 'of-another-time';
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const Parameters = [{ ParameterKey: 'Text', ParameterValue: 'old' }];
      const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
      await cloud.createChangeSet({
        StackName,
        ChangeSetName,
        ChangeSetType: 'CREATE',
        TemplateBody: TEMPLATE,
        Tags,
        Parameters,
        Capabilities,
      });
      while ((await cloud.describeChangeSet({ StackName, ChangeSetName })).Status !== 'CREATE_COMPLETE');
      await cloud.executeChangeSet({ StackName, ChangeSetName });
    });
    expect(await ensure()).toBe('created');
    expect([stacks().length, living().length, first()?.Description]).toEqual([2, 1, 'one']);
  });

  test('a roll-back that stuck', async () => {
    await ensure();
    broken('First', 'update', 'slow', 2);
    const failure = await failureOf(ensure(asking('two')));
    expect(failure).toMatchObject({ code: 'DEPLOY_FAILED', detail: expect.arrayContaining(['First: slow']) });
    expect(living()[0]?.status).toBe('UPDATE_ROLLBACK_FAILED');
    server.faults.next({ operation: 'ContinueUpdateRollback', fault: 'lost' });
    expect(await ensure(asking('three'))).toBe('updated');
    expect(first()?.Description).toBe('three');
  });

  test('but not for ever', async () => {
    await ensure();
    broken('First', 'update', 'slow', 9);
    await failureOf(ensure(asking('two')));
    const failure = await failureOf(ensure(asking('two')));
    expect(failure?.reason).toBe(
      `CloudFormation could not roll back First (AWS::IAM::Role) of the stack ${request.name}`,
    );
    server.world.state('cloudformation@111111111111/eu-west-1', () => ({
      failing: [] as unknown[],
    })).failing.length = 0;
  });
});

describe('A failure says what failed, and leaves things as they were', () => {
  test.each([
    ['not authorized to perform: iam:CreateRole on resource: x', 'INSUFFICIENT_PERMISSIONS'],
    ['x already exists (RequestToken: 1, HandlerErrorCode: AlreadyExists)', 'PROJECT_NAME_TAKEN'],
    ['"x" (RequestToken: 1, HandlerErrorCode: ServiceLimitExceeded)', 'QUOTA_EXCEEDED'],
    ['"x" (RequestToken: 1, HandlerErrorCode: InvalidRequest)', 'INVALID_CONFIG'],
    ['something else', 'DEPLOY_FAILED'],
  ])('%s', async (words, code) => {
    broken('Second', 'create', words);
    const failure = await failureOf(ensure());
    expect(failure).toMatchObject({
      code,
      reason: `CloudFormation could not create Second (AWS::IAM::Role) of the stack ${request.name}`,
      detail: [`Second: ${words}`, expect.stringContaining('https://eu-west-1.console.aws.amazon.com/cloudformation/')],
    });
    expect([living(), first()]).toEqual([[], undefined]);
  });

  test('while it is prepared', async () => {
    failResource(place(), { resource: request.name, moment: 'prepare', reason: 'a hook said no' });
    const failure = await failureOf(ensure());
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG', detail: ['a hook said no'] });
    expect(await ensure()).toBe('created');
  });

  test('while it is changed', async () => {
    await ensure();
    broken('First', 'update');
    expect((await failureOf(ensure(asking('two'))))?.reason).toContain('could not update First');
    expect([first()?.Description, living()[0]?.status]).toEqual(['one', 'UPDATE_ROLLBACK_COMPLETE']);
    expect(await ensure(asking('two'))).toBe('updated');
  });

  test('while it is deleted, by name', async () => {
    await ensure();
    broken('Second', 'remove', 'it is in use');
    const failure = await failureOf(removeStack(cloud, request, context()));
    expect(failure?.reason).toMatch(/could not delete Second \(AWS::IAM::Role .+\) of the stack/);
    expect(failure?.detail?.[0]).toBe('Second: it is in use');
    expect(await removeStack(cloud, request, context())).toBe('deleted');
    expect(first()).toBeUndefined();
  });
});

test('A stack that somebody has protected stays', async () => {
  await ensure();
  for (const stack of living()) stack.protected = true;
  expect((await failureOf(removeStack(cloud, request, context())))?.code).toBe('GATE_REFUSED');
  expect(first()?.Description).toBe('one');
});

test("Somebody else's stack of the same name is left alone", async () => {
  await ensure({ ...request, tags: { ...TAGS, 'deployer:project': 'other' } });
  expect((await failureOf(ensure()))?.code).toBe('PROJECT_NAME_TAKEN');
  expect((await failureOf(removeStack(cloud, request, context())))?.code).toBe('PROJECT_NAME_TAKEN');
  expect(living()[0]?.status).toBe('CREATE_COMPLETE');
});
