// Writes the declarations of src/index.ts, and of all that it mentions, for programs that use the library:
// node scripts/types.js [<folder>]; default: dist/types. Not part of the build, which has to be quick.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(process.argv[2] ?? join(root, 'dist/types'));
const all = mkdtempSync(join(tmpdir(), 'deployer-types-'));
try {
  declare();
  rmSync(out, { recursive: true, force: true });
  for (const file of reached('index.d.ts')) cpSync(join(all, file), join(out, file));
} finally {
  rmSync(all, { recursive: true, force: true });
}

function declare() {
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', all];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'scripts/types.json', ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the declarations could not be written');
}

/** Declarations that the first one leads to; the rest belongs to the command line. */
function reached(first) {
  const found = new Set([first]);
  for (const file of found) {
    const text = readFileSync(join(all, file), 'utf8');
    for (const [, from, inline] of text.matchAll(/\bfrom '(\.[^']+)'|\bimport\("(\.[^"]+)"\)/g))
      found.add(join(dirname(file), (from ?? inline).replace(/\.ts$/, '.d.ts')));
  }
  return found;
}
