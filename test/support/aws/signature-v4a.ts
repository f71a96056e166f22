import { createECDH, createHmac, createPublicKey, verify } from 'node:crypto';
import type { Credential } from './credentials.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const LABEL = 'AWS4-ECDSA-P256-SHA256';

/** Whether a SigV4A signature was made with the key pair that follows from the secret key. */
export function isSignedBy(by: Credential, text: string, signature: string): boolean {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(Buffer.from(privateKey(by).toString(16).padStart(64, '0'), 'hex'));
  const point = curve.getPublicKey();
  const [x = '', y = ''] = [point.subarray(1, 33), point.subarray(33)].map((it) => it.toString('base64url'));
  const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'));
}

/** Key derivation in counter mode (NIST SP 800-108) until the number is one of the curve's. */
function privateKey({ accessKeyId, secretAccessKey }: Credential): bigint {
  for (let counter = 1; counter < 255; counter++) {
    const input = [number(1), LABEL, Buffer.from([0]), accessKeyId, Buffer.from([counter]), number(256)];
    const mac = createHmac('sha256', `AWS4A${secretAccessKey}`);
    for (const part of input) mac.update(part);
    const candidate = BigInt(`0x${mac.digest('hex')}`);
    if (candidate <= ORDER - 2n) return candidate + 1n;
  }
  throw new Error('no key follows from this secret');
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
