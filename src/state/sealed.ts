import { createHash } from 'node:crypto';
import type { Digest } from '../core/digest.ts';

const HEAD = '{"digest":"';
const DIGEST_LENGTH = 'sha256:'.length + 64;
const BODY_START = HEAD.length + DIGEST_LENGTH + '",'.length;

export interface Sealed {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/**
 * JSON that tells whether it is whole: an object whose first member is the digest of the text without that member.
 * No byte of the file is outside: the digest's own bytes and the frame around it have one form only.
 */
export function seal(value: object): Sealed {
  const text = JSON.stringify(value);
  const digest: Digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { digest, bytes: Buffer.from(`${HEAD}${digest}",${text.slice(1)}\n`) };
}

/** The value and its digest; `undefined` when a single bit is not as it was written. */
export function unseal(bytes: Uint8Array): { readonly digest: Digest; readonly value: object } | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const digest: Digest = `sha256:${file.toString('latin1', BODY_START - 66, BODY_START - 2)}`;
  const body = file.subarray(BODY_START, -1);
  if (file.toString('latin1', 0, BODY_START) !== `${HEAD}${digest}",` || file.at(-1) !== 0x0a) return undefined;
  if (createHash('sha256').update('{').update(body).digest('hex') !== digest.slice('sha256:'.length)) return undefined;
  return parsed(digest, `{${body.toString('utf8')}`);
}

function parsed(digest: Digest, text: string) {
  try {
    return { digest, value: JSON.parse(text) as object };
  } catch {
    return undefined;
  }
}
