import { actions, STACK_RIGHTS } from '../rights.ts';
import type { Adopting } from './names.ts';

const FILES = actions('s3', ['ListBucket PutObject GetObject DeleteObject AbortMultipartUpload']);

const OWN_BUCKET = actions('s3', [
  'CreateBucket DeleteBucket TagResource PutBucketTagging PutBucketPublicAccessBlock PutBucketOwnershipControls',
  'PutLifecycleConfiguration PutBucketPolicy GetBucketPolicy DeleteBucketPolicy',
]);

const OWN_DISTRIBUTION = actions('cloudfront', [
  'CreateDistribution GetDistributionConfig UpdateDistribution DeleteDistribution ListConflictingAliases',
  'CreateOriginAccessControl GetOriginAccessControl DeleteOriginAccessControl',
]);

const SHARED = [
  ...STACK_RIGHTS,
  ...FILES,
  ...actions('cloudfront', [
    'GetDistribution TagResource ListTagsForResource GetFunction CreateFunction DescribeFunction UpdateFunction',
    'PublishFunction DeleteFunction CreateKeyValueStore DescribeKeyValueStore DeleteKeyValueStore',
  ]),
  ...actions('cloudfront-keyvaluestore', ['DescribeKeyValueStore GetKey ListKeys UpdateKeys']),
];

/** Actions that deploys of this kind need, as policies name them. */
export const RIGHTS: readonly string[] = [...SHARED, ...OWN_BUCKET, ...OWN_DISTRIBUTION];

/** What plans look at beforehand, and go on without. */
export const LOOKS: readonly string[] = actions('acm', ['DescribeCertificate']);

/** Those that are needed where others have made the bucket or the distribution. */
export function rightsOf({ bucket, distribution }: Adopting): readonly string[] {
  return [
    ...SHARED,
    ...(bucket === undefined ? OWN_BUCKET : []),
    ...(distribution === undefined ? OWN_DISTRIBUTION : []),
  ];
}

/** In a bucket of others: for the bucket itself, of which all but the first only look, and for our files in it. */
export const ADOPTED_BUCKET_RIGHTS = {
  bucket: actions('s3', [
    'ListBucket GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketOwnershipControls',
    'GetBucketWebsite',
  ]),
  files: FILES.filter((right) => right !== 's3:ListBucket'),
} as const;
