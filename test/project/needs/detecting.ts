import { join } from 'node:path';
import { openFileCache } from '../../../src/project/file-cache.ts';
import { findNeeds } from '../../../src/project/needs/find.ts';
import type { DetectedNeed } from '../../../src/project/needs/judge.ts';
import { openNeedsMemory } from '../../../src/project/needs/memory.ts';
import { hashSource } from '../../../src/project/source.ts';
import { openSourceTree, serviceFolder } from '../../../src/project/source-tree.ts';
import { temporaryFolder, writeTree } from '../../support/file-tree.ts';
import { service } from '../sources.ts';

/** What a service in a folder of `root` needs, as a new process finds out. */
export async function needsIn(
  root: string,
  path = '.',
  others: readonly string[] = [],
): Promise<readonly DetectedNeed[]> {
  const tree = openSourceTree(root);
  const cache = openFileCache(join(root, '.deployer/cache/files'));
  const { files } = hashSource({ tree, service: service(path), cache });
  const needs = await findNeeds({
    root: tree.root,
    folder: serviceFolder(tree, service(path)),
    others,
    files,
    memory: openNeedsMemory(cache),
  });
  return needs;
}

/** The same for files that are written first. */
export async function needsOf(files: Readonly<Record<string, string>>): Promise<readonly DetectedNeed[]> {
  const root = temporaryFolder();
  writeTree(root, files);
  return needsIn(root);
}

/** `KEY` for a need, `KEY?` for an optional one, `:build` behind it where only the build reads it. */
export function short(needs: readonly DetectedNeed[]): readonly string[] {
  return needs.map(({ key, optional, when }) => `${key}${optional ? '?' : ''}${when === 'build' ? ':build' : ''}`);
}

/** How one file in `path` asks for variables. */
export async function asked(path: string, text: string): Promise<readonly string[]> {
  return short(await needsOf({ [path]: text }));
}
