import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { tagList, tagsOf } from '../tags.ts';
import { type Bucket, bucketOf, bucketsOf, makeBucket, removeBucket, type StoredObject, stored } from './state.ts';

type Input = Readonly<Record<string, never>>;

const HEADERS = ['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'ContentType'] as const;
/** The least that every part but the last has to have; bytes. */
const LEAST_PART = 5 * 1024 * 1024;

/** S3: buckets, objects, uploads in parts. */
export const s3: AwsService = {
  signedFor: 's3',
  package: '@aws-sdk/client-s3',
  model: () => import('@aws-sdk/client-s3') as never,
  rights: {
    HeadBucket: 's3:ListBucket',
    ListBuckets: 's3:ListAllMyBuckets',
    ListObjectsV2: 's3:ListBucket',
    HeadObject: 's3:GetObject',
    DeleteObjects: 's3:DeleteObject',
    CreateMultipartUpload: 's3:PutObject',
    UploadPart: 's3:PutObject',
    CompleteMultipartUpload: 's3:PutObject',
    GetBucketTagging: 's3:GetBucketTagging',
    GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
  },
  resourceOf: (_, { Bucket: bucket, Key, Delete }) => {
    const keys: readonly (string | undefined)[] = Delete?.Objects.map((it: { Key: string }) => it.Key) ?? [Key];
    return bucket && keys.map((key) => `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`);
  },
  tagged: (place) =>
    [...bucketsOf(place).values()]
      .filter(({ account, region }) => account === place.account && region === place.region)
      .map(({ name, tags }) => ({ arn: `arn:aws:s3:::${name}`, tags: Object.fromEntries(tags) })),
  operations: {
    ListBuckets: (_, call) => ({
      Owner: { ID: call.account },
      Buckets: [...bucketsOf(call).values()]
        .filter(({ account }) => account === call.account)
        .map(({ name, at }) => ({ Name: name, CreationDate: at })),
    }),
    CreateBucket: ({ Bucket: name, BucketNamespace, CreateBucketConfiguration: given = {} }, call) => {
      if ((given.LocationConstraint ?? 'us-east-1') !== call.region)
        throw new AwsFault('IllegalLocationConstraintException', 'The location constraint is not this region.', 400);
      makeBucket(call, name, { tags: tagsOf(given.Tags), ...(BucketNamespace ? { namespace: BucketNamespace } : {}) });
      return { Location: `/${name}` };
    },
    HeadBucket: (input, call) => ({ BucketRegion: headed(() => bucketOf(input, call)).region }),
    GetBucketLocation: (input, call) => ({ LocationConstraint: bucketOf(input, call).region }),
    GetBucketTagging: (input, call) => {
      const { tags } = bucketOf(input, call);
      if (tags.size === 0) throw new AwsFault('NoSuchTagSet', 'The TagSet does not exist', 404);
      return { TagSet: tagList(tags) };
    },
    GetBucketPolicy: (input, call) => {
      const { policy } = bucketOf(input, call);
      if (policy === undefined) throw new AwsFault('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      return { Policy: policy };
    },
    PutBucketPolicy: (input, call) => void Object.assign(bucketOf(input, call), { policy: input.Policy }),
    GetBucketPolicyStatus: (input, call) => {
      const { policy } = bucketOf(input, call);
      if (policy === undefined) throw new AwsFault('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      return { PolicyStatus: { IsPublic: isPublic(policy) } };
    },
    GetPublicAccessBlock: (input, call) => {
      const { publicAccessBlock: block } = bucketOf(input, call);
      if (Object.values(block).includes(true)) return { PublicAccessBlockConfiguration: block };
      throw new AwsFault('NoSuchPublicAccessBlockConfiguration', 'There is no public access block', 404);
    },
    GetBucketOwnershipControls: (input, call) => {
      if (bucketOf(input, call).ownerEnforced)
        return { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } };
      throw new AwsFault('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', 404);
    },
    GetBucketWebsite: (input, call) => {
      if (bucketOf(input, call).website) return { IndexDocument: { Suffix: 'index.html' } };
      throw new AwsFault('NoSuchWebsiteConfiguration', 'The bucket does not have a website configuration', 404);
    },
    GetBucketLifecycleConfiguration: (input, call) => ({ Rules: bucketOf(input, call).lifecycle }),
    DeleteBucket: (input, call) => removeBucket(call, bucketOf(input, call)),
    PutObject: async (input, call) => {
      const bucket = bucketOf(input, call);
      const object = stored(await bytesOf(input.Body), call.world.now(), headersOf(input), input.Metadata);
      if (input.IfNoneMatch === '*' && bucket.objects.has(input.Key)) throw preconditionFailed();
      bucket.objects.set(input.Key, object);
      return { ETag: object.etag };
    },
    HeadObject: (input, call) => shown(headed(() => objectOf(input, call))),
    GetObject: (input, call) => {
      const object = objectOf(input, call);
      return { ...shown(object), Body: Readable.from([object.bytes]) };
    },
    ListObjectsV2: listObjects,
    DeleteObject: (input, call) => void bucketOf(input, call).objects.delete(input.Key),
    DeleteObjects: ({ Delete, ...input }, call) => {
      const { objects } = bucketOf(input, call);
      if (Delete.Objects.length > 1_000) throw new AwsFault('MalformedXML', 'More than 1000 objects', 400);
      for (const { Key } of Delete.Objects) objects.delete(Key);
      return Delete.Quiet ? {} : { Deleted: Delete.Objects.map(({ Key }: { Key: string }) => ({ Key })) };
    },
    CreateMultipartUpload: (input, call) => {
      const UploadId = call.world.hex(32);
      const upload = { key: input.Key, headers: headersOf(input), metadata: input.Metadata ?? {}, parts: new Map() };
      bucketOf(input, call).uploads.set(UploadId, upload);
      return { Bucket: input.Bucket, Key: input.Key, UploadId };
    },
    UploadPart: async (input, call) => {
      const upload = uploadOf(input, bucketOf(input, call));
      const bytes = await bytesOf(input.Body);
      upload.parts.set(input.PartNumber, bytes);
      return { ETag: `"${md5(bytes)}"` };
    },
    CompleteMultipartUpload: completeUpload,
    AbortMultipartUpload: (input, call) => {
      const bucket = bucketOf(input, call);
      uploadOf(input, bucket);
      bucket.uploads.delete(input.UploadId);
    },
    ListMultipartUploads: (input, call) => ({
      Uploads: [...bucketOf(input, call).uploads].map(([UploadId, { key }]) => ({ UploadId, Key: key })),
    }),
  },
};

/** Lets everybody in. */
function isPublic(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as {
    Statement: { Effect: string; Principal: unknown; Condition?: object }[];
  };
  const everybody = ['"*"', '{"AWS":"*"}'];
  return Statement.some(
    (it) => it.Effect === 'Allow' && !it.Condition && everybody.includes(JSON.stringify(it.Principal)),
  );
}

interface Listing {
  readonly Bucket: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly StartAfter?: string;
  readonly MaxKeys?: number;
  readonly ContinuationToken?: string;
}

function listObjects(input: Listing, call: AwsCall): unknown {
  const { Prefix = '', Delimiter, MaxKeys = 1_000, ContinuationToken, StartAfter = '' } = input;
  const after = ContinuationToken ? Buffer.from(ContinuationToken, 'base64url').toString() : StartAfter;
  const found = [...bucketOf(input, call).objects]
    .filter(([key]) => key.startsWith(Prefix) && key > after)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const folder = (key: string) => {
    const end = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
    return end < 0 ? undefined : key.slice(0, end + 1);
  };
  const page = found.slice(0, Math.min(MaxKeys, 1_000));
  const folders = [...new Set(page.flatMap(([key]) => folder(key) ?? []))];
  const more = found.length > page.length;
  const last = page.at(-1)?.[0] ?? '';
  const files = page.filter(([key]) => folder(key) === undefined);
  return {
    Name: input.Bucket,
    Prefix,
    MaxKeys,
    KeyCount: page.length,
    IsTruncated: more,
    ...(more ? { NextContinuationToken: Buffer.from(last).toString('base64url') } : {}),
    ...(folders.length > 0 ? { CommonPrefixes: folders.map((one) => ({ Prefix: one })) } : {}),
    Contents: files.map(([Key, { etag, at, bytes }]) => ({
      Key,
      ETag: etag,
      LastModified: at,
      Size: bytes.length,
      StorageClass: 'STANDARD',
    })),
  };
}

interface Completion {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  readonly MultipartUpload: { readonly Parts: readonly { readonly PartNumber: number; readonly ETag: string }[] };
}

function completeUpload(input: Completion, call: AwsCall): unknown {
  const bucket = bucketOf(input, call);
  const upload = uploadOf(input, bucket);
  const parts = input.MultipartUpload.Parts.map(({ PartNumber, ETag }, index, all) => {
    const bytes = upload.parts.get(PartNumber);
    if (!bytes || `"${md5(bytes)}"` !== ETag) throw new AwsFault('InvalidPart', 'A part could not be found.', 400);
    if (index > 0 && PartNumber <= (all[index - 1]?.PartNumber ?? 0))
      throw new AwsFault('InvalidPartOrder', 'The parts are not in ascending order.', 400);
    if (index < all.length - 1 && bytes.length < LEAST_PART)
      throw new AwsFault('EntityTooSmall', 'A part is smaller than the minimum allowed size', 400);
    return bytes;
  });
  const etag = `${md5(Buffer.concat(parts.map((part) => Buffer.from(md5(part), 'hex'))))}-${parts.length}`;
  const object = stored(Buffer.concat(parts), call.world.now(), upload.headers, upload.metadata, etag);
  bucket.objects.set(upload.key, object);
  bucket.uploads.delete(input.UploadId);
  return { Bucket: bucket.name, Key: upload.key, ETag: object.etag, Location: `/${bucket.name}/${upload.key}` };
}

function uploadOf({ UploadId, Key }: { readonly UploadId: string; readonly Key: string }, { uploads }: Bucket) {
  const upload = uploads.get(UploadId);
  if (upload?.key !== Key) throw new AwsFault('NoSuchUpload', 'The specified upload does not exist.', 404);
  return upload;
}

function objectOf(input: { readonly Bucket: string; readonly Key: string }, call: AwsCall): StoredObject {
  const object = bucketOf(input, call).objects.get(input.Key);
  if (!object) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', 404);
  return object;
}

/** An answer to HEAD has no body that could name the fault. */
function headed<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof AwsFault && error.status === 404) throw new AwsFault('NotFound', 'UnknownError', 404);
    throw error;
  }
}

function shown({ bytes, etag, at, headers, metadata }: StoredObject) {
  return { ...headers, Metadata: metadata, ContentLength: bytes.length, ETag: etag, LastModified: at };
}

function headersOf(input: Input): StoredObject['headers'] {
  return {
    ContentType: 'binary/octet-stream',
    ...Object.fromEntries(HEADERS.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]))),
  };
}

async function bytesOf(body: AsyncIterable<Buffer> | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of body ?? []) parts.push(part);
  return Buffer.concat(parts);
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function preconditionFailed(): AwsFault {
  return new AwsFault('PreconditionFailed', 'At least one of the preconditions you specified did not hold.', 412);
}
