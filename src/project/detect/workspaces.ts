import ignore from 'ignore';
import { type Folder, readText } from './folder.ts';
import type { PackageFile } from './package-file.ts';

/** Tells whether a root-relative folder is a member of the workspace; `undefined` where there is no workspace. */
export function workspaceMembers(root: Folder, file: PackageFile | undefined): ((path: string) => boolean) | undefined {
  const globs = [...(file?.workspaces ?? []), ...pnpmGlobs(readText(root, 'pnpm-workspace.yaml'))];
  if (globs.length === 0) return undefined;
  // Workspace globs are the patterns of .gitignore files, from the root on.
  const matcher = ignore({ ignoreCase: false }).add(globs.map(fromRoot));
  return (path) => path !== '.' && matcher.ignores(path);
}

function fromRoot(glob: string): string {
  const [mark, path] = glob.startsWith('!') ? ['!', glob.slice(1)] : ['', glob];
  return `${mark}/${path.replace(/^\.?\/+/, '').replace(/\/+$/, '')}`;
}

/** The list under `packages:`, of which the file consists. */
function pnpmGlobs(text: string): readonly string[] {
  const list = /^packages:\s*\n((?:[ \t]*(?:-.*|#.*)?\n?)*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^\s*-\s*["']?([^"'#\n]+?)["']?\s*(?:#.*)?$/gm)].map((match) => match[1] ?? '');
}
