export { openFileCache } from '../../src/project/file-cache.ts';
export { hashSource } from '../../src/project/source.ts';
export { openSourceTree } from '../../src/project/source-tree.ts';
