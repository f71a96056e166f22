// Parts of the sources, to be measured without a process around them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { newFolder, REPOSITORY } from './projects.js';

/** Bundles a TypeScript file of the repository and loads it. */
export async function load(file) {
  const outfile = join(newFolder(), 'part.cjs');
  const entryPoints = [join(REPOSITORY, file)];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return createRequire(import.meta.url)(outfile);
}
