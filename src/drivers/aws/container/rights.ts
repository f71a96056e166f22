import { actions, STACK_RIGHTS } from '../rights.ts';

/** Actions that deploys of this kind need, as policies name them. */
export const RIGHTS: readonly string[] = [
  ...actions('ecr', [
    'GetAuthorizationToken CreateRepository TagResource DescribeRepositories PutLifecyclePolicy SetRepositoryPolicy DeleteRepositoryPolicy',
    'BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage BatchGetImage',
    'GetDownloadUrlForLayer DescribeImages DeleteRepository',
  ]),
  ...actions('ecs', [
    'CreateCluster DescribeClusters DeleteCluster RegisterTaskDefinition DescribeTaskDefinition',
    'ListTaskDefinitions DeregisterTaskDefinition CreateService UpdateService DescribeServices DeleteService ListTasks',
    'DescribeTasks RunTask StopTask TagResource',
  ]),
  ...actions('elasticloadbalancing', [
    'CreateLoadBalancer DescribeLoadBalancers SetSubnets ModifyLoadBalancerAttributes DeleteLoadBalancer CreateTargetGroup',
    'DescribeTargetGroups ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup CreateListener DescribeListeners',
    'ModifyListener DeleteListener CreateRule DescribeRules ModifyRule DeleteRule DescribeTargetHealth AddTags DescribeTags',
  ]),
  ...actions('ec2', [
    'DescribeVpcs DescribeSubnets DescribeRouteTables DescribeSecurityGroups CreateSecurityGroup',
    'AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DeleteSecurityGroup CreateTags',
  ]),
  ...actions('iam', [
    'GetRole CreateRole TagRole PutRolePolicy GetRolePolicy ListRolePolicies ListAttachedRolePolicies DeleteRolePolicy',
    'DeleteRole PassRole',
  ]),
  ...actions('logs', [
    'CreateLogGroup PutRetentionPolicy TagResource DescribeLogGroups FilterLogEvents DeleteLogGroup',
  ]),
  ...actions('ssm', ['PutParameter AddTagsToResource GetParametersByPath DeleteParameters']),
  ...actions('cloudwatch', ['GetMetricData']),
  ...STACK_RIGHTS,
];

/** What plans look at beforehand, and go on without. */
export const LOOKS: readonly string[] = [
  ...actions('acm', ['DescribeCertificate']),
  ...actions('elasticloadbalancing', ['DescribeAccountLimits']),
];
