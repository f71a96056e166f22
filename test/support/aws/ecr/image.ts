import { createHash } from 'node:crypto';
import { tarOf, textMember } from '../../../../src/drivers/tar.ts';
import type { AwsPlace } from '../service.ts';
import { registriesOf } from './registry.ts';

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** What an image is made of. */
export interface Made {
  /** Files by their path, layer by layer. */
  readonly layers: readonly Readonly<Record<string, string>>[];
  readonly config: { readonly Cmd: readonly string[]; readonly WorkingDir: string };
}

/** Digests of an image, as an engine and as a registry name it, and of all that it consists of. */
export interface Known {
  readonly id: `sha256:${string}`;
  readonly digest: `sha256:${string}`;
  readonly parts: readonly string[];
}

/** Puts an image into a repository as a push of an engine does. */
export async function putImage(place: AwsPlace, repository: string, { layers, config }: Made): Promise<Known> {
  const packed = await Promise.all(layers.map(pack));
  const rootfs = { type: 'layers', diff_ids: packed.map(digestOf) };
  const settings = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config, rootfs }));
  for (const bytes of [settings, ...packed]) await putBlob(place, repository, bytes);
  const part = (mediaType: string, bytes: Buffer) => ({ mediaType, size: bytes.length, digest: digestOf(bytes) });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part('application/vnd.docker.container.image.v1+json', settings),
    layers: packed.map((bytes) => part('application/vnd.docker.image.rootfs.diff.tar', bytes)),
  };
  const body = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(body);
  const put = { method: 'PUT', headers: { 'content-type': MANIFEST }, body };
  await asked(place, repository, { path: `manifests/${digestOf(settings).slice(7, 19)}`, ...put });
  return { id: digestOf(settings), digest, parts: [settings, ...packed].map(digestOf) };
}

async function pack(files: Readonly<Record<string, string>>): Promise<Buffer> {
  return Buffer.from(await tarOf(Object.entries(files).map(([path, text]) => textMember(path, text))));
}

async function putBlob(place: AwsPlace, repository: string, body: Buffer): Promise<void> {
  const { headers } = await asked(place, repository, { path: 'blobs/uploads/', method: 'POST' });
  const { pathname, search } = new URL(headers.location ?? '', 'http://registry');
  const path = `${pathname}${search}&digest=${digestOf(body)}`;
  await asked(place, repository, {
    path,
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
}

async function asked(
  place: AwsPlace,
  repository: string,
  { path, ...more }: { path: string; method: string; headers?: Record<string, string>; body?: Buffer },
) {
  const answer = await registriesOf(place.world).ask(place, repository, path, more);
  if (answer.status >= 300) throw new Error(`${more.method} ${path}: ${answer.status} ${answer.body}`);
  return answer;
}

function digestOf(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
