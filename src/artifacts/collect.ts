import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { ioFailure } from '../core/io-failure.ts';
import { count, printableLine } from '../core/text.ts';
import { isExcluded, isInnerPath, type LinkEntry, linkStays } from './manifest.ts';

const SHOWN = 20;

/** What an artifact will be made from; file contents are not read yet. */
export interface Collection {
  /** Paths below the folder. */
  readonly files: readonly string[];
  readonly links: readonly LinkEntry[];
}

interface Gathered {
  readonly folder: string;
  readonly files: Set<string>;
  readonly links: Map<string, LinkEntry>;
  /** Sentences for people. */
  readonly refused: string[];
}

/**
 * Finds the files and links at and below `paths` in a folder (without links in its own path). History, environment files
 * and the like are left out. `BUILD_FAILED` names every link that leaves the folder, and every socket, pipe and device.
 */
export function collect(folder: string, paths: readonly string[]): Collection {
  const gathered: Gathered = { folder, files: new Set(), links: new Map(), refused: [] };
  for (const path of paths) gatherPath(gathered, path);
  if (gathered.refused.length > 0) throw refusal(gathered.refused);
  return { files: [...gathered.files], links: [...gathered.links.values()] };
}

function gatherPath(gathered: Gathered, path: string): void {
  if (path === '.') gatherFolder(gathered, '');
  else if (!isInnerPath(path)) gathered.refused.push(`${printableLine(path)} is not a path inside the folder`);
  else gatherEntry(gathered, path, kindOf(join(gathered.folder, path)));
}

function gatherFolder(gathered: Gathered, base: string): void {
  for (const entry of entriesOf(join(gathered.folder, base))) gatherEntry(gathered, base + entry.name, entry);
}

function gatherEntry(
  gathered: Gathered,
  path: string,
  kind: Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>,
): void {
  if (isExcluded(path)) return;
  if (path.includes('\ufffd')) gathered.refused.push(`${printableLine(path)} has a name that is not UTF-8`);
  else if (kind.isDirectory()) gatherFolder(gathered, `${path}/`);
  else if (kind.isFile()) gathered.files.add(path);
  else if (kind.isSymbolicLink()) gatherLink(gathered, path);
  else gathered.refused.push(`${printableLine(path)} is neither a file nor a folder nor a link`);
}

function gatherLink(gathered: Gathered, path: string): void {
  const link = readTarget(join(gathered.folder, path));
  if (linkStays(path, link)) gathered.links.set(path, { path, link });
  else gathered.refused.push(`${printableLine(path)} is a link that leaves the folder (${printableLine(link)})`);
}

function kindOf(absolute: string): Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'> {
  try {
    return lstatSync(absolute);
  } catch (error) {
    throw ioFailure('read', absolute, error);
  }
}

function entriesOf(absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    throw ioFailure('read', absolute, error);
  }
}

function readTarget(absolute: string): string {
  try {
    return readlinkSync(absolute);
  } catch (error) {
    throw ioFailure('read', absolute, error);
  }
}

function refusal(refused: readonly string[]): DeployerError {
  const more = refused.length > SHOWN ? [`and ${refused.length - SHOWN} more`] : [];
  return new DeployerError({
    code: 'BUILD_FAILED',
    reason: `${count(refused.length, 'path')} cannot go into the artifact: ${refused.slice(0, 3).join('; ')}`,
    fix: 'Remove them, or replace links by what they point to',
    detail: [...refused.slice(0, SHOWN), ...more],
  });
}
