import type { Need } from './policy.ts';
import type { AwsCall, AwsService } from './service.ts';

/** What a call needs, as the service authorization reference of AWS has it. */
export function needsOf(
  service: AwsService,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  call: AwsCall,
): readonly Need[] {
  const prefix = { monitoring: 'cloudwatch', tagging: 'tag' }[service.signedFor] ?? service.signedFor;
  const right = service.rights?.[operation] ?? `${prefix}:${operation}`;
  if (!right) return [];
  const about = [service.resourceOf?.(operation, input, call)].flat();
  const own = about.map((resource) => ({ right, resource }));
  return [...own, ...(FURTHER[`${prefix}:${operation}`]?.(input, about[0]) ?? [])];
}

// biome-ignore lint/suspicious/noExplicitAny: the input of any operation
type Further = (input: any, resource: string | undefined) => readonly Need[];

/** What is made with tags needs the right to tag it. */
const tagging =
  (right: string): Further =>
  ({ tags = [], Tags = tags }, resource) =>
    Object.keys(Tags).length > 0 ? [{ right, resource }] : [];

/** Who gives a role away has to be allowed to. */
function passing(service: string, roles: readonly (string | undefined)[]): readonly Need[] {
  const context = { 'iam:PassedToService': service };
  return roles.flatMap((resource) => (resource ? [{ right: 'iam:PassRole', resource, context }] : []));
}

/** Lambda reads code, networks and layers with the rights of who names them. */
const code: Further = ({ S3Bucket, S3Key, ImageUri }) => [
  ...(S3Bucket ? [{ right: 's3:GetObject', resource: `arn:aws:s3:::${S3Bucket}/${S3Key}` }] : []),
  ...(ImageUri ? IMAGE_RIGHTS.map((right) => ({ right, resource: repositoryArn(ImageUri) })) : []),
];
const IMAGE_RIGHTS = ['BatchGetImage', 'GetDownloadUrlForLayer', 'GetRepositoryPolicy'].map((name) => `ecr:${name}`);

function repositoryArn(image: string): string {
  const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([^.]+)\.[^/]+\/([^@:]+)/.exec(image) ?? [];
  return `arn:aws:ecr:${region}:${account}:repository/${name}`;
}

const configuration: Further = ({ Role, Layers = [], VpcConfig }) => [
  ...passing('lambda.amazonaws.com', [Role]),
  ...(Layers as string[]).map((resource) => ({ right: 'lambda:GetLayerVersion', resource })),
  ...(VpcConfig?.SubnetIds?.length > 0 ? NETWORK_RIGHTS.map((right) => ({ right })) : []),
];
const NETWORK_RIGHTS = ['DescribeVpcs', 'DescribeSubnets', 'DescribeSecurityGroups'].map((name) => `ec2:${name}`);

const FURTHER: Readonly<Record<string, Further>> = {
  'ecs:CreateService': tagging('ecs:TagResource'),
  'ecs:RunTask': tagging('ecs:TagResource'),
  'ecs:RegisterTaskDefinition': (input, resource) => [
    ...tagging('ecs:TagResource')(input, resource),
    ...passing('ecs-tasks.amazonaws.com', [input.executionRoleArn, input.taskRoleArn]),
  ],
  'elasticloadbalancing:CreateRule': tagging('elasticloadbalancing:AddTags'),
  'iam:CreateRole': tagging('iam:TagRole'),
  'logs:CreateLogGroup': tagging('logs:TagResource'),
  'ssm:PutParameter': tagging('ssm:AddTagsToResource'),
  'lambda:CreateFunction': (input, resource) => [
    ...tagging('lambda:TagResource')(input, resource),
    ...configuration(input, resource),
    ...code(input.Code, resource),
  ],
  'lambda:UpdateFunctionConfiguration': configuration,
  'lambda:UpdateFunctionCode': code,
};
