import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationTarget } from '../../core/migration.ts';

/** A migrations folder's place: enough to find files without a database. */
export type Folder = Omit<MigrationTarget, 'url' | 'connection_env'>;

/** 64 MiB: more is data, not a migration, and would be held in memory several times. */
const LARGEST_FILE = 64 * 1024 * 1024;

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
export function readTexts(
  folder: Folder,
  wanted: { readonly names: (names: readonly string[]) => readonly string[]; readonly deep?: boolean },
): FolderContent {
  const place = join(folder.root, folder.path);
  try {
    const names = list(folder, place, wanted.deep ?? false);
    if (names === undefined) return { texts: [], problems: [problem(folder, '', 'leads out of the project')] };
    return readAll(folder, place, [...wanted.names(names)].sort());
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
function list(folder: Folder, place: string, deep: boolean): readonly string[] | undefined {
  if (!isInside(folder.root, place)) return undefined;
  const entries = readdirSync(place, { withFileTypes: true, recursive: deep });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function isInside(root: string, path: string): boolean {
  const [outer, inner] = [realpathSync.native(root), realpathSync.native(path)];
  return inner === outer || inner.startsWith(outer + sep);
}

function readAll(folder: Folder, place: string, names: readonly string[]): FolderContent {
  const texts: FoundText[] = [];
  const problems: Finding[] = [];
  for (const name of names) {
    const read = readOne(folder, place, name);
    if ('text' in read) texts.push(read);
    else problems.push(read);
  }
  return { texts, problems };
}

function readOne(folder: Folder, place: string, name: string): FoundText | Finding {
  const file = join(place, name);
  try {
    if (!isInside(folder.root, file)) return problem(folder, name, 'is a link out of the project');
    if (statSync(file).size > LARGEST_FILE)
      return problem(folder, name, 'is larger than 64 MiB', { fix: 'Load data another way' });
    return { name, text: decode(readFileSync(file)) };
  } catch {
    return problem(folder, name, 'cannot be read as UTF-8 text');
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n/g, '\n');
}
