import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../../core/ports.ts';
import type { Secret } from '../../../core/secret.ts';
import type { RegistryFixes } from './failure.ts';

/** One repository of a registry, and who we are there. */
export interface RegistryAccess {
  /** Such as `https://registry.example.com`. */
  readonly origin: string;
  readonly name: string;
  readonly username: string;
  readonly password: Secret;
  readonly fixes: RegistryFixes;
}

/** An image that a registry lets us read. */
export interface FoundImage {
  readonly from: RegistryAccess;
  readonly manifest: Manifest;
  /** Of the manifest, exactly: its digest is the image's. */
  readonly bytes: Uint8Array;
  readonly type: string;
}

interface Part {
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly mediaType?: string;
  readonly config?: Part;
  readonly layers?: readonly Part[];
  readonly manifests?: readonly Part[];
}

const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];
const LIMIT = 60_000;
const LARGEST_MANIFEST = 4 * 1024 * 1024;

/** `NOT_FOUND`, `AUTH_FAILED` or `INSUFFICIENT_PERMISSIONS` where there is none, or none for us. */
export async function findImage(from: RegistryAccess, digest: string, context: DriverContext): Promise<FoundImage> {
  const { body: bytes, headers } = await ask(from, `manifests/${digest}`, context, {
    headers: { accept: MANIFESTS.join(', ') },
    limit: LARGEST_MANIFEST,
  });
  const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest;
  return { from, manifest, bytes, type: manifest.mediaType ?? headers['content-type'] ?? MANIFESTS[2] ?? '' };
}

/**
 * Copies an image byte by byte to a tag of another registry, without an engine; what is there already is left out, so a
 * copy that was cut off goes on. Neither registry is shown the password of the other.
 */
export async function copyImage(
  { from, manifest, bytes, type }: FoundImage,
  to: RegistryAccess,
  tag: string,
  context: DriverContext,
): Promise<void> {
  for (const { digest } of manifest.manifests ?? [])
    await copyImage(await findImage(from, digest, context), to, digest, context);
  for (const part of [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])])
    await copyBlob(from, to, part, context);
  const headers = { 'content-type': type };
  // A tag that cannot move is refused the second time.
  await ask(to, `manifests/${tag}`, context, { method: 'PUT', headers, body: bytes, repeatable: false });
}

async function copyBlob(from: RegistryAccess, to: RegistryAccess, part: Part, context: DriverContext): Promise<void> {
  const there = await ask(to, `blobs/${part.digest}`, context, { method: 'HEAD' }, [404]);
  if (there.status !== 404) return;
  await mkdir(context.folder, { recursive: true });
  const file = join(context.folder, `copy-${part.digest.replace(':', '-')}`);
  try {
    await download(from, part, file, context);
    const { headers: opened } = await ask(to, 'blobs/uploads/', context, { method: 'POST', body: '' });
    const place = new URL(opened['location'] ?? '', addressOf(to, ''));
    place.searchParams.set('digest', part.digest);
    const body = { size: part.size, open: () => createReadStream(file) };
    const headers = { 'content-type': 'application/octet-stream' };
    // The place is gone with the first answer, even if that is lost.
    const put = { method: 'PUT', headers, body, timeout: context.timeout, repeatable: false } as const;
    await ask(to, place.href, context, put);
  } finally {
    await rm(file, { force: true });
  }
}

/** Registries of clouds may be at private addresses, and send us on to their store of objects, which must not see our password. */
async function download(from: RegistryAccess, part: Part, file: string, context: DriverContext): Promise<void> {
  const path = `blobs/${part.digest}`;
  const first = await receive(file, (onData) => ask(from, path, context, { onData, timeout: context.timeout }));
  const { location } = first.headers;
  if (first.status < 300 || location === undefined) return;
  const url = new URL(location, addressOf(from, path)).href;
  const { signal, http } = context;
  const answer = await receive(file, (onData) =>
    http.send({ url, signal, timeout: context.timeout, reach: 'private', onData }),
  );
  if (answer.status !== 200) throw refusal(from, answer, path);
}

async function receive(
  file: string,
  send: (onData: (part: Uint8Array) => void) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const out = createWriteStream(file);
  try {
    return await send((part) => void out.write(part));
  } finally {
    await new Promise<void>((resolve, reject) => out.once('error', reject).end(resolve));
  }
}

async function ask(
  access: RegistryAccess,
  path: string,
  { http, signal }: DriverContext,
  request: Partial<HttpRequest>,
  accept: readonly number[] = [],
): Promise<HttpAnswer> {
  const url = addressOf(access, path);
  const headers = { ...request.headers, ...loginAt(url, access) };
  const answer = await http.send({ timeout: LIMIT, ...request, url, headers, signal, reach: 'private' });
  if (answer.status < 400 || accept.includes(answer.status)) return answer;
  throw refusal(access, answer, path);
}

/** For the registry itself: uploads may be sent on to another place. */
function loginAt(url: string, { origin, username, password }: RegistryAccess): Readonly<Record<string, string>> {
  if (new URL(url).origin !== new URL(origin).origin) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}` };
}

function addressOf({ origin, name }: RegistryAccess, path: string): string {
  return /^https?:/.test(path) ? path : `${origin}/v2/${name}/${path}`;
}

const CODES = {
  401: 'AUTH_FAILED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  429: 'RATE_LIMIT_EXCEEDED',
} as const;

function refusal({ origin, name, fixes }: RegistryAccess, { status }: HttpAnswer, path: string): DeployerError {
  const code = CODES[status as keyof typeof CODES] ?? (status >= 500 ? 'PLATFORM_UNAVAILABLE' : 'UPLOAD_FAILED');
  return new DeployerError({
    code,
    stage: 'deploy',
    reason: `The registry ${origin} answered ${status} about ${path.startsWith('http') ? 'an upload' : path} of ${name}`,
    fix: code === 'AUTH_FAILED' ? fixes.account : code === 'INSUFFICIENT_PERMISSIONS' ? fixes.rights : 'Try again',
  });
}
