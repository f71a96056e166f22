// Builds dist/ from src/. Writes the registries first: a driver, migration engine or secret provider is found by its place.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, 'src');
const dist = join(root, 'dist');

writeRegistries();
const fresh = `${dist}.${process.pid}`;
await bundle({ root, out: fresh });
warm(join(fresh, 'main.cjs'));
publish();
linkProgram();

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

/** Without this form the command line starts all the same, only slower. */
function warm(file) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/warm.cjs'), file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) console.warn('dist/main.cjs.cache was not made: the new command line cannot plan the sample');
}

/** A rename, so that no reader sees half a build. */
function publish() {
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}

/** So that `npx deployer` in a checkout starts this one, at once and without a question to a registry. */
function linkProgram() {
  const folder = join(root, 'node_modules/.bin');
  if (!existsSync(folder)) return;
  const fresh = join(folder, `deployer.${process.pid}`);
  symlinkSync('../../bin/deployer.js', fresh);
  renameSync(fresh, join(folder, 'deployer'));
}

function folders(step) {
  const folder = join(src, step);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function key(name) {
  return /^[a-z]+$/.test(name) ? name : `'${name}'`;
}
