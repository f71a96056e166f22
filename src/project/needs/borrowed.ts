import { posix } from 'node:path';
import type { FileFinding } from './judge.ts';

/** With what files read by names of other files, where those hand on all variables by them. */
export function withBorrowed(files: readonly FileFinding[]): readonly FileFinding[] {
  const givers = new Map(
    files.flatMap(({ path, facts }) => (facts.hands ? [[nameOf(path), facts.hands] as const] : [])),
  );
  if (givers.size === 0) return files;
  return files.map((file) => {
    const { mentions, borrows = [] } = file.facts;
    const own = borrows.filter(({ module, name }) => givers.get(target(file.path, module))?.includes(name));
    if (own.length === 0) return file;
    return { ...file, facts: { ...file.facts, mentions: [...mentions, ...own.map(({ mention }) => mention)] } };
  });
}

function target(path: string, module: string): string {
  return nameOf(posix.join(posix.dirname(path), module));
}

/** As imports name it: without its ending, a folder by its index. */
function nameOf(path: string): string {
  return path.replace(/\.[mc]?[jt]sx?$/, '').replace(/\/index$/, '');
}
