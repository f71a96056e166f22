import { hash } from 'node:crypto';
import { type Dirent, lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { printableLine } from '../core/text.ts';
import { type FolderMemo, type FreshMemo, remembersFile, stampAt } from './file-cache.ts';
import { manifestLine } from './manifest.ts';
import { readFileDigest } from './read-file.ts';
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

/** A memo under construction; all lists go by file. */
interface Memory {
  readonly files: string[];
  readonly stats: number[];
  readonly readAt: number[];
  readonly lines: string[];
}

/**
 * Adds a folder's own files, then its links, to the manifest. Answers what to remember of the files, or `undefined` when
 * that is what the memo says already.
 */
export function hashFolder(hashing: Hashing, folder: WalkedFolder): FreshMemo | undefined {
  const memo = folder.known === 'listing' && isUnchanged(folder) ? undefined : hashFiles(hashing, folder);
  const lines = (memo ?? folder.memo)?.lines;
  if (lines) hashing.lines.push(lines);
  for (const entry of folder.entries) if (!entry.isFile() && !entry.isDirectory()) addOther(hashing, folder, entry);
  return memo;
}

/** Adds one file that stands for itself. */
export function hashSingle(hashing: Hashing, path: string): void {
  const reading = readFileDigest(join(hashing.root, path));
  if (reading) hashing.lines.push(manifestLine(kindOf(reading.stats), reading.sha256, path));
}

/** The count matters: a memo lacks a file that went away while its folder was read, and that may be back. */
function isUnchanged({ memo, absolute, entries }: WalkedFolder): boolean {
  if (memo?.files.length !== entries.filter((entry) => entry.isFile()).length) return false;
  return memo.files.every((name, index) => isRemembered(memo, index, absolute + name));
}

function isRemembered(memo: FolderMemo, index: number, absolute: string): boolean {
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  return stats !== undefined && remembersFile(memo, index, stats);
}

function hashFiles(hashing: Hashing, folder: WalkedFolder): FreshMemo {
  const memory: Memory = { files: [], stats: [], readAt: [], lines: [] };
  const known = new Map(folder.memo?.files.map((name, index) => [name, index]));
  const lines = folder.memo?.lines.split('\n') ?? [];
  for (const { name } of folder.entries.filter((entry) => entry.isFile())) {
    const index = known.get(name);
    if (folder.memo && index !== undefined && isRemembered(folder.memo, index, folder.absolute + name))
      copyMemory(memory, { memo: folder.memo, index, name, line: lines[index] ?? '' });
    else addFile(hashing, memory, folder, name);
  }
  const { rules, listing, kept } = folder;
  return { rules, listing, kept, ...memory, lines: memory.lines.join('\n') };
}

function copyMemory(
  memory: Memory,
  from: { readonly memo: FolderMemo; readonly index: number; readonly name: string; readonly line: string },
): void {
  memory.files.push(from.name);
  memory.stats.push(...stampAt(from.memo, from.index));
  memory.readAt.push(0);
  memory.lines.push(from.line);
}

function addFile(hashing: Hashing, memory: Memory, folder: WalkedFolder, name: string): void {
  const path = folder.base + name;
  const readAt = Date.now();
  const reading = readFileDigest(folder.absolute + name);
  if (!reading) {
    noteVanished(hashing, path);
    return;
  }
  const { stats, sha256 } = reading;
  memory.files.push(name);
  memory.stats.push(stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino);
  memory.readAt.push(readAt);
  memory.lines.push(manifestLine(kindOf(stats), sha256, path));
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
