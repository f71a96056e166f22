import { createHash, createHmac, hash } from 'node:crypto';
import { canonicalJson } from './json.ts';

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`;

export function digestBytes(bytes: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** The digest of several texts, one behind the other, which need not be in memory at once. */
export function digestTexts(texts: Iterable<string>): Digest {
  const digest = createHash('sha256');
  for (const text of texts) digest.update(text);
  return `sha256:${digest.digest('hex')}`;
}

/** The digest of a value's canonical JSON: the same for equal values, whatever the order of their keys. */
export function digestValue(value: unknown): Digest {
  return digestBytes(canonicalJson(value));
}

/**
 * A fingerprint that tells whether a value changed but cannot be guessed back from a short value: HMAC-SHA-256 with the
 * project's key, which lies beside the state and never in it. 128 bits are kept, written `hmac:` and 32 hex digits.
 */
export type Fingerprint = `hmac:${string}`;

export function fingerprint(key: Uint8Array, name: string, value: string): Fingerprint {
  const mac = createHmac('sha256', key).update(name).update('\0').update(value);
  return `hmac:${mac.digest('hex').slice(0, 32)}`;
}
