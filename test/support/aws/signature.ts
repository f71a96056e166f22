import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Credential } from './credentials.ts';
import type { WireRequest } from './protocol/request.ts';
import { CommonFault } from './protocol/wire.ts';
import { isSignedBy } from './signature-v4a.ts';

/** What an `Authorization` says of its request. */
export interface Signature {
  readonly algorithm: string;
  readonly accessKeyId: string;
  /** `20260101/us-east-1/ecs/aws4_request`; without a region for SigV4A. */
  readonly scope: string;
  readonly service: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export const SYMMETRIC = 'AWS4-HMAC-SHA256';
export const ASYMMETRIC = 'AWS4-ECDSA-P256-SHA256';
const LEEWAY = 15 * 60_000;

/** Undefined for a request without a signature of either kind. */
export function signatureOf({ headers }: WireRequest): Signature | undefined {
  const [, algorithm = '', fields = ''] = /^(\S+)\s+(.*)$/.exec(headers['authorization'] ?? '') ?? [];
  if (algorithm !== SYMMETRIC && algorithm !== ASYMMETRIC) return undefined;
  const field = (name: string) => new RegExp(`(?:^|[, ])${name}=([^, ]+)`).exec(fields)?.[1] ?? '';
  const [accessKeyId = '', ...scope] = field('Credential').split('/');
  const regional = algorithm === SYMMETRIC;
  const [region, service, end] = regional ? scope.slice(1) : [headers['x-amz-region-set'], ...scope.slice(1)];
  if (end !== 'aws4_request' || scope.length !== (regional ? 4 : 3) || !service || !region) return undefined;
  return {
    algorithm,
    accessKeyId,
    scope: scope.join('/'),
    service,
    region: region === '*' ? 'us-east-1' : region,
    signedHeaders: field('SignedHeaders').split(';'),
    signature: field('Signature'),
  };
}

/** Throws unless the request was signed with the secret key, in time, with all headers that have to be. */
export function checkSignature(request: WireRequest, signature: Signature, by: Credential, bodyHash: string): void {
  const time = request.headers['x-amz-date'] ?? '';
  checkTime(time);
  for (const name of ['host', ...Object.keys(request.headers).filter((it) => it.startsWith('x-amz-'))])
    if (!signature.signedHeaders.includes(name)) wrong(`'${name}' must be a signed header`);
  const text = [signature.algorithm, time, signature.scope, sha256(canonical(request, signature, bodyHash))].join('\n');
  const valid =
    signature.algorithm === SYMMETRIC
      ? same(hmac(signingKey(by.secretAccessKey, signature.scope), text), signature.signature)
      : isSignedBy(by, text, signature.signature);
  if (!valid)
    wrong(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
}

function wrong(message: string): never {
  throw new CommonFault('wrong_signature', message);
}

function checkTime(text: string): void {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso);
  if (!(Math.abs(time - Date.now()) <= LEEWAY)) throw new CommonFault('skewed', `Signature expired: ${text}`);
}

function canonical(request: WireRequest, { service, signedHeaders }: Signature, bodyHash: string): string {
  const headers = signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`,
  );
  return [
    request.method,
    service === 's3' ? canonicalKey(request.path) : encodePath(request.path),
    canonicalQuery(request.rawQuery),
    headers.join(''),
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

/** S3 takes paths encoded once, all others encode what is encoded again. */
function canonicalKey(path: string): string {
  return path
    .split('/')
    .map((it) => encode(decodeURIComponent(it)))
    .join('/');
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((it) => it.split(/=(.*)/s));
  const encoded = pairs.map(([key = '', value = '']) => [recode(key), recode(value)] as const);
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return encoded
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map((it) => it.join('='))
    .join('&');
}

function recode(text: string): string {
  return encode(decodeURIComponent(text.replaceAll('+', '%20')));
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey(secret: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function same(wanted: Buffer, hex: string): boolean {
  const given = Buffer.from(hex, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
