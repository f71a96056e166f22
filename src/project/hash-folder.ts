import { hash } from 'node:crypto';
import { type Dirent, lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { printableLine } from '../core/text.ts';
import { type FolderMemo, type FreshMemo, rememberedDigest, remembersFile } from './file-cache.ts';
import { manifestLine } from './manifest.ts';
import { type FileReading, readFileDigest } from './read-file.ts';
import { insideRoot } from './source-tree.ts';
import type { WalkedFolder } from './walk.ts';

/** What the hashing of one service gathers. */
export interface Hashing {
  readonly root: string;
  /** Of the manifest. */
  readonly lines: string[];
  /** What cannot be deployed, as sentences for people. */
  readonly refused: string[];
}

/** A memo under construction. */
interface Memory {
  readonly files: string[];
  readonly stats: number[];
  readonly readAt: number[];
  digests: string;
}

/** Adds a folder's own files and links to the manifest; answers what to remember of them. */
export function hashFolder(
  hashing: Hashing,
  folder: WalkedFolder,
): { readonly memo: FreshMemo; readonly change: 'changed' | 'unchanged' } {
  const memory: Memory = { files: [], stats: [], readAt: [], digests: '' };
  const finder = memoFinder(folder.memo);
  for (const entry of folder.entries) {
    if (entry.isFile()) addFile(hashing, memory, { folder, name: entry.name, index: finder(entry.name) });
    else if (!entry.isDirectory()) addOther(hashing, folder, entry);
  }
  const { rules, listing, kept, memo } = folder;
  const same = memo && memo.listing === listing && memo.rules === rules && memory.readAt.every((at) => at === 0);
  return { memo: { rules, listing, kept, ...memory }, change: same ? 'unchanged' : 'changed' };
}

/** Adds one file that stands for itself. */
export function hashSingle(hashing: Hashing, path: string): void {
  const reading = readFileDigest(join(hashing.root, path));
  if (reading) hashing.lines.push(manifestLine(kindOf(reading.stats), reading.sha256, path));
}

/** Both lists are sorted, so one pass finds every name. */
function memoFinder(memo: FolderMemo | undefined): (name: string) => number {
  const files = memo?.files ?? [];
  let index = 0;
  return (name) => {
    for (let known = files[index]; known !== undefined && known < name; known = files[index]) index++;
    return files[index] === name ? index : -1;
  };
}

function addFile(
  hashing: Hashing,
  memory: Memory,
  { folder, name, index }: { readonly folder: WalkedFolder; readonly name: string; readonly index: number },
): void {
  const absolute = folder.absolute + name;
  const known = folder.memo && index >= 0 ? knownFile(folder.memo, index, absolute) : undefined;
  const reading = known ?? readFileDigest(absolute);
  if (!reading) {
    noteVanished(hashing, folder.base + name);
    return;
  }
  const { stats, sha256 } = reading;
  hashing.lines.push(manifestLine(kindOf(stats), sha256, folder.base + name));
  memory.files.push(name);
  memory.stats.push(stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino);
  memory.readAt.push(known ? 0 : Date.now());
  memory.digests += sha256;
}

function knownFile(memo: FolderMemo, index: number, absolute: string): FileReading | undefined {
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  if (!stats || !remembersFile(memo, index, stats)) return undefined;
  return { stats, sha256: rememberedDigest(memo, index) };
}

function kindOf(stats: Stats): '-' | 'x' {
  return stats.mode & 0o100 ? 'x' : '-';
}

/** A file that went away while the folder was read is not there. One whose name cannot be decoded never will be. */
function noteVanished(hashing: Hashing, path: string): void {
  if (path.includes('\ufffd')) hashing.refused.push(`${printableLine(path)} has a name that is not UTF-8`);
}

function addOther(hashing: Hashing, folder: WalkedFolder, entry: Dirent): void {
  const path = folder.base + entry.name;
  const target = entry.isSymbolicLink() ? readTarget(folder.absolute + entry.name) : undefined;
  if (!entry.isSymbolicLink()) hashing.refused.push(`${printableLine(path)} is neither a file nor a folder nor a link`);
  else if (target === undefined) noteVanished(hashing, path);
  else if (leavesRoot(hashing.root, folder.absolute + entry.name, target))
    hashing.refused.push(`${printableLine(path)} is a link that leaves the project`);
  else hashing.lines.push(manifestLine('l', hash('sha256', target, 'hex'), path));
}

function readTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes(systemCode(error))) return undefined;
    throw ioFailure('read', link, error);
  }
}

/** Judged by where the link leads, through other links too; a link that leads nowhere, by its text. */
function leavesRoot(root: string, link: string, target: string): boolean {
  try {
    return insideRoot({ root }, realpathSync.native(link)) === undefined;
  } catch {
    return insideRoot({ root }, resolve(dirname(link), target)) === undefined;
  }
}
