import { join } from 'node:path';
import type { BuildConfig } from '../../src/core/config.ts';
import { openFileCache } from '../../src/project/file-cache.ts';
import { hashSource, type SourceHash } from '../../src/project/source.ts';
import { openSourceTree, type SourceService } from '../../src/project/source-tree.ts';

export function service(path: string, build: Partial<BuildConfig> = {}): SourceService {
  return { name: 'api', path, build: { output: [], env: [], ...build } };
}

export function cacheFile(root: string): string {
  return join(root, '.deployer/cache/files');
}

/** Hashes as a new process would: with what lies on disk. */
export function hashOf(root: string, target: SourceService = service('.')): SourceHash {
  return hashSource({ tree: openSourceTree(root), service: target, cache: openFileCache(cacheFile(root)) });
}

export function hashAndSave(root: string, target: SourceService = service('.')): SourceHash {
  const cache = openFileCache(cacheFile(root));
  const result = hashSource({ tree: openSourceTree(root), service: target, cache });
  cache.save(root);
  return result;
}

export function pathsOf({ files }: SourceHash): readonly string[] {
  return files === '' ? [] : files.split('\n').map((line) => line.slice(67));
}
