import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../src/project/git-head.ts';
import { temporaryFolder, writeTree } from '../support/file-tree.ts';
import { hasGit } from '../support/git.ts';

const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main'];

describe.skipIf(!hasGit())('a repository made by git (skipped without git)', () => {
  test('the branch and its commit, from a folder inside too', async () => {
    const root = repository();
    mkdirSync(join(root, 'deep/er'), { recursive: true });
    const commit = git(root, 'rev-parse', 'HEAD');
    expect(await readSource(root)).toEqual({ commit, branch: 'main' });
    expect(await readSource(join(root, 'deep/er'))).toEqual({ commit, branch: 'main' });
  });

  test('packed refs, and a loose ref over a packed one', async () => {
    const root = repository();
    git(root, 'checkout', '-qb', 'feature/a-b');
    git(root, 'pack-refs', '--all');
    expect(await readSource(root)).toEqual({ commit: git(root, 'rev-parse', 'HEAD'), branch: 'feature/a-b' });
    git(root, 'commit', '-qm', 'two', '--allow-empty');
    expect(await readSource(root)).toEqual({ commit: git(root, 'rev-parse', 'HEAD'), branch: 'feature/a-b' });
  });

  test('a detached head has a commit and no branch', async () => {
    const root = repository();
    git(root, 'checkout', '-q', '--detach');
    expect(await readSource(root)).toEqual({ commit: git(root, 'rev-parse', 'HEAD') });
  });

  test('a linked worktree has its own branch', async () => {
    const root = repository();
    const tree = join(temporaryFolder(), 'tree');
    git(root, 'worktree', 'add', '-q', '-b', 'other', tree);
    git(tree, 'commit', '-qm', 'there', '--allow-empty');
    expect(await readSource(tree)).toEqual({ commit: git(tree, 'rev-parse', 'HEAD'), branch: 'other' });
    git(root, 'pack-refs', '--all');
    expect(await readSource(tree)).toEqual({ commit: git(tree, 'rev-parse', 'HEAD'), branch: 'other' });
    expect(await readSource(root)).toEqual({ commit: git(root, 'rev-parse', 'HEAD'), branch: 'main' });
  });

  test('before the first commit there is no source', async () => {
    const root = temporaryFolder();
    git(root, 'init', '-q');
    expect(await readSource(root)).toBeNull();
  });
});

test('outside of a repository there is no source', async () => {
  expect(await readSource(temporaryFolder())).toBeNull();
});

test('broken and hostile git files give no source, and nothing outside is read', async () => {
  const secret = 'a'.repeat(40);
  const outside = temporaryFolder();
  writeFileSync(join(outside, 'ref'), secret);
  for (const head of [
    '',
    'rubbish',
    'ref: ',
    'ref: refs/heads/none',
    `ref: refs/../../../${outside}/ref`,
    'ref: /etc/passwd',
  ]) {
    const root = temporaryFolder();
    writeTree(root, { '.git/HEAD': head, ref: secret });
    expect(await readSource(root), head).toBeNull();
  }
  const loop = temporaryFolder();
  writeTree(loop, { '.git/HEAD': 'ref: refs/heads/a', '.git/refs/heads/a': 'ref: refs/heads/a' });
  expect(await readSource(loop)).toBeNull();
  const device = temporaryFolder();
  writeTree(device, { '.git/HEAD': '-> /dev/zero' });
  expect(await readSource(device)).toBeNull();
});

function repository(): string {
  const root = temporaryFolder();
  git(root, 'init', '-q');
  git(root, 'commit', '-qm', 'one', '--allow-empty');
  return root;
}

function git(cwd: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...IDENTITY, ...args], { cwd, env, encoding: 'utf8' }).trim();
}
