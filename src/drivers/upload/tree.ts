import { join, posix } from 'node:path';
import type { Artifact, ArtifactEntry } from '../../core/artifact.ts';
import type { DriverContext } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { printableLine } from '../../core/text.ts';
import { type Algorithm, type Content, digestFile, fileContent, textContent } from './content.ts';
import { DigestCache } from './digest-cache.ts';

/** A path of the site, and which content it has. */
export interface UploadFile {
  /** With `/`, relative. */
  readonly path: string;
  /** Hex. */
  readonly digest: string;
  readonly size: number;
  /** The content of a link is its target. */
  readonly kind: 'plain' | 'executable' | 'link';
}

export interface UploadTree {
  /** Sorted by path. */
  readonly files: readonly UploadFile[];
  /** By digest. */
  readonly contents: ReadonlyMap<string, Content>;
  /** Of all files, ones with equal content counted each. */
  readonly bytes: number;
}

export interface TreeTerms {
  readonly algorithm: Algorithm;
  /** Whether links go up as links, or as what they lead to. */
  readonly links: 'kept' | 'followed';
}

/** What the store itself names files by: nothing has to be read. */
const STORES: Algorithm = 'sha256';
const AT_ONCE = 8;
const DEEPEST = 16;

/**
 * The files of an artifact with the digests that a platform names them by. Only files that no earlier artifact had are
 * read: the store knows the others by content.
 */
export async function readTree(artifact: Artifact, terms: TreeTerms, context: DriverContext): Promise<UploadTree> {
  const [listed, root] = await Promise.all([
    context.artifacts.list(artifact.digest),
    context.artifacts.locate(artifact.digest),
  ]);
  const entries = terms.links === 'kept' ? listed : followed(listed);
  if (terms.algorithm === STORES) return assemble(entries, { cache: new Map(), root, algorithm: terms.algorithm });
  const cache = await DigestCache.open(terms.algorithm, context);
  await digestMissing(entries, { cache, root, algorithm: terms.algorithm, signal: context.signal });
  await cache.save();
  return assemble(entries, { cache, root, algorithm: terms.algorithm });
}

/** Of a path whose bytes lie elsewhere in the tree, that place. */
type Entry = ArtifactEntry & { readonly from?: string };
type FileEntry = Extract<Entry, { readonly sha256: string }>;

interface Hashing {
  readonly cache: Pick<DigestCache, 'get'>;
  readonly root: string;
  readonly algorithm: Algorithm;
}

async function digestMissing(
  entries: readonly Entry[],
  hashing: Hashing & { cache: DigestCache; signal: AbortSignal },
): Promise<void> {
  const { cache, root, algorithm, signal } = hashing;
  const missing = new Map<string, FileEntry>();
  for (const entry of entries) if ('sha256' in entry && !cache.get(entry.sha256)) missing.set(entry.sha256, entry);
  const queue = missing.values();
  const worker = async () => {
    for (const { path, from = path, sha256, size } of queue) {
      signal.throwIfAborted();
      cache.add(sha256, await digestFile(join(root, from), size, algorithm));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function assemble(entries: readonly Entry[], { cache, root, algorithm }: Hashing): UploadTree {
  const contents = new Map<string, Content>();
  const files = entries.map((entry): UploadFile => {
    const content = contentOf(entry, { cache, root, algorithm });
    if (!contents.has(content.digest)) contents.set(content.digest, content);
    const { digest, size } = content;
    return { path: entry.path, digest, size, kind: kindOf(entry) };
  });
  return { files, contents, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

function kindOf(entry: Entry): UploadFile['kind'] {
  if ('link' in entry) return 'link';
  return entry.executable ? 'executable' : 'plain';
}

function contentOf(entry: Entry, { cache, root, algorithm }: Hashing): Content {
  if ('link' in entry) return textContent(entry.path, entry.link, algorithm);
  const { path, from = path, size, sha256 } = entry;
  const digest = algorithm === STORES ? sha256 : cache.get(sha256);
  if (digest === undefined) throw new Error('a file was not digested');
  return fileContent(join(root, from), { digest, size, path, algorithm });
}

/** Links replaced by the files, or the folders of files, that they lead to. */
function followed(entries: readonly ArtifactEntry[]): readonly Entry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries.flatMap((entry) => ('link' in entry ? targets(entry.path, entry.path, 0) : [entry]));

  function targets(path: string, at: string, depth: number): readonly Entry[] {
    const entry = byPath.get(at);
    if (depth > DEEPEST) throw endless(path);
    if (entry && 'sha256' in entry) return [{ ...entry, path, from: entry.path }];
    if (entry) return targets(path, posix.join(posix.dirname(at), entry.link).replace(/\/$/, ''), depth + 1);
    const inside = entries.filter((one) => one.path.startsWith(`${at}/`));
    if (inside.length === 0) throw leadsNowhere(path);
    return inside.flatMap((one) => targets(path + one.path.slice(at.length), one.path, depth + 1));
  }
}

function leadsNowhere(path: string): DeployerError {
  return refusal(`The link ${printableLine(path)} leads to nothing that is deployed`);
}

function endless(path: string): DeployerError {
  return refusal(`The link ${printableLine(path)} leads back to itself`);
}

function refusal(reason: string): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason,
    fix: 'Remove the link, or put a copy in its place: the platform keeps no links',
  });
}
