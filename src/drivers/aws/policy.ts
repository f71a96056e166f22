import type { JsonObject } from '../../core/json.ts';
import { type Named, stackRoles, statementsFor } from './named.ts';
import type { AwsKind } from './options/shared.ts';

interface Rights {
  readonly RIGHTS: readonly string[];
  /** What plans look at beforehand, and go on without. */
  readonly LOOKS?: readonly string[];
}

const RIGHTS: Readonly<Record<AwsKind, () => Promise<Rights>>> = {
  static: () => import('./static/rights.ts'),
  container: () => import('./container/rights.ts'),
  function: () => import('./function/rights.ts'),
};

/** Who takes on the roles that are made. */
const RUNS: Partial<Readonly<Record<AwsKind, string>>> = {
  container: 'ecs-tasks.amazonaws.com',
  function: 'lambda.amazonaws.com',
};

/**
 * The least policy with which a project's services of one kind are provisioned, deployed and destroyed, as IAM takes it.
 * Where a service of AWS knows names, it is for names that begin with the project's.
 */
export async function policyOf({
  kind,
  project,
  named = {},
}: {
  readonly kind: AwsKind;
  readonly project: string;
  /** What options of its services name that others have made. */
  readonly named?: Named;
}): Promise<JsonObject> {
  const { RIGHTS: needed, LOOKS = [] } = await RIGHTS[kind]();
  const rights = [...needed, ...LOOKS];
  const services = [...new Set(rights.map(serviceOf))].sort();
  const plain = rights.filter((right) => right !== 'iam:PassRole' && !UNNAMED.includes(right));
  const statements = services.map((service) => ({
    Sid: service.replace(/[^a-z0-9]/g, ''),
    Effect: 'Allow',
    Action: plain.filter((right) => serviceOf(right) === service).sort(),
    Resource: [...resourcesOf(service, project), ...namedIn(service, named)],
  }));
  const more = [...lists(rights), ...passing(kind, project, named), ...everywhere(kind)];
  return { Version: '2012-10-17', Statement: [...statements, ...more, ...statementsFor(kind, project, named)] };
}

/** They are asked of all things of a service at once. */
const UNNAMED: readonly string[] = ['logs:DescribeLogGroups'];

function lists(rights: readonly string[]): JsonObject[] {
  const Action = UNNAMED.filter((right) => rights.includes(right));
  return Action.length === 0 ? [] : [{ Sid: 'lists', Effect: 'Allow', Action, Resource: '*' }];
}

function serviceOf(right: string): string {
  return right.split(':')[0] ?? right;
}

function resourcesOf(service: string, project: string): string[] {
  const named: Readonly<Record<string, readonly string[]>> = {
    cloudformation: [
      `arn:aws:cloudformation:*:*:stack/${project}-*/*`,
      `arn:aws:cloudformation:*:*:stack/deployer-${project}-*/*`,
    ],
    iam: [`arn:aws:iam::*:role/${project}-*`, stackRoles(project)],
    lambda: [`arn:aws:lambda:*:*:function:${project}-*`],
    logs: [`arn:aws:logs:*:*:log-group:/aws/lambda/${project}-*`, `arn:aws:logs:*:*:log-group:/deployer/${project}-*`],
    s3: [`arn:aws:s3:::${project}-*`],
    ssm: [`arn:aws:ssm:*:*:parameter/deployer/${project}/*`],
  };
  return [...(named[service] ?? ['*'])];
}

/** A function that others have made has another name, and its log too. */
function namedIn(service: string, { functions = [] }: Named): readonly string[] {
  const start = { lambda: 'arn:aws:lambda:*:*:function:', logs: 'arn:aws:logs:*:*:log-group:/aws/lambda/' }[service];
  return start === undefined ? [] : functions.flatMap((name) => [`${start}${name}`, `${start}${name}:*`]);
}

/** Roles may be given to what runs, and to nobody else. */
function passing(kind: AwsKind, project: string, { roles = [] }: Named): JsonObject[] {
  const service = RUNS[kind];
  if (service === undefined) return [];
  const Condition = { StringEquals: { 'iam:PassedToService': service } };
  const Resource = [...resourcesOf('iam', project), ...roles];
  return [{ Sid: 'passrole', Effect: 'Allow', Action: ['iam:PassRole'], Resource, Condition }];
}

/** An account that has never had such a thing gets the service's own role with the first. */
function everywhere(kind: AwsKind): JsonObject[] {
  if (kind !== 'container') return [];
  const names = ['ecs.amazonaws.com', 'elasticloadbalancing.amazonaws.com'];
  const Condition = { StringEquals: { 'iam:AWSServiceName': names } };
  return [{ Sid: 'linkedroles', Effect: 'Allow', Action: ['iam:CreateServiceLinkedRole'], Resource: '*', Condition }];
}
