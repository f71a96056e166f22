import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationTarget } from '../../core/migration.ts';

/** A migrations folder's place: enough to find files without a database. */
export type Folder = Omit<MigrationTarget, 'url' | 'connection_env'>;

/** 64 MiB: more is data, not a migration, and would be held in memory several times. */
const LARGEST_FILE = 64 * 1024 * 1024;
const AT_ONCE = 16;

export interface FoundText {
  /** Path inside the migrations folder, with `/`. */
  readonly name: string;
  /** Without BOM, with LF line ends. */
  readonly text: string;
}

export interface FolderContent {
  readonly texts: readonly FoundText[];
  readonly problems: readonly Finding[];
}

/**
 * Reads the files of the folder that `wanted` takes, by name, in the order of their names. Nothing outside the project
 * is read, also not through links. A missing or unreadable folder or file is a problem, not an exception.
 */
export async function readTexts(
  folder: Folder,
  wanted: { readonly names: (names: readonly string[]) => readonly string[]; readonly deep?: boolean },
): Promise<FolderContent> {
  const place = join(folder.root, folder.path);
  try {
    const names = await list(folder, place, wanted.deep ?? false);
    if (names === undefined) return { texts: [], problems: [problem(folder, '', 'leads out of the project')] };
    return await readAll(folder, place, [...wanted.names(names)].sort());
  } catch {
    return { texts: [], problems: [problem(folder, '', 'cannot be read as a folder')] };
  }
}

/** An error about one migration file, or the folder when `name` is empty. */
export function problem(
  folder: Folder,
  name: string,
  what: string,
  more: { readonly fix?: string; readonly code?: ErrorCode } = {},
): Finding {
  const file = name === '' ? folder.path : `${folder.path}/${name}`;
  return {
    level: 'error',
    code: more.code ?? 'INVALID_CONFIG',
    message: `${file} ${what}`,
    place: { file },
    ...(more.fix === undefined ? {} : { fix: more.fix }),
  };
}

/** `undefined` when the folder is a link out of the project. */
async function list(folder: Folder, place: string, deep: boolean): Promise<readonly string[] | undefined> {
  if (!(await isInside(folder.root, place))) return undefined;
  const entries = await readdir(place, { withFileTypes: true, recursive: deep });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

async function isInside(root: string, path: string): Promise<boolean> {
  const [outer, inner] = await Promise.all([realpath(root), realpath(path)]);
  return inner === outer || inner.startsWith(outer + sep);
}

async function readAll(folder: Folder, place: string, names: readonly string[]): Promise<FolderContent> {
  const texts: FoundText[] = [];
  const problems: Finding[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    for (const read of await Promise.all(some.map((name) => readOne(folder, place, name)))) {
      if ('text' in read) texts.push(read);
      else problems.push(read);
    }
  }
  return { texts, problems };
}

async function readOne(folder: Folder, place: string, name: string): Promise<FoundText | Finding> {
  const file = join(place, name);
  try {
    if (!(await isInside(folder.root, file))) return problem(folder, name, 'is a link out of the project');
    const { size } = await stat(file);
    if (size > LARGEST_FILE) return problem(folder, name, 'is larger than 64 MiB', { fix: 'Load data another way' });
    return { name, text: decode(await readFile(file)) };
  } catch {
    return problem(folder, name, 'cannot be read as UTF-8 text');
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n/g, '\n');
}
