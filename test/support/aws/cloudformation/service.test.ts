import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rolesOf } from '../iam/state.ts';
import { type AwsServer, startAws } from '../server.ts';
import { failResource } from './state.ts';

const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] };

function template(change: object = {}, more: object = {}): string {
  const role = (name: string, properties: object) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: { 'Fn::Sub': `\${AWS::StackName}-${name}` },
      AssumeRolePolicyDocument: TRUST,
      ...properties,
    },
  });
  return JSON.stringify({
    Parameters: { Text: { Type: 'String', Default: 'one' }, Bounded: { Type: 'String', Default: 'no' } },
    Conditions: { IsBounded: { 'Fn::Equals': [{ Ref: 'Bounded' }, 'yes'] } },
    Resources: {
      Second: role('second', { Description: { 'Fn::GetAtt': ['First', 'Arn'] } }),
      First: role('first', {
        Description: { Ref: 'Text' },
        PermissionsBoundary: { 'Fn::If': ['IsBounded', 'arn:aws:iam::1:policy/a', { Ref: 'AWS::NoValue' }] },
        ...change,
      }),
      ...more,
    },
    Outputs: { Name: { Value: { Ref: 'First' } } },
  });
}

let server: AwsServer;
let client: CloudFormationClient;
let count = 0;
let StackName = '';
beforeAll(async () => {
  server = await startAws();
  const credentials = server.world.credentials.of('111111111111');
  client = new CloudFormationClient({ endpoint: server.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
});
beforeEach(() => {
  StackName = `stack${++count}`;
});
afterAll(() => server.close());

const place = () => ({ world: server.world, account: '111111111111', region: 'eu-west-1' });
const role = (name: string) => rolesOf(place()).get(`${StackName}-${name}`);

async function changeSet(type: 'CREATE' | 'UPDATE', TemplateBody = template(), more: object = {}) {
  const ChangeSetName = `set${++count}`;
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await client.send(
    new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: type, TemplateBody, Capabilities, ...more }),
  );
  for (;;) {
    const set = await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
    if (set.Status === 'CREATE_COMPLETE' || set.Status === 'FAILED') return set;
  }
}

/** Looks until nothing is under way; all that was seen. */
async function end(by = StackName): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: by }));
    const status = stack?.StackStatus ?? '';
    if (seen.at(-1) !== status) seen.push(status);
    if (!status.endsWith('_IN_PROGRESS')) return seen;
  }
}

async function execute(type: 'CREATE' | 'UPDATE', body?: string, more?: object): Promise<string[]> {
  const { ChangeSetName } = await changeSet(type, body, more);
  await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
  return end();
}

async function events(): Promise<string[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.map((it) => `${it.LogicalResourceId} ${it.ResourceStatus}`).reverse();
}

test('A stack is made, changed in what changed, and goes', async () => {
  const { Changes, StackId } = await changeSet('CREATE');
  expect(Changes?.map(({ ResourceChange: it }) => `${it?.Action} ${it?.LogicalResourceId}`)).toEqual([
    'Add Second',
    'Add First',
  ]);
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks?.[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
  const Tags = [{ Key: 'deployer:project', Value: 'shop' }];
  expect(await execute('CREATE', undefined, { Tags })).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  expect(role('first')).toMatchObject({ Description: 'one', PermissionsBoundary: undefined });
  expect(role('second')?.Description).toBe(role('first')?.Arn);
  expect(Object.fromEntries(role('first')?.tags ?? [])).toMatchObject({
    'deployer:project': 'shop',
    'aws:cloudformation:logical-id': 'First',
  });
  expect((await events()).filter((it) => it.startsWith('First'))).toEqual([
    'First CREATE_IN_PROGRESS',
    'First CREATE_COMPLETE',
  ]);

  const none = await changeSet('UPDATE', template(), { Tags });
  expect([none.Status, none.StatusReason]).toEqual(['FAILED', expect.stringContaining("didn't contain changes")]);
  const Parameters = [{ ParameterKey: 'Text', ParameterValue: 'two' }];
  expect(await execute('UPDATE', template(), { Tags, Parameters })).toContain('UPDATE_COMPLETE');
  expect(role('first')?.Description).toBe('two');
  const arn = role('first')?.RoleId;
  await execute('UPDATE', template({ RoleName: `${StackName}-other` }), { Tags, Parameters });
  expect([role('first'), role('other')?.RoleId === arn]).toEqual([undefined, false]);

  await client.send(new DeleteStackCommand({ StackName }));
  expect((await end(StackId)).at(-1)).toBe('DELETE_COMPLETE');
  await expect(end()).rejects.toThrow('does not exist');
  expect([role('other'), role('second')]).toEqual([undefined, undefined]);
});

describe('What fails', () => {
  test('while it is made is taken back', async () => {
    failResource(place(), { resource: 'Second', moment: 'create', reason: 'no more roles' });
    expect(await execute('CREATE')).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(role('first')).toBeUndefined();
    await expect(changeSet('UPDATE')).rejects.toThrow('ROLLBACK_COMPLETE state and can not be updated');
    await expect(changeSet('CREATE')).rejects.toThrow('already exists');
  });

  test('while it is changed is taken back, or stuck until it is gone on with', async () => {
    await execute('CREATE');
    const Parameters = [{ ParameterKey: 'Text', ParameterValue: 'two' }];
    const other = template(
      {},
      { Third: { Type: 'AWS::IAM::Role', DependsOn: 'Second', Properties: { AssumeRolePolicyDocument: TRUST } } },
    );
    failResource(place(), { resource: 'Third', moment: 'create', reason: 'no' });
    expect(await execute('UPDATE', other, { Parameters })).toContain('UPDATE_ROLLBACK_COMPLETE');
    expect(role('first')?.Description).toBe('one');
    // The change itself fails first, then its taking back.
    failResource(place(), { resource: 'First', moment: 'update', reason: 'slow', times: 2 });
    expect((await execute('UPDATE', other, { Parameters })).at(-1)).toBe('UPDATE_ROLLBACK_FAILED');
    await client.send(new ContinueUpdateRollbackCommand({ StackName }));
    expect((await end()).at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('while it goes is named, and can be kept', async () => {
    await execute('CREATE');
    failResource(place(), { resource: 'Second', moment: 'remove', reason: 'in use', times: 1 });
    await client.send(new DeleteStackCommand({ StackName }));
    expect((await end()).at(-1)).toBe('DELETE_FAILED');
    const { StackResourceSummaries = [] } = await client.send(new ListStackResourcesCommand({ StackName }));
    expect(StackResourceSummaries.find((it) => it.ResourceStatus === 'DELETE_FAILED')).toMatchObject({
      LogicalResourceId: 'Second',
      ResourceStatusReason: 'in use',
    });
    await client.send(new DeleteStackCommand({ StackName, RetainResources: ['Second'] }));
    await expect(end()).rejects.toThrow('does not exist');
    expect([role('first') === undefined, role('second') === undefined]).toEqual([true, false]);
  });

  test('is told as the service says it, for a missing right too', async () => {
    const allow = server.deny('iam:CreateRole');
    await execute('CREATE');
    allow();
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const [first] = StackEvents.reverse().filter((it) => it.ResourceStatus === 'CREATE_FAILED');
    expect(first?.ResourceStatusReason).toMatch(
      /not authorized to perform: iam:CreateRole .*HandlerErrorCode: AccessDenied/,
    );
  });
});

test.each([
  ['a property that is not there', template({ RoleNam: 'a' }), /unsupported property RoleNam/],
  [
    'a needed one left out',
    template({ AssumeRolePolicyDocument: { Ref: 'AWS::NoValue' } }),
    /AssumeRolePolicyDocument.*missing/,
  ],
  ['a list for a text', template({ Description: ['a'] }), /Description must be of type string/],
  ['a type that is not there', template({}, { Third: { Type: 'AWS::IAM::Rolle' } }), /Unrecognized resource types/],
  ['a reference to nothing', template({ Description: { Ref: 'Nothing' } }), /Nothing/],
  ['an attribute that is not there', template({ Description: { 'Fn::GetAtt': 'Second.Name' } }), /Name/],
  ['a circle', template({ Description: { Ref: 'Second' } }), /Circular/],
])('A template with %s is refused', async (_, body, message) => {
  await expect(changeSet('CREATE', body)).rejects.toThrow(message);
});

test('Roles need a word of consent', async () => {
  await expect(changeSet('CREATE', template(), { Capabilities: [] })).rejects.toThrow('CAPABILITY_NAMED_IAM');
});
