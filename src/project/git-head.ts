import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SourceInfo } from '../core/state.ts';

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Refs may point to refs; git follows five. */
const MAX_REFS = 5;
const BRANCH = 'refs/heads/';

/** The folders of a repository: a worktree has its own `HEAD`, and shares the refs. */
interface Repository {
  readonly folder: string;
  readonly shared: string;
}

/**
 * Commit and branch of the working tree that `root` lies in, read from git's own files: starting git would cost more than
 * the rest of a plan. `null` outside of a repository, before the first commit, and for storage this cannot read (reftable).
 */
export async function readSource(root: string): Promise<SourceInfo | null> {
  const repository = findRepository(resolve(root));
  if (!repository) return null;
  const head = readText(join(repository.folder, 'HEAD'));
  if (COMMIT.test(head)) return { commit: head };
  const ref = refName(head);
  const commit = ref && resolveRef(repository, ref);
  if (!commit) return null;
  return ref.startsWith(BRANCH) ? { commit, branch: ref.slice(BRANCH.length) } : { commit };
}

function findRepository(root: string): Repository | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = repositoryAt(join(folder, '.git'));
    if (found || folder === dirname(folder)) return found;
  }
}

/** `.git` is a folder, or in worktrees and submodules a file with `gitdir: <path>`. */
function repositoryAt(git: string): Repository | undefined {
  const kind = statSync(git, { throwIfNoEntry: false });
  if (!kind) return undefined;
  if (kind.isDirectory()) return { folder: git, shared: git };
  const named = /^gitdir: (.+)$/m.exec(readText(git))?.[1];
  if (!named) return undefined;
  const folder = resolve(dirname(git), named.trim());
  const shared = readText(join(folder, 'commondir'));
  return { folder, shared: shared === '' ? folder : resolve(folder, shared) };
}

function resolveRef(repository: Repository, first: string): string | undefined {
  let ref: string | undefined = first;
  for (let turn = 0; ref && turn < MAX_REFS; turn++) {
    const value = looseRef(repository, ref) || packedRef(repository, ref);
    if (COMMIT.test(value)) return value;
    ref = refName(value);
  }
  return undefined;
}

function looseRef({ folder, shared }: Repository, ref: string): string {
  return readText(join(shared, ref)) || (folder === shared ? '' : readText(join(folder, ref)));
}

function packedRef({ shared }: Repository, ref: string): string {
  const packed = readText(join(shared, 'packed-refs'));
  const line = packed.split('\n').find((candidate) => candidate.endsWith(` ${ref}`));
  return line?.split(' ')[0] ?? '';
}

/** The name in `ref: refs/heads/main`. One with `..` would lead out of the repository. */
function refName(text: string): string | undefined {
  const name = /^ref: (refs\/\S+)$/.exec(text)?.[1];
  return name?.split('/').includes('..') ? undefined : name;
}

/** Empty for what is missing or no file: reading a pipe would never end. */
function readText(file: string): string {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8').trim() : '';
  } catch {
    return '';
  }
}
