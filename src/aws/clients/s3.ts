import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of S3. */
export function openS3({ config, signal }: ClientTerms) {
  return callsOf(
    new S3Client({ ...config, forcePathStyle: config.endpoint !== undefined }),
    { service: 'S3', signal },
    {
      headBucket: HeadBucketCommand,
      getBucketOwnershipControls: GetBucketOwnershipControlsCommand,
      getBucketPolicy: GetBucketPolicyCommand,
      getBucketPolicyStatus: GetBucketPolicyStatusCommand,
      getBucketWebsite: GetBucketWebsiteCommand,
      getPublicAccessBlock: GetPublicAccessBlockCommand,
      putObject: PutObjectCommand,
      getObject: GetObjectCommand,
      listObjectsV2: ListObjectsV2Command,
      deleteObjects: DeleteObjectsCommand,
      createMultipartUpload: CreateMultipartUploadCommand,
      uploadPart: UploadPartCommand,
      completeMultipartUpload: CompleteMultipartUploadCommand,
      abortMultipartUpload: AbortMultipartUploadCommand,
    },
  );
}
