import { join } from 'node:path';
import type { Digest } from '../core/digest.ts';
import { DeployerError } from '../core/errors.ts';

export const TEMPORARY = '.tmp-';
const DIGEST = /^sha256:[0-9a-f]{64}$/;
export const ARTIFACT = /^[0-9a-f]{64}$/;

/** Where one artifact lies: `<store>/<hex>/manifest.json` and `<store>/<hex>/tree/`. */
export interface Place {
  readonly folder: string;
  readonly manifest: string;
  readonly tree: string;
}

/** `NOT_FOUND` for a text that is no digest, so that it never becomes part of a path. */
export function placeOf(store: string, digest: Digest): Place {
  if (!DIGEST.test(digest)) throw notFound(digest);
  return placeAt(join(store, digest.slice('sha256:'.length)));
}

export function placeAt(folder: string): Place {
  return { folder, manifest: join(folder, 'manifest.json'), tree: join(folder, 'tree') };
}

/** One copy of each content, which the trees share by hard links. */
export function poolOf(store: string): string {
  return join(store, 'files');
}

/** The mode goes with the inode, so an executable is another file in the pool than its twin that is none. */
export function poolFile(store: string, file: { readonly sha256: string; readonly executable?: boolean }): string {
  return join(poolOf(store), file.executable ? `${file.sha256}.x` : file.sha256);
}

export function notFound(digest: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `The artifact ${digest.slice(0, 19)} is not in the store`,
    fix: 'Build it again with: deployer deploy',
  });
}
