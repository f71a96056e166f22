/** Actions that deploys of this kind need, as policies name them. */
export const RIGHTS: readonly string[] = [
  ...of('ecr', [
    'GetAuthorizationToken CreateRepository TagResource DescribeRepositories PutLifecyclePolicy SetRepositoryPolicy',
    'BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage BatchGetImage',
    'GetDownloadUrlForLayer DescribeImages BatchDeleteImage DeleteRepository',
  ]),
  ...of('ecs', [
    'CreateCluster DescribeClusters DeleteCluster PutClusterCapacityProviders RegisterTaskDefinition DescribeTaskDefinition',
    'ListTaskDefinitions DeregisterTaskDefinition CreateService UpdateService DescribeServices DeleteService ListTasks',
    'DescribeTasks RunTask StopTask TagResource',
  ]),
  ...of('elasticloadbalancing', [
    'CreateLoadBalancer DescribeLoadBalancers ModifyLoadBalancerAttributes DeleteLoadBalancer CreateTargetGroup',
    'DescribeTargetGroups ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup CreateListener DescribeListeners',
    'ModifyListener DeleteListener CreateRule DescribeRules ModifyRule DeleteRule DescribeTargetHealth AddTags DescribeTags',
  ]),
  ...of('ec2', [
    'DescribeVpcs DescribeSubnets DescribeRouteTables DescribeSecurityGroups CreateSecurityGroup',
    'AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DeleteSecurityGroup CreateTags',
  ]),
  ...of('iam', ['GetRole CreateRole TagRole PutRolePolicy GetRolePolicy DeleteRolePolicy DeleteRole PassRole']),
  ...of('logs', ['CreateLogGroup PutRetentionPolicy TagResource DescribeLogGroups FilterLogEvents DeleteLogGroup']),
  ...of('ssm', ['PutParameter AddTagsToResource GetParametersByPath DeleteParameters']),
  ...of('cloudwatch', ['GetMetricData']),
  ...of('cloudformation', [
    'CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DescribeStacks ListStackResources',
    'DescribeStackEvents DeleteStack ContinueUpdateRollback',
  ]),
];

function of(service: string, names: readonly string[]): string[] {
  return names.flatMap((line) => line.split(' ')).map((name) => `${service}:${name}`);
}
