import { createHash } from 'node:crypto';
import type { Target } from '../../../core/driver.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { Account } from '../account.ts';
import { nameOf } from '../names.ts';
import type { StaticOptions } from '../options/static.ts';

/** What others have made, by the options. */
export type Adopting = Pick<StaticOptions, 'bucket' | 'distribution'>;

/** Where a target lives, as `provision` answers it. */
export interface Place {
  readonly bucket: string;
  /** What the names of its objects begin with; empty where all is ours. */
  readonly prefix: string;
  /** What others had made. */
  readonly adopts: Adopting;
  /** Certificate and domains that the distribution has. */
  readonly certified?: string;
  readonly distribution: string;
  /** Host that CloudFront gave it. */
  readonly domain: string;
  /** The first of the hosts that an adopted distribution answers for. */
  readonly host?: string;
  /** ARN of the key value store. */
  readonly store: string;
}

/** Where objects are kept. */
export type Shelf = Pick<Place, 'bucket' | 'prefix'>;

const LONGEST_BUCKET = 63;
const LONGEST_NAME = 64;
/** Where buckets cannot be named within an account. */
const WITHOUT_NAMESPACE = ['me-south-1', 'me-central-1'];

export function hasNamespace({ region }: Pick<Account, 'region'>): boolean {
  return !WITHOUT_NAMESPACE.includes(region);
}

/** Within the account's own namespace, where nobody else can have it, now or later. */
export function bucketName(target: Target, account: Pick<Account, 'id' | 'region'>): string {
  const end = `-${account.id}-${account.region}${hasNamespace(account) ? '-an' : ''}`;
  return nameOf(target, LONGEST_BUCKET - end.length) + end;
}

/** Beside what is others', ours has a folder of its own; so it has where a distribution of others takes it from. */
export function prefixOf(target: Target, { bucket, distribution }: Adopting): string {
  return bucket === undefined && distribution === undefined ? '' : `deployer/${ownName(target)}/`;
}

/** Host of a bucket, for CloudFront. */
export function bucketHost(bucket: string, { region, partition }: Pick<Account, 'region' | 'partition'>): string {
  const end = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' }[partition] ?? 'amazonaws.com';
  return `${bucket}.s3.${region}.${end}`;
}

export function distributionArn({ partition, id }: Pick<Account, 'partition' | 'id'>, distribution: string): string {
  return `arn:${partition}:cloudfront::${id}:distribution/${distribution}`;
}

/** Of the access control, the store and the stack; functions add a word. */
export function ownName(target: Target, word = ''): string {
  return word === '' ? nameOf(target, LONGEST_NAME) : `${nameOf(target, LONGEST_NAME - word.length - 1)}-${word}`;
}

export function placeOf(resource: Json): Place | undefined {
  const { bucket, distribution, domain, store, prefix = '', adopts = {}, ...more } = (resource ?? {}) as JsonObject;
  const all = [bucket, distribution, domain, store];
  if (!all.every((one) => typeof one === 'string' && one !== '')) return undefined;
  return { ...more, bucket, prefix, adopts, distribution, domain, store } as unknown as Place;
}

/** The same for every attempt of one operation; another for the next one, even of the same version. */
export function refOf(target: Target, version: string, key: string): string {
  const { project, environment, service } = target;
  return `${version}.${digest(`${project}/${environment}/${service.name}/${key}`, 22)}`;
}

export function versionOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('.'));
}

/** By which a release can be looked at before it has users. Nobody can tell it from what the public sees. */
export function tokenOf(ref: string): string {
  return digest(`check ${ref}`, 22);
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length);
}
