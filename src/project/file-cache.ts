import { existsSync, fstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestBytes } from '../core/digest.ts';
import { replaceFile } from './replace-file.ts';

const HEADER = 'deployer-file-cache 1';
/**
 * A file changed twice within one tick of the file system's clock looks unchanged. Two seconds is the coarsest tick in
 * use (FAT), so what was read sooner after its last change than that is read again next time. Git calls such entries
 * racily clean.
 */
const SETTLED_AFTER_MS = 2000;
const STATS = 4;

/** The four facts of a file that change when its bytes do. Times are ms since 1970, as the file system has them. */
export type FileStamp = Readonly<Record<'size' | 'mtimeMs' | 'ctimeMs' | 'ino', number>>;

/** What is remembered of one folder. `files` are those that are not ignored, sorted; the other lists go with it. */
export interface FolderMemo {
  /** The ignore rules and the entries that led to `kept`. */
  readonly rules: string;
  readonly listing: string;
  /** One digit for each entry of the listing: `1` when it is not ignored. */
  readonly kept: string;
  readonly files: readonly string[];
  /** Size, mtime, ctime and inode of each file; size −1 where they are not to be trusted. */
  readonly stats: readonly number[];
  /** Their manifest lines, joined. */
  readonly lines: string;
}

/** A memo made now. `readAt`: when each file was read, ms since 1970; 0 for what an earlier memo knew already. */
export interface FreshMemo extends FolderMemo {
  readonly readAt: readonly number[];
}

/** Remembers digests of files by what `stat` says about them, so that an unchanged tree is not read again. */
export interface FileCache {
  /** What the cache file holds about a folder (`/` at its end, root-relative). */
  lookup(folder: string): FolderMemo | undefined;
  /** Keeps a memo for `save`; until then `lookup` does not see it. */
  record(folder: string, memo: FreshMemo): void;
  /** A text (one line) that the cache file keeps beside the folders. */
  note(name: string): string | undefined;
  /** Keeps a text for `save`, which asks for it then. */
  recordNote(name: string, text: () => string): void;
  /**
   * Writes what was recorded and drops folders that are gone from `root`. A cache that cannot be written stays as it
   * was: it only costs time.
   */
  save(root: string): void;
}

/** Opens the cache at `file`. One that is missing, damaged or of another format counts as empty. */
export function openFileCache(file: string): FileCache {
  let lines = readLines(file);
  const recorded = new Map<string, FreshMemo>();
  const notes = new Map<string, () => string>();
  return {
    lookup: (folder) => parseMemo(lines.get(JSON.stringify(folder))),
    record: (folder, memo) => recorded.set(folder, memo),
    note: (name) => lines.get(noteKey(name)),
    recordNote: (name, text) => notes.set(noteKey(name), text),
    save(root) {
      if (recorded.size + notes.size === 0) return;
      lines = replaceFile(file, (handle) => writeLines(handle, { root, lines, recorded, notes })) ?? lines;
      recorded.clear();
      notes.clear();
    },
  };
}

/** Whether a file looks as it did when it was read. */
export function remembersFile(memo: FolderMemo, index: number, stamp: FileStamp): boolean {
  const at = index * STATS;
  const { stats } = memo;
  return (
    stats[at] === stamp.size &&
    stats[at + 1] === stamp.mtimeMs &&
    stats[at + 2] === stamp.ctimeMs &&
    stats[at + 3] === stamp.ino
  );
}

export function stampAt(memo: FolderMemo, index: number): readonly number[] {
  return memo.stats.slice(index * STATS, (index + 1) * STATS);
}

/** No folder has such a name. */
function noteKey(name: string): string {
  return JSON.stringify(`\0${name}`);
}

/** One line for each folder: its path and its memo, both JSON, so that only the folders that are asked for are parsed. */
function readLines(file: string): Map<string, string> {
  const lines = new Map<string, string>();
  const body = readBody(file);
  for (const line of body.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) lines.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return lines;
}

function readBody(file: string): string {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    const body = bytes.subarray(end + 1);
    const isWhole = bytes.toString('utf8', 0, end) === `${HEADER} ${digestBytes(body)}`;
    return isWhole ? body.toString('utf8') : '';
  } catch {
    return '';
  }
}

function parseMemo(line: string | undefined): FolderMemo | undefined {
  if (line === undefined) return undefined;
  try {
    const memo = JSON.parse(line) as FolderMemo;
    return memo.stats.length === memo.files.length * STATS ? memo : undefined;
  } catch {
    return undefined;
  }
}

interface Merge {
  readonly root: string;
  readonly lines: ReadonlyMap<string, string>;
  readonly recorded: ReadonlyMap<string, FreshMemo>;
  readonly notes: ReadonlyMap<string, () => string>;
}

/** The new file's own time tells how far the file system's clock is from ours. */
function writeLines(handle: number, merge: Merge): Map<string, string> {
  const lines = mergeLines(merge, fstatSync(handle).mtimeMs - Date.now());
  const body = [...lines].map(([key, line]) => `${key}\t${line}`).join('\n');
  writeFileSync(handle, `${HEADER} ${digestBytes(body)}\n${body}`);
  return lines;
}

function mergeLines({ root, lines, recorded, notes }: Merge, skew: number): Map<string, string> {
  const kept = [...lines].filter(([key]) => isKept(root, JSON.parse(key)));
  const fresh = [...recorded].map(([folder, memo]) => [JSON.stringify(folder), settledLine(memo, skew)] as const);
  const texts = [...notes].map(([key, text]) => [key, text()] as const);
  return new Map([...kept, ...fresh, ...texts]);
}

function isKept(root: string, name: string): boolean {
  return name.startsWith('\0') || existsSync(join(root, name));
}

/** The memo as a line, without trust in files that were read too soon after their last change. */
function settledLine({ readAt, ...memo }: FreshMemo, skew: number): string {
  const stats = [...memo.stats];
  readAt.forEach((at, index) => {
    const touched = Math.max(stats[index * STATS + 1] ?? 0, stats[index * STATS + 2] ?? 0);
    if (at > 0 && touched + SETTLED_AFTER_MS >= at + skew) stats[index * STATS] = -1;
  });
  return JSON.stringify({ ...memo, stats });
}
