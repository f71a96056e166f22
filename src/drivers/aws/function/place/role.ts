import { hasCode } from '../../../../aws/failure.ts';
import { DeployerError } from '../../../../core/errors.ts';
import { isOwn, ownTags } from '../../names.ts';
import { logGroup, type Site } from '../site.ts';

const POLICY = 'deployer';

/** The role that the function runs as: it may write its log, and reach its subnets where it has some. */
export async function ensureRole(site: Site, name: string): Promise<'created' | 'unchanged'> {
  const { account, target } = site;
  const iam = await account.aws.iam();
  const found = await findRole(site, name);
  if (found && !isOwn(target, found.tags)) throw stranger(name);
  if (!found) await createRole(site, name);
  await iam.putRolePolicy({ RoleName: name, PolicyName: POLICY, PolicyDocument: JSON.stringify(rightsOf(site)) });
  return found ? 'unchanged' : 'created';
}

/** It was looked for just before: one that is there now was made by an attempt whose answer was lost. */
async function createRole({ account, target }: Site, name: string): Promise<void> {
  const { createRole: create } = await account.aws.iam();
  const { permissions_boundary: boundary } = account.options;
  const made = create({
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify(TRUST),
    Description: `Runs ${target.service.name} of ${target.project} in ${target.environment}`,
    Tags: Object.entries(ownTags(target)).map(([Key, Value]) => ({ Key, Value })),
    ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
  });
  await unless('EntityAlreadyExists', made);
}

/** Its policies go first: a role with policies is not deleted. One that is gone is no failure, and one of others stays. */
export async function removeRole(site: Site, name: string): Promise<void> {
  const found = await findRole(site, name);
  if (!found || !isOwn(site.target, found.tags)) return;
  const iam = await site.account.aws.iam();
  await unless('NoSuchEntity', iam.deleteRolePolicy({ RoleName: name, PolicyName: POLICY }));
  await unless('NoSuchEntity', iam.deleteRole({ RoleName: name }));
}

export function roleArn({ account: { id, partition } }: Site, name: string): string {
  return `arn:${partition}:iam::${id}:role/${name}`;
}

async function findRole({ account }: Site, name: string) {
  const { getRole } = await account.aws.iam();
  try {
    const { Role: { Tags = [] } = {} } = await getRole({ RoleName: name });
    return { tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) };
  } catch (error) {
    if (hasCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}

async function unless(code: string, call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!hasCode(error, code)) throw error;
  });
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** What a network of one's own needs knows no resources. */
const NETWORK = ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'];

function rightsOf(site: Site): object {
  const { id, partition, region, options } = site.account;
  const Resource = `arn:${partition}:logs:${region}:${id}:log-group:${logGroup(site)}:*`;
  const writing = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource };
  const reaching = { Effect: 'Allow', Action: NETWORK, Resource: '*' };
  return { Version: '2012-10-17', Statement: options.subnets.length > 0 ? [writing, reaching] : [writing] };
}

function stranger(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `The account has a role ${name} that this project did not make`,
    fix: 'Name the role to use in aws.role of the service',
  });
}
