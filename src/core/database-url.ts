import { posix } from 'node:path';

const SQLITE = /^sqlite:(?:\/\/)?([^?#]*)(.*)$/s;

/**
 * The form of a database URL that holds in any working directory: `sqlite:` paths are relative to the project folder
 * `root` (absolute) and become `sqlite:/…`; `sqlite:///abs`, `sqlite::memory:` and all other URLs name their place already.
 */
export function absoluteDatabaseUrl(root: string, url: string): string {
  const [, path, rest] = SQLITE.exec(url) ?? [];
  if (path === undefined || path === '' || path === ':memory:') return url;
  return `sqlite:${posix.isAbsolute(path) ? posix.normalize(path) : posix.join(root, path)}${rest ?? ''}`;
}
