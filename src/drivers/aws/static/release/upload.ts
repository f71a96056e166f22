import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { DeployerError } from '../../../../core/errors.ts';
import { printableLine } from '../../../../core/text.ts';
import type { Content } from '../../../upload/content.ts';
import type { Account } from '../../account.ts';
import type { Place } from '../names.ts';
import type { SiteObject } from '../site/objects.ts';
import { STATUS_METADATA } from '../site/viewer-code.ts';
import { Budget } from './budget.ts';

/** Fewer than the client has connections. */
const AT_ONCE = 32;
/** What is under way at once, in memory; bytes. */
const IN_MEMORY = 12 * 1024 * 1024;
/** Larger files go up in parts of this size, which the client can send again; bytes. */
const PART = 8 * 1024 * 1024;
/** S3 takes so many parts of one object. */
const MOST_PARTS = 10_000;
const [shrink, pack] = [promisify(brotliCompress), promisify(gzip)];

interface Uploading {
  readonly account: Account;
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly budget: Budget;
}

/** Brings objects to the bucket. S3 holds each against its digest; sending one twice does no harm. */
export async function uploadObjects(
  account: Account,
  place: Place,
  objects: readonly SiteObject[],
  signal: AbortSignal,
): Promise<void> {
  const given = { account, place, signal, budget: new Budget(IN_MEMORY) };
  const queue = objects[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const object of { [Symbol.iterator]: () => queue }) {
      if (failures.length > 0) return;
      signal.throwIfAborted();
      await uploadOne(object, given).catch((error: unknown) => void failures.push(named(error, object)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, objects.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

async function uploadOne(object: SiteObject, given: Uploading): Promise<void> {
  const { size } = object.content;
  if (size > PART && object.encoding === undefined) return given.budget.within(PART, () => inParts(object, given));
  return given.budget.within(size, () => whole(object, given));
}

async function whole(object: SiteObject, { account, place }: Uploading): Promise<void> {
  const { putObject } = await account.aws.s3();
  const bytes = await bytesOf(object.content);
  const plain = object.encoding === undefined;
  await putObject({
    ...headersOf(object, account, place),
    Body: plain ? bytes : await compressed(bytes, object.encoding),
    ...(plain ? { ChecksumSHA256: Buffer.from(object.content.digest, 'hex').toString('base64') } : {}),
  });
}

function headersOf({ key, type, caching, encoding, status }: SiteObject, { id }: Account, { bucket, prefix }: Place) {
  return {
    Bucket: bucket,
    Key: prefix + key,
    ContentType: type,
    CacheControl: caching,
    ExpectedBucketOwner: id,
    ...(encoding === undefined ? {} : { ContentEncoding: encoding }),
    ...(status === undefined ? {} : { Metadata: { [STATUS_METADATA]: String(status) } }),
  };
}

async function bytesOf(content: Content): Promise<Buffer> {
  for await (const all of chunksOf(content, Math.max(1, content.size))) return all;
  return Buffer.alloc(0);
}

function compressed(bytes: Buffer, encoding: SiteObject['encoding']): Promise<Buffer> {
  return encoding === 'br' ? shrink(bytes) : pack(bytes, { level: 9 });
}

/** What was begun and is left by a cut is removed by the bucket's own rule after a day. */
async function inParts(object: SiteObject, { account, place, signal }: Uploading): Promise<void> {
  const { createMultipartUpload, uploadPart, completeMultipartUpload, abortMultipartUpload } = await account.aws.s3();
  const { UploadId } = await createMultipartUpload(headersOf(object, account, place));
  const upload = { Bucket: place.bucket, Key: place.prefix + object.key, UploadId, ExpectedBucketOwner: account.id };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for await (const Body of partsOf(object.content)) {
      signal.throwIfAborted();
      const PartNumber = Parts.length + 1;
      Parts.push({ PartNumber, ETag: (await uploadPart({ ...upload, PartNumber, Body })).ETag });
    }
    await completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
  } catch (error) {
    await abortMultipartUpload(upload).catch(() => undefined);
    throw error;
  }
}

function partsOf(content: Content): AsyncGenerator<Buffer> {
  return chunksOf(content, Math.max(PART, Math.ceil(content.size / MOST_PARTS)));
}

/** Of one size each but for the last; nothing is held twice. What is read too much or too little fails at its end. */
async function* chunksOf(content: Content, size: number): AsyncGenerator<Buffer> {
  let chunk = Buffer.allocUnsafe(Math.min(size, content.size));
  let [used, left] = [0, content.size];
  for await (const part of content.open())
    for (let from = 0; from < part.length && left > 0; ) {
      const fitting = part.subarray(from, from + chunk.length - used);
      chunk.set(fitting, used);
      used += fitting.length;
      from += fitting.length;
      if (used < chunk.length) continue;
      yield chunk;
      left -= used;
      [chunk, used] = [Buffer.allocUnsafe(Math.min(size, left)), 0];
    }
}

function named(error: unknown, { content }: SiteObject): unknown {
  if (!(error instanceof DeployerError)) return error;
  const { failure } = error;
  const reason = `${printableLine(content.path)} could not be uploaded: ${failure.reason}`;
  return new DeployerError({ ...failure, stage: 'deploy', reason }, error.cause);
}
