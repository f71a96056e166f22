import { createDecipheriv, createECDH, ECDH, hkdfSync } from 'node:crypto';

/** What stands before a value that dotenvx has encrypted. */
export const ENCRYPTED = 'encrypted:';

const CURVE = 'secp256k1';
/** Bytes: the sender's public key uncompressed, nonce, tag; what follows is the text. */
const [PUBLIC, NONCE, TAG] = [65, 16, 16];
const NOTHING = Buffer.alloc(0);

export function isPrivateKey(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}

/** The compressed public key of a private one, as dotenvx writes it into the file. `undefined` for a key out of range. */
export function publicKeyOf(privateKey: string): string | undefined {
  try {
    const own = createECDH(CURVE);
    own.setPrivateKey(privateKey, 'hex');
    return own.getPublicKey('hex', 'compressed');
  } catch {
    return undefined;
  }
}

/**
 * Undoes what dotenvx does to a value: ECIES on secp256k1 with HKDF-SHA256 and AES-256-GCM. `undefined` for another key or a
 * damaged text, which cannot be told apart.
 */
export function decrypted(value: string, privateKey: string): string | undefined {
  const bytes = Buffer.from(value.slice(ENCRYPTED.length), 'base64');
  try {
    const own = createECDH(CURVE);
    own.setPrivateKey(privateKey, 'hex');
    const sender = bytes.subarray(0, PUBLIC);
    const x = own.computeSecret(sender);
    return opened(bytes, { sender, x, sign: 2 }) ?? opened(bytes, { sender, x, sign: 3 });
  } catch {
    return undefined;
  }
}

interface Shared {
  readonly sender: Buffer;
  /** Of the shared point; the key is made from both coordinates. */
  readonly x: Buffer;
  /** Which of the two points that have this x. */
  readonly sign: 2 | 3;
}

function opened(bytes: Buffer, { sender, x, sign }: Shared): string | undefined {
  const compressed = Buffer.concat([Buffer.from([sign]), x]);
  const point = ECDH.convertKey(compressed, CURVE, undefined, undefined, 'uncompressed') as Buffer;
  const key = hkdfSync('sha256', Buffer.concat([sender, point]), NOTHING, NOTHING, 32);
  const [nonce, tag] = [bytes.subarray(PUBLIC, PUBLIC + NONCE), bytes.subarray(PUBLIC + NONCE, PUBLIC + NONCE + TAG)];
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), nonce, { authTagLength: TAG }).setAuthTag(tag);
  const text = decipher.update(bytes.subarray(PUBLIC + NONCE + TAG));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
