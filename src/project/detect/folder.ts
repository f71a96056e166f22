import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 1024 * 1024;

/** A folder that may hold a service; nothing in it is run, and no link is followed out of it by listing. */
export interface Folder {
  readonly absolute: string;
  /** Root-relative; `.` for the root. */
  readonly path: string;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** A folder that cannot be read counts as empty: looking around must not fail. */
export function openFolder(root: string, path: string): Folder {
  const absolute = join(root, path);
  const entries = listEntries(absolute);
  return {
    absolute,
    path,
    files: new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name)),
    folders: new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)),
  };
}

/** A file's text; empty when it is missing, unreadable, over 1 MiB, or no file: a link or a pipe could lead anywhere. */
export function readText(folder: Pick<Folder, 'absolute'>, name: string): string {
  try {
    const file = join(folder.absolute, name);
    const stats = lstatSync(file);
    return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

export function firstFile(folder: Folder, names: readonly string[]): string | undefined {
  return names.find((name) => folder.files.has(name));
}

function listEntries(absolute: string) {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch {
    return [];
  }
}
