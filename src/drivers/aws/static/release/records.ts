import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { hasCode } from '../../../../aws/failure.ts';
import { DeployerError } from '../../../../core/errors.ts';
import { printableLine } from '../../../../core/text.ts';
import type { Account } from '../../account.ts';
import type { Shelf } from '../names.ts';
import type { PageEntry } from '../site/pages.ts';

/** What a release consists of, kept in the bucket beside it. That it is there says that all the rest is. */
export interface Record {
  /** Paths, and what stands for them. */
  readonly entries: readonly PageEntry[];
  /** Keys of its objects. */
  readonly keys: readonly string[];
  /** What its options were, as far as they change what is served. */
  readonly made: string;
}

export interface Listed {
  readonly ref: string;
  readonly at: Date;
}

const FOLDER = 'r/';
const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/** Releases that are whole, newest first; `undefined` where there is no bucket. */
export async function listRecords(account: Account, { bucket, prefix }: Shelf): Promise<readonly Listed[] | undefined> {
  const { listObjectsV2 } = await account.aws.s3();
  try {
    const { Contents = [] } = await listObjectsV2({
      Bucket: bucket,
      Prefix: prefix + FOLDER,
      ExpectedBucketOwner: account.id,
    });
    return Contents.map(({ Key = '', LastModified = new Date(0) }) => ({
      ref: Key.slice(prefix.length + FOLDER.length),
      at: LastModified,
    })).sort((one, other) => other.at.getTime() - one.at.getTime());
  } catch (error) {
    if (hasCode(error, 'NoSuchBucket')) return undefined;
    throw error;
  }
}

/** `undefined` where there is none. */
export async function readRecord(
  account: Account,
  { bucket, prefix }: Shelf,
  ref: string,
): Promise<Record | undefined> {
  const { getObject } = await account.aws.s3();
  try {
    const { Body } = await getObject({ Bucket: bucket, Key: prefix + FOLDER + ref, ExpectedBucketOwner: account.id });
    const packed = await Body?.transformToByteArray();
    return packed && (JSON.parse((await unpack(packed)).toString()) as Record);
  } catch (error) {
    if (hasCode(error, 'NoSuchKey')) return undefined;
    throw error;
  }
}

export async function writeRecord(
  account: Account,
  { bucket, prefix }: Shelf,
  ref: string,
  record: Record,
): Promise<void> {
  const { putObject } = await account.aws.s3();
  await putObject({
    Bucket: bucket,
    Key: prefix + FOLDER + ref,
    Body: await pack(JSON.stringify(record)),
    ContentType: 'application/gzip',
    ExpectedBucketOwner: account.id,
  });
}

export async function removeRecord(account: Account, place: Shelf, ref: string): Promise<void> {
  await removeObjects(account, place, [FOLDER + ref]);
}

const AT_ONCE = 1_000;

/** Keys of everything below a folder of the bucket. */
export async function* listObjects(
  account: Account,
  { bucket, prefix }: Shelf,
  folder: string,
): AsyncGenerator<string[]> {
  const { listObjectsV2 } = await account.aws.s3();
  let after: string | undefined;
  do {
    const { Contents = [], NextContinuationToken } = await listObjectsV2({
      Bucket: bucket,
      Prefix: prefix + folder,
      ExpectedBucketOwner: account.id,
      ...(after === undefined ? {} : { ContinuationToken: after }),
    });
    yield Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)]));
    after = NextContinuationToken;
  } while (after !== undefined);
}

export async function removeObjects(
  account: Account,
  { bucket, prefix }: Shelf,
  keys: readonly string[],
): Promise<void> {
  const { deleteObjects } = await account.aws.s3();
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const Objects = keys.slice(from, from + AT_ONCE).map((key) => ({ Key: prefix + key }));
    const { Errors = [] } = await deleteObjects({
      Bucket: bucket,
      Delete: { Objects, Quiet: true },
      ExpectedBucketOwner: account.id,
    });
    if (Errors[0]) throw notRemoved(bucket, Errors[0], Errors.length);
  }
}

/** S3 answers 200 even so. */
function notRemoved(
  bucket: string,
  { Code, Key }: { Code?: string | undefined; Key?: string | undefined },
  count: number,
): DeployerError {
  return new DeployerError({
    code: Code === 'AccessDenied' ? 'INSUFFICIENT_PERMISSIONS' : 'PLATFORM_UNAVAILABLE',
    reason: `${count} files of the bucket ${bucket} could not be removed`,
    fix: 'Try again; removing needs s3:DeleteObject',
    detail: [`${printableLine(Key ?? '')}: ${printableLine(Code ?? '')}`],
  });
}
