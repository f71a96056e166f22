import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * Whether git's index lists a file, read without running git. `file` is absolute and free of links. An index that cannot
 * be read, or in the rare compressed format 4, counts as not listing it.
 */
export async function isTracked(file: string): Promise<boolean> {
  const top = await repositoryOf(dirname(file));
  if (!top) return false;
  const index = await readFile(join(await gitFolder(top), 'index')).catch(() => undefined);
  if (!index) return false;
  const wanted = Buffer.from(relative(top, file).split(sep).join('/'));
  for (const name of trackedNames(index)) if (name.equals(wanted)) return true;
  return false;
}

/** The top of the git repository that a folder lies in. */
export async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if (await stat(join(at, '.git')).catch(() => undefined)) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** In worktrees and submodules `.git` is a file that names the folder. */
async function gitFolder(top: string): Promise<string> {
  const text = await readFile(join(top, '.git'), 'utf8').catch(() => '');
  const named = /^gitdir: (.+?)\r?\n?$/.exec(text)?.[1];
  return named ? resolve(top, named) : join(top, '.git');
}

const HEADER = 12;
/** Stat data, object id and flags in front of each name (SHA-1 repositories); see gitformat-index(5). */
const FIXED = 62;
const EXTENDED = 0x4000;

function* trackedNames(index: Buffer): Generator<Buffer> {
  if (index.length < HEADER || index.toString('latin1', 0, 4) !== 'DIRC') return;
  const [version, count] = [index.readUInt32BE(4), index.readUInt32BE(8)];
  if (version !== 2 && version !== 3) return;
  let at = HEADER;
  for (let entry = 0; entry < count && at + FIXED < index.length; entry++) {
    const extended = index.readUInt16BE(at + FIXED - 2) & EXTENDED;
    const start = at + FIXED + (extended ? 2 : 0);
    const end = index.indexOf(0, start);
    if (end < 0) return;
    yield index.subarray(start, end);
    // Entries are filled up with 1 to 8 NULs to a multiple of eight.
    at += Math.floor((end - at) / 8) * 8 + 8;
  }
}
