import { createHash } from 'node:crypto';
import type { Artifact } from '../../../../core/artifact.ts';
import type { DriverContext } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import { isText, mediaTypeOf } from '../../../media-type.ts';
import type { Content } from '../../../upload/content.ts';
import { readTree } from '../../../upload/tree.ts';
import type { StaticOptions } from '../../options/static.ts';
import { isImmutable, isKept } from './fingerprint.ts';
import { type PageEntry, refuseClash } from './pages.ts';
import { FLAG, PLACES, WIDTH } from './viewer-code.ts';

/** An object as it lies in the bucket: its key says all of it, so that it never changes. */
export interface SiteObject {
  readonly key: string;
  readonly content: Content;
  readonly type: string;
  readonly caching: string;
  /** Compressed before it goes up. */
  readonly encoding?: 'br' | 'gzip';
  /** An error page, and the status of its answer. */
  readonly status?: number;
}

export interface SiteContents {
  /** Sorted by path. */
  readonly entries: readonly PageEntry[];
  /** By key; paths with the same bytes and headers share one. */
  readonly objects: ReadonlyMap<string, SiteObject>;
}

/** At CloudFront for a year, since an object never changes; the function tells browsers nothing of `s-maxage`. */
const AT_THE_EDGE = 's-maxage=31536000';
const REVALIDATED = `public, max-age=0, ${AT_THE_EDGE}, must-revalidate`;
const IMMUTABLE = `public, max-age=31536000, ${AT_THE_EDGE}, immutable`;
const ERROR_PAGE = '404.html';
/** What CloudFront compresses itself; smaller is not worth it. */
const LEAST_COMPRESSED = 1_000;
const MOST_COMPRESSED = 10_000_000;

/** Brings an artifact into the form in which the bucket and the store keep it. Hidden files are left out. */
export async function readSite(
  artifact: Artifact,
  options: StaticOptions,
  context: DriverContext,
): Promise<SiteContents> {
  const tree = await readTree(artifact, { algorithm: 'sha256', links: 'followed' }, context);
  const objects = new Map<string, SiteObject>();
  const entries: PageEntry[] = [];
  for (const { path, digest } of tree.files.filter((file) => !isHidden(file.path))) {
    const content = tree.contents.get(digest);
    if (!content) throw new Error('a file has no content');
    const made = objectsOf(path, content, options);
    for (const object of made.objects) objects.set(object.key, object);
    entries.push({ path, key: made.name, flags: made.flags });
  }
  if (entries.length === 0) throw withoutFiles();
  refuseClash(entries);
  return { entries, objects };
}

function isHidden(path: string): boolean {
  return path.split('/').some((segment) => segment.startsWith('.') && segment !== '.well-known');
}

function objectsOf(path: string, content: Content, options: StaticOptions) {
  const type = mediaTypeOf(path);
  const immutable = isImmutable(path, options.immutable);
  const caching = immutable ? IMMUTABLE : REVALIDATED;
  const worth = isText(type) && content.size >= LEAST_COMPRESSED && content.size <= MOST_COMPRESSED;
  const ahead = options.compress === 'ahead' && worth;
  const name = nameOf([content.digest, type, caching, ahead ? 'ahead' : '']);
  const plain: SiteObject = { key: PLACES.object + name, content, type, caching };
  const objects: SiteObject[] = [plain];
  if (ahead)
    objects.push(
      { ...plain, key: `${plain.key}.br`, encoding: 'br' },
      { ...plain, key: `${plain.key}.gz`, encoding: 'gzip' },
    );
  if (path === ERROR_PAGE) objects.push({ ...plain, key: PLACES.error + name, status: 404 });
  const flags = (isKept(path, immutable) ? FLAG.kept : 0) | (ahead ? FLAG.brotli | FLAG.gzip : 0);
  return { name, flags, objects };
}

function nameOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, WIDTH.key);
}

function withoutFiles(): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason: 'The build left no files that can be served',
    fix: 'Set build.output to the folder with the files of the site',
  });
}
