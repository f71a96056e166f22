import type { Need } from '../policy.ts';
import { arnOf } from '../service.ts';
import type { Properties, ResourceContext } from './resources.ts';

type Moment = 'create' | 'update' | 'remove';

/**
 * What CloudFormation does for a resource with the rights of who asked: by type, the published permissions of its handlers, as
 * far as properties need them that templates of deployer have. They all have tags. Attributes come from the handler that reads.
 * Not held against what is published: distributions, security groups, clusters, listeners, policies of buckets.
 */
const RIGHTS: Readonly<Record<string, Readonly<Record<Moment, string>>>> = {
  'AWS::CloudFront::Distribution': {
    create: 'cloudfront: CreateDistribution GetDistribution GetDistributionConfig TagResource',
    update: 'cloudfront: GetDistribution GetDistributionConfig UpdateDistribution ListTagsForResource',
    remove: 'cloudfront: GetDistribution GetDistributionConfig DeleteDistribution',
  },
  'AWS::CloudFront::Function': {
    create: 'cloudfront: CreateFunction PublishFunction DescribeFunction GetFunction ListTagsForResource TagResource',
    update: 'cloudfront: UpdateFunction PublishFunction DescribeFunction',
    remove: 'cloudfront: DescribeFunction DeleteFunction',
  },
  'AWS::CloudFront::KeyValueStore': {
    create: 'cloudfront: CreateKeyValueStore DescribeKeyValueStore',
    update: 'cloudfront: UpdateKeyValueStore DescribeKeyValueStore',
    remove: 'cloudfront: DescribeKeyValueStore DeleteKeyValueStore',
  },
  'AWS::CloudFront::OriginAccessControl': {
    create: 'cloudfront: CreateOriginAccessControl GetOriginAccessControl',
    update: 'cloudfront: UpdateOriginAccessControl GetOriginAccessControl',
    remove: 'cloudfront: GetOriginAccessControl DeleteOriginAccessControl',
  },
  'AWS::EC2::SecurityGroup': {
    create: 'ec2: CreateSecurityGroup AuthorizeSecurityGroupIngress DescribeSecurityGroups CreateTags',
    update: 'ec2: AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DescribeSecurityGroups',
    remove: 'ec2: DescribeSecurityGroups DeleteSecurityGroup',
  },
  'AWS::ECR::Repository': {
    create: 'ecr: CreateRepository PutLifecyclePolicy SetRepositoryPolicy TagResource DescribeRepositories',
    update: 'ecr: DescribeRepositories SetRepositoryPolicy DeleteRepositoryPolicy',
    remove: 'ecr: DeleteRepository',
  },
  'AWS::ECS::Cluster': {
    create: 'ecs: CreateCluster DescribeClusters TagResource',
    update: 'ecs: DescribeClusters',
    remove: 'ecs: DescribeClusters DeleteCluster',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    create: 'elasticloadbalancing: CreateLoadBalancer DescribeLoadBalancers AddTags',
    update: 'elasticloadbalancing: DescribeLoadBalancers SetSubnets',
    remove: 'elasticloadbalancing: DescribeLoadBalancers DeleteLoadBalancer',
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    create: 'elasticloadbalancing: CreateTargetGroup DescribeTargetGroups ModifyTargetGroupAttributes AddTags',
    update: 'elasticloadbalancing: DescribeTargetGroups ModifyTargetGroup ModifyTargetGroupAttributes',
    remove: 'elasticloadbalancing: DescribeTargetGroups DeleteTargetGroup',
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    create: 'elasticloadbalancing: CreateListener DescribeListeners AddTags',
    update: 'elasticloadbalancing: DescribeListeners ModifyListener',
    remove: 'elasticloadbalancing: DescribeListeners DeleteListener',
  },
  'AWS::IAM::Role': {
    create: 'iam: CreateRole TagRole PutRolePolicy GetRole ListAttachedRolePolicies ListRolePolicies GetRolePolicy',
    update: 'iam: PutRolePolicy GetRole ListAttachedRolePolicies ListRolePolicies GetRolePolicy',
    remove: 'iam: GetRole ListAttachedRolePolicies ListRolePolicies DeleteRolePolicy DeleteRole',
  },
  'AWS::Logs::LogGroup': {
    create: 'logs: DescribeLogGroups CreateLogGroup PutRetentionPolicy TagResource',
    update: 'logs: DescribeLogGroups PutRetentionPolicy',
    remove: 'logs: DescribeLogGroups DeleteLogGroup',
  },
  'AWS::S3::Bucket': {
    create:
      's3: CreateBucket ListBucket PutBucketTagging PutBucketPublicAccessBlock PutBucketOwnershipControls PutLifecycleConfiguration',
    update:
      's3: ListBucket PutBucketTagging PutBucketPublicAccessBlock PutBucketOwnershipControls PutLifecycleConfiguration',
    remove: 's3: ListBucket DeleteBucket',
  },
  'AWS::S3::BucketPolicy': {
    create: 's3: GetBucketPolicy PutBucketPolicy',
    update: 's3: GetBucketPolicy PutBucketPolicy',
    remove: 's3: GetBucketPolicy DeleteBucketPolicy',
  },
};

interface About {
  readonly type: string;
  readonly properties: Properties;
  readonly physicalId: string | undefined;
}

export function needsOfResource(moment: Moment, about: About, context: ResourceContext): readonly Need[] {
  const [service = '', ...names] = (RIGHTS[about.type]?.[moment] ?? '').split(' ').filter(Boolean);
  const thing = thingOf(about, context);
  // This one is asked of all groups at once, whatever their names begin with.
  const groups = arnOf(context, 'logs', 'log-group::log-stream:');
  return names.map((name) => ({ right: `${service}${name}`, resource: name === 'DescribeLogGroups' ? groups : thing }));
}

/** The ARN, for services whose things the least policies name. */
function thingOf({ type, properties, physicalId }: About, context: ResourceContext): string | undefined {
  const given =
    properties['RoleName'] ?? properties['LogGroupName'] ?? properties['BucketName'] ?? properties['Bucket'];
  const name = physicalId ?? given ?? context.name(64);
  if (type.startsWith('AWS::S3::')) return `arn:aws:s3:::${name}`;
  if (type.startsWith('AWS::IAM::')) return `arn:aws:iam::${context.account}:role/${name}`;
  return type.startsWith('AWS::Logs::') ? arnOf(context, 'logs', `log-group:${name}`) : undefined;
}
