import { createHash } from 'node:crypto';
import type { Target } from '../../../core/driver.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { Account } from '../account.ts';
import { nameOf } from '../names.ts';

/** Where a target lives, as `provision` answers it. */
export interface Place {
  readonly bucket: string;
  readonly distribution: string;
  /** Host that CloudFront gave it. */
  readonly domain: string;
  /** ARN of the key value store. */
  readonly store: string;
}

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

/** Of the access control, the store and the stack; functions add a word. */
export function ownName(target: Target, word = ''): string {
  return word === '' ? nameOf(target, LONGEST_NAME) : `${nameOf(target, LONGEST_NAME - word.length - 1)}-${word}`;
}

export function placeOf(resource: Json): Place | undefined {
  const { bucket, distribution, domain, store } = (resource ?? {}) as JsonObject;
  const all = [bucket, distribution, domain, store];
  if (!all.every((one) => typeof one === 'string' && one !== '')) return undefined;
  return { bucket, distribution, domain, store } as unknown as Place;
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
