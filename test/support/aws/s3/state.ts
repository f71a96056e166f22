import { createHash } from 'node:crypto';
import { type AwsCall, AwsFault, type AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly at: Date;
  /** `ContentType`, `CacheControl` and the like, as they were given. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly key: string;
  readonly headers: StoredObject['headers'];
  readonly metadata: StoredObject['metadata'];
  readonly parts: Map<number, Buffer>;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly at: Date;
  tags: Tags;
  /** A policy document. */
  policy: string | undefined;
  publicAccessBlock: Readonly<Record<string, boolean>>;
  /** Without access control lists. */
  ownerEnforced: boolean;
  website: boolean;
  lifecycle: readonly unknown[];
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
}

const buckets = stateOf('s3 buckets', () => new Map<string, Bucket>(), 'world');

/** All buckets there are: their names are everybody's. */
export function bucketsOf(place: AwsPlace): Map<string, Bucket> {
  return buckets(place);
}

/** As new buckets have it. */
const BLOCKED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const NAME = /^(?!xn--|sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function makeBucket(
  place: AwsPlace,
  name: string,
  given: Partial<Bucket> & { readonly namespace?: string },
): Bucket {
  const { account, region, world } = place;
  const { namespace, ...rest } = given;
  if (!NAME.test(name)) throw new AwsFault('InvalidBucketName', 'The specified bucket is not valid.', 400);
  const ownEnd = `-${account}-${region}-an`;
  if (namespace === 'account-regional' ? !name.endsWith(ownEnd) : /-an$/.test(name))
    throw new AwsFault('InvalidBucketName', `The name does not fit its namespace (${ownEnd}).`, 400);
  const taken = bucketsOf(place).get(name);
  if (taken?.account === account) throw new AwsFault('BucketAlreadyOwnedByYou', `You own ${name} already.`, 409);
  if (taken) throw new AwsFault('BucketAlreadyExists', 'The requested bucket name is not available.', 409);
  const bucket: Bucket = {
    name,
    account,
    region,
    at: world.now(),
    tags: new Map(),
    policy: undefined,
    publicAccessBlock: BLOCKED,
    ownerEnforced: true,
    website: false,
    lifecycle: [],
    objects: new Map(),
    uploads: new Map(),
    ...rest,
  };
  bucketsOf(place).set(name, bucket);
  return bucket;
}

/** The bucket of a call, if it is there, ours, in this region, and of the account that is expected. */
export function bucketOf(
  { Bucket: name, ExpectedBucketOwner }: { readonly Bucket: string; readonly ExpectedBucketOwner?: string },
  call: AwsCall,
): Bucket {
  const bucket = bucketsOf(call).get(name);
  if (!bucket) throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.account !== (ExpectedBucketOwner ?? bucket.account) || bucket.account !== call.account)
    throw new AwsFault('AccessDenied', 'Access Denied', 403);
  if (bucket.region !== call.region)
    throw new AwsFault('PermanentRedirect', `The bucket is in ${bucket.region}: use its endpoint`, 301);
  return bucket;
}

export function removeBucket(place: AwsPlace, { name, objects }: Bucket): void {
  if (objects.size > 0) throw new AwsFault('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
  bucketsOf(place).delete(name);
}

export function stored(
  bytes: Buffer,
  at: Date,
  headers: StoredObject['headers'],
  metadata: StoredObject['metadata'] = {},
  etag = createHash('md5').update(bytes).digest('hex'),
): StoredObject {
  return { bytes, at, headers, metadata, etag: `"${etag}"` };
}
