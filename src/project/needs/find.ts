import { hash } from 'node:crypto';
import { readText } from '../detect/folder.ts';
import { manifestEntries, type SourceManifest } from '../manifest.ts';
import { withBorrowed } from './borrowed.ts';
import { glance } from './glance.ts';
import { type DetectedNeed, type FileFinding, judgeNeeds } from './judge.ts';
import type { NeedsMemory } from './memory.ts';
import { type FileFacts, NO_FACTS } from './mention.ts';
import { isManifest, type Reader, readerOf } from './places.ts';

export interface NeedsRequest {
  /** Absolute. */
  readonly root: string;
  /** Root-relative folder of the service, with `/` at its end; empty for the root. */
  readonly folder: string;
  /** Folders of other services, in the same form: what lies in them is theirs. */
  readonly others: readonly string[];
  readonly files: SourceManifest;
  readonly memory: NeedsMemory;
}

interface Candidate {
  /** Root-relative. */
  readonly path: string;
  readonly sha256: string;
  readonly reader: Reader;
}

/**
 * The variables that a service's files ask for, with the places that show it. Files that were read before are known by
 * their digests and are not read again.
 */
export async function findNeeds(request: NeedsRequest): Promise<readonly DetectedNeed[]> {
  const found: FileFinding[] = [];
  for (const { path, sha256, reader } of candidates(request)) {
    const facts = await factsOf(request, path, sha256, reader);
    if (facts !== NO_FACTS) found.push({ path, facts });
  }
  return judgeNeeds(withBorrowed(found));
}

async function factsOf(
  { root, memory }: NeedsRequest,
  path: string,
  sha256: string,
  reader: Reader,
): Promise<FileFacts> {
  const reading = `${reader.scanner === 'javascript' ? reader.ending : reader.scanner}${reader.when === 'build' ? '!' : ''}`;
  const known = memory.recall(sha256, reading);
  if (known) return known;
  const text = readText({ absolute: root }, path);
  const facts = glance(text, reader) ?? (await (await import('./scan.ts')).scanFile(text, reader));
  // A file that changed since it was hashed is another one.
  if (text === '' || hash('sha256', text) === sha256) memory.keep(sha256, reading, facts);
  return facts;
}

function candidates({ folder, others, files }: NeedsRequest): readonly Candidate[] {
  const foreign = new Set(others.filter((other) => other !== folder && other.startsWith(folder)));
  const own = [...manifestEntries(files)].filter(({ path }) => path.startsWith(folder) && !isBelow(path, foreign));
  const nested = nestedPrograms(own, folder);
  return own.flatMap(({ path, sha256 }) => {
    const reader = readerOf(path.slice(folder.length));
    return reader && !isBelow(path, nested) ? [{ path, sha256, reader }] : [];
  });
}

/** Folders with a package file of their own, where the service has one: other programs of the same repository. */
function nestedPrograms(own: readonly { readonly path: string }[], folder: string): ReadonlySet<string> {
  const homes = new Set(own.filter(({ path }) => isManifest(path)).map(({ path }) => folderOf(path)));
  return homes.delete(folder) ? homes : new Set();
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let at = folderOf(path); at !== ''; at = folderOf(at.slice(0, -1))) if (folders.has(at)) return true;
  return false;
}

/** With `/` at its end; empty at the root. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
