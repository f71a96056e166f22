// Builds dist/ from src/. Writes the registries first: a driver, migration engine or secret provider is found by its place.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, 'src');
const dist = join(root, 'dist');

writeRegistries();
await bundle();

function writeRegistries() {
  writeRegistry('drivers', driverEntries());
  writeRegistry('migrations', moduleEntries('migrations/engines', 'engine'));
  writeRegistry('secrets', moduleEntries('secrets/providers', 'provider'));
}

function driverEntries() {
  return folders('drivers')
    .filter((name) => existsSync(join(src, 'drivers', name, 'facts.ts')))
    .map(
      (name) => `  ${key(name)}: {
    facts: async () => (await import('./${name}/facts.ts')).facts,
    load: async () => (await import('./${name}/driver.ts')).driver,
  },`,
    );
}

function moduleEntries(folder, exported) {
  const [, inner] = folder.split('/');
  if (!existsSync(join(src, folder))) return [];
  return readdirSync(join(src, folder))
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => `  ${key(basename(file, '.ts'))}: async () => (await import('./${inner}/${file}')).${exported},`);
}

function writeRegistry(step, entries) {
  if (!existsSync(join(src, step))) return;
  const text = `// Written by scripts/build.js from the files beside it.\nexport const registry = {\n${entries.join('\n')}\n};\n`;
  const file = join(src, step, 'registry.generated.ts');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

async function bundle() {
  const entryPoints = entries();
  if (entryPoints.length === 0) return;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const fresh = `${dist}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: fresh,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minify: true,
    keepNames: false,
    legalComments: 'linked',
    logLevel: 'warning',
    // The package's own build for browsers is the same code as ES modules, which can be shaken and starts faster.
    alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
    external: ['@photostructure/sqlite', 'pg', 'pg-native', 'mysql2'],
    define: { 'process.env.DEPLOYER_VERSION': JSON.stringify(version) },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  publish(fresh);
}

/** `src/cli/main.ts`, `src/index.ts`, and every `*.entry.ts`: a program of its own, such as a driver's daemon. */
function entries() {
  const found = [];
  for (const [out, file] of [
    ['main', 'cli/main.ts'],
    ['index', 'index.ts'],
  ]) {
    if (existsSync(join(src, file))) found.push({ in: join(src, file), out });
  }
  for (const file of filesBelow(src)) {
    if (file.endsWith('.entry.ts'))
      found.push({ in: file, out: `${basename(dirname(file))}-${basename(file, '.entry.ts')}` });
  }
  return found;
}

/** A rename, so that no reader sees half a build. */
function publish(fresh) {
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}

function folders(step) {
  const folder = join(src, step);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function key(name) {
  return /^[a-z]+$/.test(name) ? name : `'${name}'`;
}
