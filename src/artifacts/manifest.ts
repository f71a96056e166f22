import { posix } from 'node:path';
import { type Digest, digestBytes } from '../core/digest.ts';
import { neverTaken } from '../core/excluded.ts';
import { canonicalJson } from '../core/json.ts';

/** A file of an artifact. `executable` is only there when it is. */
export interface FileEntry {
  readonly path: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly executable?: true;
}

/** A link inside the artifact, kept as it was. */
export interface LinkEntry {
  readonly path: string;
  readonly link: string;
}

export type TreeEntry = FileEntry | LinkEntry;

/** Everything an artifact consists of, sorted by path. Folders that hold nothing are not kept, as in git. */
export interface ArtifactManifest {
  readonly format: 1;
  readonly files: readonly TreeEntry[];
}

/** The text that is stored; its digest is the artifact's. */
export function manifestText(entries: readonly TreeEntry[]): string {
  const files = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return canonicalJson({ format: 1, files } satisfies ArtifactManifest);
}

/**
 * Reads a stored manifest back and checks it as if it came from a stranger: digest, form, and that every path and link
 * stays inside. `undefined` when anything is wrong.
 */
export function parseManifest(text: string, digest: Digest): ArtifactManifest | undefined {
  if (digestBytes(text) !== digest) return undefined;
  const manifest = parseJson(text);
  if (manifest?.format !== 1 || !Array.isArray(manifest.files) || !manifest.files.every(isEntry)) return undefined;
  return staysInside(manifest.files) ? (manifest as ArtifactManifest) : undefined;
}

/** Whether a text is a path below a folder, written plainly: `a/b`, no `..`, `.`, empty part, or NUL. */
export function isInnerPath(path: string): boolean {
  return (
    path !== '' && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Whether a path names something that never goes into an artifact. */
export function isExcluded(path: string): boolean {
  return path.split('/').some(neverTaken);
}

/**
 * Whether a link stays inside the tree wherever the tree is put. Plain targets only: `..` after a name could go up from
 * another link, and an absolute target leads back to where the tree was made.
 */
export function linkStays(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const parts = target.split('/');
  const up = parts.findIndex((part) => part !== '..');
  if (up >= 0 && parts.slice(up).includes('..')) return false;
  const reached = posix.join(posix.dirname(path), target);
  return reached !== '..' && !reached.startsWith('../');
}

function parseJson(text: string): Partial<ArtifactManifest> | undefined {
  try {
    return JSON.parse(text) as Partial<ArtifactManifest>;
  } catch {
    return undefined;
  }
}

function isEntry(entry: Partial<FileEntry & LinkEntry> | null): boolean {
  if (typeof entry?.path !== 'string') return false;
  if (typeof entry.link === 'string') return linkStays(entry.path, entry.link);
  return Number.isSafeInteger(entry.size) && /^[0-9a-f]{64}$/.test(entry.sha256 ?? '');
}

/** No path leads out, none stands twice, and none goes through a link or a file. */
function staysInside(entries: readonly TreeEntry[]): boolean {
  const taken = new Set(entries.map((entry) => entry.path));
  return taken.size === entries.length && entries.every(({ path }) => isInnerPath(path) && !hasParentIn(taken, path));
}

function hasParentIn(taken: ReadonlySet<string>, path: string): boolean {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
    if (taken.has(path.slice(0, at))) return true;
  return false;
}
