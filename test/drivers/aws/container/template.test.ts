import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { templateOf } from '../../../../src/drivers/aws/container/template.ts';
import { containerTraits } from '../../../../src/drivers/aws/container/traits.ts';
import { facts } from '../../../../src/drivers/aws/facts.ts';
import type { ContainerOptions } from '../../../../src/drivers/aws/options/container.ts';
import { targetOf } from '../../../support/driver-world.ts';

function made(options: JsonObject, balancer_groups?: readonly string[]) {
  const target = targetOf(facts, { options: { kind: 'container', ...options } });
  const network = { vpc: 'vpc-1', subnets: ['subnet-1', 'subnet-2'], public_ip: true };
  return templateOf({
    target,
    options: target.service.options as unknown as ContainerOptions,
    network: { ...network, ...(balancer_groups ? { balancer_groups } : {}) },
    partition: 'aws',
    account: '111111111111',
    region: 'eu-west-1',
  })['Resources'] as Record<string, { Type: string; Properties: JsonObject }>;
}

function problems(options: JsonObject): string[] {
  const checked = facts.checkOptions({ kind: 'container', ...options });
  return checked.ok ? [] : checked.problems.map(({ path }) => path.join('.'));
}

test('the role that starts tasks may nothing everywhere but get a token, and reads only what is referred to', () => {
  const secret = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf';
  const { ExecutionRole, TaskRole } = made({ value_from: { DB: `${secret}:password::` } });
  const [policy] = ExecutionRole?.Properties['Policies'] as unknown as { PolicyDocument: { Statement: Statement[] } }[];
  const statements = policy?.PolicyDocument.Statement ?? [];
  expect(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual([
    'ecr:GetAuthorizationToken',
  ]);
  expect(statements).toContainEqual(
    expect.objectContaining({ Action: 'secretsmanager:GetSecretValue', Resource: [secret] }),
  );
  expect(TaskRole?.Properties['Policies']).toBeUndefined();
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

test('what the options name is not made', () => {
  const options = {
    cluster: 'main',
    repository: 'shop/api',
    execution_role: 'arn:aws:iam::111111111111:role/run',
    task_role: 'arn:aws:iam::111111111111:role/app',
    listener: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/main/1/2',
    host_names: ['api.example.com'],
  };
  expect(Object.keys(made(options, ['sg-9'])).sort()).toEqual(['GroupA', 'GroupB', 'Logs', 'TaskGroup']);
});

test('a worker has no load balancer, and nobody reaches it', () => {
  const resources = made({ worker: true });
  expect(Object.keys(resources).sort()).toEqual([
    'Cluster',
    'ExecutionRole',
    'Logs',
    'Repository',
    'TaskGroup',
    'TaskRole',
  ]);
  expect(resources['TaskGroup']?.Properties['SecurityGroupIngress']).toEqual([]);
});

test('with a certificate, plain requests are led to HTTPS', () => {
  const { Listener, Redirect } = made({
    host_names: ['api.example.com'],
    balancer_certificate: 'arn:aws:acm:eu-west-1:111111111111:certificate/1',
  });
  expect(Listener?.Properties).toMatchObject({ Port: 443, Protocol: 'HTTPS' });
  expect(Redirect?.Properties).toMatchObject({ Port: 80, DefaultActions: [{ Type: 'redirect' }] });
});

test.each([
  [{ task_cpu: 256, task_memory: 4096 }, ['task_memory']],
  [{ worker: true, host_names: ['api.example.com'] }, ['worker']],
  [{ listener: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/a/1/2' }, ['listener']],
  [{ vpc: 'vpc-0a1b2c3d' }, ['vpc']],
  [{ stop_timeout: '3m', replicas: 0 }, ['stop_timeout', 'replicas']],
  [{ task_cpu: 1024, task_memory: 3072 }, []],
])('options %j have problems with %j', (options, wrong) => {
  expect(problems(options as JsonObject)).toEqual(wrong);
});

test('plans of a first deploy name what others have made', () => {
  const options = { cluster: 'main', vpc: 'vpc-0a1b2c3d', subnets: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'] };
  const target = targetOf(facts, { options: { kind: 'container', ...options } });
  const given = target.service.options as unknown as ContainerOptions;
  expect(containerTraits(given, [], 'staging').adopts).toEqual([
    'the vpc vpc-0a1b2c3d',
    'the cluster main',
    'the subnet subnet-0a1b2c3d',
    'the subnet subnet-1a1b2c3d',
  ]);
  expect(containerTraits({ ...given, subnets: [] }, [], 'staging').adopts).toHaveLength(2);
});
