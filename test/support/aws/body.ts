import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { WireRequest } from './protocol/request.ts';
import { AwsFault } from './service.ts';

/**
 * The body of a request to S3, as it comes: the frames of `aws-chunked` taken off, and at its end held against the hash
 * that was signed and the checksums that came with it, in headers or after the last frame.
 */
export async function* checkedBody(request: WireRequest): AsyncGenerator<Buffer> {
  const { headers } = request;
  const signed = headers['x-amz-content-sha256'] ?? '';
  const chunked = signed.startsWith('STREAMING-');
  const trailers: Record<string, string> = {};
  const checks = checksOf(headers, (headers['x-amz-trailer'] ?? '').split(',').filter(Boolean));
  if (/^[\da-f]{64}$/.test(signed))
    checks.push({ ...digest('sha256', 'hex'), name: 'x-amz-content-sha256', wanted: signed });
  let length = 0;
  for await (const part of chunked ? unframed(request.body, trailers) : request.body) {
    length += part.length;
    for (const check of checks) check.add(part);
    yield part;
  }
  const promised = headers['x-amz-decoded-content-length'];
  if (chunked && Number(promised) !== length)
    throw new AwsFault('IncompleteBody', 'The body is not as long as promised', 400);
  for (const { name, wanted, end } of checks) {
    if (end() === (wanted ?? trailers[name])) continue;
    const code = name === 'x-amz-content-sha256' ? 'XAmzContentSHA256Mismatch' : 'BadDigest';
    throw new AwsFault(code, `The ${name} you specified did not match the calculated checksum.`, 400);
  }
}

interface Sum {
  readonly add: (part: Buffer) => void;
  readonly end: () => string;
}

interface Check extends Sum {
  readonly name: string;
  /** Undefined: it comes after the last frame. */
  readonly wanted: string | undefined;
}

function checksOf(headers: Readonly<Record<string, string>>, trailers: readonly string[]): Check[] {
  const names = [...Object.keys(headers), ...trailers.map((it) => it.trim().toLowerCase())];
  return names.flatMap((name) => {
    const sum = sumOf(name);
    return sum ? [{ ...sum, name, wanted: headers[name] }] : [];
  });
}

function sumOf(name: string): Sum | undefined {
  if (name === 'content-md5') return digest('md5', 'base64');
  if (name === 'x-amz-checksum-sha256') return digest('sha256', 'base64');
  if (name === 'x-amz-checksum-sha1') return digest('sha1', 'base64');
  return name === 'x-amz-checksum-crc32' ? crc() : undefined;
}

function digest(algorithm: string, encoding: 'hex' | 'base64'): Sum {
  const hash = createHash(algorithm);
  return { add: (part) => void hash.update(part), end: () => hash.digest(encoding) };
}

function crc(): Sum {
  let value = 0;
  return {
    add: (part) => {
      value = crc32(part, value);
    },
    end: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString('base64');
    },
  };
}

/** Takes frames (`<hex length>[;…]\r\n<bytes>\r\n`, the last of length 0, then trailers) off a body. */
async function* unframed(body: AsyncIterable<Buffer>, trailers: Record<string, string>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0;
  for await (const part of body) {
    rest = rest.length > 0 ? Buffer.concat([rest, part]) : part;
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield bytes;
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end < 0) break;
      left = takeLine(rest.toString('latin1', 0, end), trailers);
      rest = rest.subarray(end + 2);
    }
  }
  if (left > 0 || rest.length > 0) throw new AwsFault('IncompleteBody', 'The body ended in the middle of a frame', 400);
}

/** The length of the frame that a line begins; 0 for the line after a frame, and for a trailer. */
function takeLine(line: string, trailers: Record<string, string>): number {
  const [, name, value = ''] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
  if (name) trailers[name.toLowerCase()] = value;
  return name || line === '' ? 0 : Number.parseInt(line, 16);
}
