// Builds dist/ from src/. Writes the registries first: a driver, migration engine or secret provider is found by its place.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundleCommandLine } from './bundle.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, 'src');
const dist = join(root, 'dist');
/** Reads sources that were not read before: most plans need none of it. */
const SELDOM = /[\\/]project[\\/]needs[\\/](?:javascript|languages|scan\.)|[\\/]@babel[\\/]parser[\\/]/;
/** A whole program of its own, so that it can be run before it takes the place of the one there is. */
const fresh = `${dist}.${process.pid}`;

writeRegistries();
try {
  await bundle({ root, out: join(fresh, 'dist') });
  cpSync(join(root, 'bin'), join(fresh, 'bin'), { recursive: true });
  await packByNeed();
  publish();
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
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

/** What all commands need and what a plan needs is found by running them. The last two runs fill V8's caches. */
async function packByNeed() {
  const out = join(fresh, 'dist');
  const modules = await bundleCommandLine({ root, out });
  const [always, forPlan] = [run('--help'), run('plan')].map(
    (files) => new Set(files.flatMap((file) => modules.get(file) ?? [])),
  );
  for (const file of readdirSync(out)) if (modules.has(file.replace(/\.cache$/, ''))) rmSync(join(out, file));
  const groups = [
    { name: 'start', test: (id) => always.has(id) },
    { name: 'work', test: (id) => forPlan.has(id) && !SELDOM.test(id) },
  ];
  await bundleCommandLine({ root, out, groups });
  run('--help');
  run('plan');
}

/** Names of the scripts that a command comes by. */
function run(...words) {
  const argv = [join(root, 'scripts/warm.cjs'), join(fresh, 'bin/deployer.js'), ...words];
  const { PATH, TMPDIR } = process.env;
  // What somebody has set for their own deploys must not reach the sample.
  const env = { PATH, ...(TMPDIR && { TMPDIR }) };
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'];
  const { status, output } = spawnSync(process.execPath, argv, { env, stdio });
  if (status !== 0) throw new Error(`The new command line cannot do "${words.join(' ')}" on the sample`);
  return JSON.parse(output[3]);
}

/** A rename, so that no reader sees half a build. */
function publish() {
  rmSync(dist, { recursive: true, force: true });
  renameSync(join(fresh, 'dist'), dist);
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
