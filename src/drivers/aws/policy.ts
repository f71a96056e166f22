import type { JsonObject } from '../../core/json.ts';
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
  buckets = [],
}: {
  readonly kind: AwsKind;
  readonly project: string;
  /** Names of buckets that others have made, and sites are put in. */
  readonly buckets?: readonly string[];
}): Promise<JsonObject> {
  const { RIGHTS: needed, LOOKS = [] } = await RIGHTS[kind]();
  const rights = [...needed, ...LOOKS];
  const services = [...new Set(rights.map(serviceOf))].sort();
  const plain = rights.filter((right) => right !== 'iam:PassRole');
  const statements = services.map((service) => ({
    Sid: service.replace(/[^a-z0-9]/g, ''),
    Effect: 'Allow',
    Action: plain.filter((right) => serviceOf(right) === service).sort(),
    Resource: resourcesOf(service, project),
  }));
  const more = [...passing(kind, project), ...everywhere(kind), ...(await adopted(buckets, project))];
  return { Version: '2012-10-17', Statement: [...statements, ...more] };
}

/** Of such a bucket no more than a look, and our own files. */
async function adopted(buckets: readonly string[], project: string): Promise<JsonObject[]> {
  if (buckets.length === 0) return [];
  const { ADOPTED_BUCKET_RIGHTS } = await import('./static/rights.ts');
  const { bucket, files } = ADOPTED_BUCKET_RIGHTS;
  const below = (end: string) => buckets.map((name) => `arn:aws:s3:::${name}${end}`);
  return [
    { Sid: 'adoptedbuckets', Effect: 'Allow', Action: [...bucket], Resource: below('') },
    { Sid: 'adoptedfiles', Effect: 'Allow', Action: [...files], Resource: below(`/deployer/${project}-*`) },
  ];
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
    iam: [`arn:aws:iam::*:role/${project}-*`, `arn:aws:iam::*:role/deployer-${project}-*`],
    lambda: [`arn:aws:lambda:*:*:function:${project}-*`],
    logs: [`arn:aws:logs:*:*:log-group:/aws/lambda/${project}-*`, `arn:aws:logs:*:*:log-group:/deployer/${project}-*`],
    s3: [`arn:aws:s3:::${project}-*`],
    ssm: [`arn:aws:ssm:*:*:parameter/deployer/${project}/*`],
  };
  return [...(named[service] ?? ['*'])];
}

/** Roles may be given to what runs, and to nobody else. */
function passing(kind: AwsKind, project: string): JsonObject[] {
  const service = RUNS[kind];
  if (service === undefined) return [];
  const Condition = { StringEquals: { 'iam:PassedToService': service } };
  const Resource = resourcesOf('iam', project);
  return [{ Sid: 'passrole', Effect: 'Allow', Action: ['iam:PassRole'], Resource, Condition }];
}

/** An account that has never had such a thing gets the service's own role with the first. */
function everywhere(kind: AwsKind): JsonObject[] {
  if (kind !== 'container') return [];
  const names = ['ecs.amazonaws.com', 'elasticloadbalancing.amazonaws.com'];
  const Condition = { StringEquals: { 'iam:AWSServiceName': names } };
  return [{ Sid: 'linkedroles', Effect: 'Allow', Action: ['iam:CreateServiceLinkedRole'], Resource: '*', Condition }];
}
