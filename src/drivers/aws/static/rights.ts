import { actions, STACK_RIGHTS } from '../rights.ts';

/** Actions that deploys of this kind need, as policies name them. */
export const RIGHTS: readonly string[] = [
  ...STACK_RIGHTS,
  ...actions('s3', [
    'CreateBucket DeleteBucket TagResource PutBucketTagging ListBucket PutBucketPublicAccessBlock PutBucketOwnershipControls',
    'PutLifecycleConfiguration PutBucketPolicy GetBucketPolicy DeleteBucketPolicy PutObject GetObject DeleteObject',
    'AbortMultipartUpload',
  ]),
  ...actions('cloudfront', [
    'CreateDistribution GetDistribution GetDistributionConfig UpdateDistribution DeleteDistribution TagResource',
    'ListTagsForResource GetFunction',
    'CreateOriginAccessControl GetOriginAccessControl UpdateOriginAccessControl DeleteOriginAccessControl',
    'CreateKeyValueStore DescribeKeyValueStore UpdateKeyValueStore DeleteKeyValueStore CreateFunction DescribeFunction',
    'UpdateFunction PublishFunction DeleteFunction ListConflictingAliases',
  ]),
  ...actions('cloudfront-keyvaluestore', ['DescribeKeyValueStore GetKey ListKeys UpdateKeys']),
];
