import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes a program of a file of the tests, for a process of its own: Node 20 does not run TypeScript by itself. */
export async function bundle(entry: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
}
