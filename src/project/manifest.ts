import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestBytes } from '../core/digest.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { replaceFile } from './replace-file.ts';

const HEADER = 'deployer-sources 1';
const MAX_NAMES = 20;
/** Kind, blank, 64 hex digits, blank. */
const PATH_AT = 67;

/**
 * The files of a service as text, one line each: kind (`-` file, `x` executable, `l` link), SHA-256 of the bytes or of
 * the link's target, root-relative path. Text, because it is only ever hashed, compared and kept.
 */
export type SourceManifest = string & { readonly __manifest: 'sources' };

export interface ManifestChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Paths of all three sorts, sorted; the first 20. */
  readonly names: readonly string[];
}

export function manifestLine(kind: '-' | 'x' | 'l', sha256: string, path: string): string {
  return `${kind} ${sha256} ${/[\\\n]/.test(path) ? escapePath(path) : path}`;
}

/** The paths in their order. */
export function manifestPaths(manifest: SourceManifest): readonly string[] {
  return [...parseManifest(manifest).keys()];
}

/** Its files in their order; links are none. */
export function* manifestEntries(
  manifest: SourceManifest,
): Generator<{ readonly path: string; readonly sha256: string }> {
  for (let at = 0; at < manifest.length; ) {
    const end = manifest.indexOf('\n', at);
    const to = end < 0 ? manifest.length : end;
    if (manifest[at] !== 'l')
      yield { path: unescapePath(manifest.slice(at + PATH_AT, to)), sha256: manifest.slice(at + 2, at + PATH_AT - 1) };
    at = to + 1;
  }
}

/** How many files differ, and which. A file that became executable, or a link, counts as changed. */
export function compareManifests(before: SourceManifest, after: SourceManifest): ManifestChanges {
  const old = parseManifest(before);
  const fresh = parseManifest(after);
  const added = [...fresh.keys()].filter((path) => !old.has(path));
  const removed = [...old.keys()].filter((path) => !fresh.has(path));
  const changed = [...fresh].filter(([path, facts]) => (old.get(path) ?? facts) !== facts).map(([path]) => path);
  const names = [...added, ...changed, ...removed].sort().slice(0, MAX_NAMES);
  return { added: added.length, changed: changed.length, removed: removed.length, names };
}

/**
 * Keeps a release's manifest in `folder` (`.deployer/cache/sources`) under the digest that the release is known by, so
 * that a later plan can say how many files differ. One that is there already stays. Where it cannot be written, a later
 * plan knows less, and nothing else is lost.
 */
export function saveManifest(folder: string, digest: Digest, manifest: SourceManifest): void {
  if (loadManifest(folder, digest) !== undefined) return;
  replaceFile(manifestFile(folder, digest), (handle) =>
    writeFileSync(handle, `${HEADER} ${digestBytes(manifest)}\n${manifest}`),
  );
}

/** `undefined` when there is none, or when it is damaged: then the number of changed files is not known. */
export function loadManifest(folder: string, digest: Digest): SourceManifest | undefined {
  try {
    const text = readFileSync(manifestFile(folder, digest), 'utf8');
    const end = text.indexOf('\n');
    const manifest = text.slice(end + 1);
    return text.slice(0, end) === `${HEADER} ${digestBytes(manifest)}` ? (manifest as SourceManifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes every manifest that is not in `keep`, and what a killed process left behind. */
export function pruneManifests(folder: string, keep: ReadonlySet<Digest>): void {
  const kept = new Set([...keep].map((digest) => manifestFile(folder, digest)));
  for (const name of namesIn(folder)) {
    const file = join(folder, name);
    if (!kept.has(file)) rmSync(file, { force: true });
  }
}

function escapePath(path: string): string {
  return path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function unescapePath(path: string): string {
  return path.includes('\\') ? path.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark)) : path;
}

/** Kind and hash by path; paths as they are in the lines. */
function parseManifest(manifest: SourceManifest): Map<string, string> {
  const lines = manifest === '' ? [] : manifest.split('\n');
  return new Map(lines.map((line) => [line.slice(PATH_AT), line.slice(0, PATH_AT)]));
}

function manifestFile(folder: string, digest: Digest): string {
  return join(folder, digest.slice('sha256:'.length));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw ioFailure('read', folder, error);
  }
}
