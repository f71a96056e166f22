import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { isTracked } from './git-index.ts';

export interface ProjectFile {
  readonly text: string;
  readonly warnings: readonly string[];
}

const LONGEST = 1024 * 1024;
/** Rights of group and others. */
const SHARED = 0o077;

/**
 * Reads a file of secrets that lies inside the project, also by where its links lead. Rights beyond 0600 and a file that
 * git tracks are warned about. Errors name the path, never the content.
 */
export async function readProjectFile(root: string, path: string): Promise<ProjectFile> {
  const real = await insideProject(root, path);
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
    throw unreadable(path, error);
  });
  try {
    const { mode, text } = await contentOf(handle, path);
    return { text, warnings: await warningsFor({ path, real, mode }) };
  } finally {
    await handle.close();
  }
}

/** Where a file of the project lies, free of links. Throws `INVALID_CONFIG` when that is outside, `MISSING_ENV` for none. */
export async function insideProject(root: string, path: string): Promise<string> {
  if (isAbsolute(path) || path.includes('\\') || path.split('/').includes('..')) throw outside(path);
  const [top, real] = await Promise.all([realpath(root), realpath(join(root, path))]).catch((error) => {
    throw unreadable(path, error);
  });
  const inside = relative(top, real);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside(path);
  return real;
}

/**
 * Where a file of the project lies or would lie, free of links. Throws `INVALID_CONFIG` when that is outside, `MISSING_ENV` when
 * its folder is not there.
 */
export async function placeInProject(root: string, path: string): Promise<string> {
  return insideProject(root, path).catch(async (error: unknown) => {
    if (!(error instanceof DeployerError) || error.code !== 'MISSING_ENV') throw error;
    const folder = dirname(path);
    return join(folder === '.' ? await realpath(root) : await insideProject(root, folder), basename(path));
  });
}

function outside(path: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `The file of secrets ${path} is not inside the project folder`,
    fix: 'Name a file inside the project, not through a link that leaves it',
  });
}

function unreadable(path: string, error: unknown): DeployerError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DeployerError({
      code: 'MISSING_ENV',
      reason: `The file of secrets ${path} does not exist`,
      fix: `Create ${path}, and keep it out of git unless it is encrypted`,
    });
  return new DeployerError({
    code: 'IO_FAILED',
    reason: `The file of secrets ${path} cannot be read (${code ?? 'unknown error'})`,
    fix: `Check who owns ${path} and its rights`,
  });
}

async function contentOf(handle: FileHandle, path: string): Promise<{ mode: number; text: string }> {
  const facts = await handle.stat();
  if (!facts.isFile()) throw unusable(path, 'is not a plain file');
  if (facts.size > LONGEST) throw unusable(path, 'is larger than 1 MiB');
  const text = await handle.readFile('utf8').catch((error) => {
    throw unreadable(path, error);
  });
  return { mode: facts.mode, text };
}

function unusable(path: string, why: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    reason: `The file of secrets ${path} ${why}`,
    fix: 'Name a dotenv file with lines such as NAME=value',
  });
}

/** What is not as it should be about a file that nobody else should see. */
export async function warningsFor({
  path,
  real,
  mode,
}: {
  path: string;
  real: string;
  mode: number;
}): Promise<string[]> {
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  return [
    ...(mode & SHARED ? [`${path} can be read by others (mode ${rights}); run chmod 600 ${path}`] : []),
    ...((await isTracked(real))
      ? [`${path} is tracked by git; run git rm --cached ${path} and change what is in it`]
      : []),
  ];
}
