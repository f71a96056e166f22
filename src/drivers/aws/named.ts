import type { JsonObject } from '../../core/json.ts';
import type { AwsKind } from './options/shared.ts';
import { actions } from './rights.ts';
import { ADOPTED_BUCKET_RIGHTS } from './static/rights.ts';

/** What options name that others have made, and rights are needed for: names of buckets and functions, ARNs of the rest. */
export interface Named {
  /** Sites are put in them. */
  readonly buckets?: readonly string[];
  /** Large archives of functions go through them. */
  readonly archives?: readonly string[];
  readonly functions?: readonly string[];
  /** Tasks and functions run as them. */
  readonly roles?: readonly string[];
  /** Repositories of images that functions run. */
  readonly repositories?: readonly string[];
  readonly layers?: readonly string[];
  readonly subnets?: readonly string[];
  readonly boundaries?: readonly string[];
  /** Roles that deploys are done as. */
  readonly taken?: readonly string[];
}

/** What the options of services of one kind name, as they are in a config. */
export function namedBy(options: readonly JsonObject[]): Named {
  const all = (...keys: readonly string[]) =>
    [...new Set(options.flatMap((one) => keys.flatMap((key) => textsOf(one[key]))))].sort();
  return {
    buckets: all('bucket'),
    archives: all('archive_bucket'),
    functions: all('function_name'),
    roles: all('role', 'execution_role', 'task_role'),
    repositories: [...new Set(all('image').map(repositoryOf))],
    layers: all('layers'),
    subnets: all('subnets'),
    boundaries: all('permissions_boundary'),
    taken: all('assume_role'),
  };
}

function textsOf(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

/** `<account>.dkr.ecr.<region>.amazonaws.com/<name>@<digest>` */
function repositoryOf(image: string): string {
  const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([^.]+)\.[^/]+\/([^@]+)@/.exec(image) ?? [];
  return `arn:aws:ecr:${region}:${account}:repository/${name}`;
}

/** Lambda looks at what a function is made of with the rights of who makes it. */
const LOOKS = {
  image: actions('ecr', ['BatchGetImage GetDownloadUrlForLayer GetRepositoryPolicy SetRepositoryPolicy']),
  network: actions('ec2', ['DescribeVpcs DescribeSubnets DescribeSecurityGroups']),
} as const;

/** Statements for such things: of buckets no more than looks, and our own files. */
export function statementsFor(kind: AwsKind, project: string, named: Named): readonly JsonObject[] {
  const {
    buckets = [],
    archives = [],
    repositories = [],
    layers = [],
    subnets = [],
    boundaries = [],
    taken = [],
  } = named;
  const files = (names: readonly string[], end: string) => names.map((name) => `arn:aws:s3:::${name}${end}`);
  const given: readonly [string, readonly string[], readonly string[]][] = [
    ['adoptedbuckets', ADOPTED_BUCKET_RIGHTS.bucket, files(buckets, '')],
    ['adoptedfiles', ADOPTED_BUCKET_RIGHTS.files, files(buckets, `/deployer/${project}-*`)],
    ['archives', actions('s3', ['PutObject GetObject']), files(archives, '/deployer/*')],
    ['images', LOOKS.image, repositories],
    ['layers', actions('lambda', ['GetLayerVersion']), layers],
    ['networks', LOOKS.network, kind === 'function' && subnets.length > 0 ? ['*'] : []],
    [
      'boundaries',
      actions('iam', ['PutRolePermissionsBoundary']),
      kind === 'container' && boundaries.length > 0 ? [stackRoles(project)] : [],
    ],
    ['takenroles', actions('sts', ['AssumeRole']), taken],
  ];
  return given
    .filter(([, , things]) => things.length > 0)
    .map(([Sid, Action, Resource]) => ({ Sid, Effect: 'Allow', Action: [...Action], Resource: [...Resource] }));
}

/**
 * Of a name of 64 characters that it has to shorten, CloudFormation leaves the stack's name half of what its own letters leave.
 * Seen in names that it made, https://github.com/KensioSoftware/yulin/issues/1113; AWS documents nothing of it.
 */
const LEFT_OF_STACK = 25;

/** Roles that stacks of a project have, by what is sure to be left of the stack's name. */
export function stackRoles(project: string): string {
  return `arn:aws:iam::*:role/${`deployer-${project}-`.slice(0, LEFT_OF_STACK)}*`;
}
