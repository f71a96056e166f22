/** Rights that no call of a kind's scenario needs, and what they are there for. */
export const IN_TROUBLE: Readonly<Record<'static' | 'container' | 'function', Readonly<Record<string, string>>>> = {
  static: {
    'acm:DescribeCertificate': 'domains of its own',
    'cloudformation:ContinueUpdateRollback': 'a stack whose taking back got stuck',
    'cloudformation:DeleteChangeSet': 'a change set that came to nothing',
    'cloudfront-keyvaluestore:ListKeys': 'releases that make room',
    'cloudfront:ListConflictingAliases': 'domains of its own',
    'cloudfront:UpdateDistribution': 'domains that change',
    'cloudfront:UpdateFunction': 'a newer deployer',
    's3:AbortMultipartUpload': 'a large file whose upload fails',
    's3:TagResource': 'a bucket that gets its tags while it is made',
  },
  container: {
    'acm:DescribeCertificate': 'a certificate of its own',
    'cloudformation:ContinueUpdateRollback': 'a stack whose taking back got stuck',
    'cloudformation:DeleteChangeSet': 'a change set that came to nothing',
    'ec2:RevokeSecurityGroupIngress': 'addresses that may ask no more',
    'ecr:DeleteRepositoryPolicy': 'readers that are taken away',
    'ecs:StopTask': 'a command that is cut off',
    'elasticloadbalancing:ModifyListener': 'a certificate that changes',
    'elasticloadbalancing:ModifyLoadBalancerAttributes': 'published for making one; whether it is asked is not known',
    'elasticloadbalancing:SetSubnets': 'subnets that change',
    'iam:CreateServiceLinkedRole': 'the first cluster or load balancer of an account',
  },
  function: { 'lambda:UpdateFunctionUrlConfig': 'streaming that is switched' },
};
