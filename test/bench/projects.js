// The projects that are measured, each in a folder of its own below the system's temporary folder.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from './measure.js';

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const NODE = process.execPath;
const made = [];
let base;

/** What runs one command of the tool. */
export function deployer(...words) {
  return [NODE, join(REPOSITORY, 'bin/deployer.js'), ...words];
}

export function newFolder() {
  base ??= keptFolder();
  const folder = join(base, String(made.length + 1));
  mkdirSync(folder);
  made.push(folder);
  return folder;
}

/**
 * A signal that ends the bench cannot be waited for while a command is measured, so a process of its own sees to what
 * is left behind.
 */
function keptFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'deployer-bench-')));
  const keeper = fileURLToPath(new URL('keeper.js', import.meta.url));
  const child = spawn(NODE, [keeper, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin.unref();
  return folder;
}

/** The sample of the repository, as a newcomer has it. */
export function sampleProject() {
  const folder = newFolder();
  for (const part of ['deploy.config.yaml', 'examples'])
    cpSync(join(REPOSITORY, part), join(folder, part), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The sample, deployed: its services run, and a plan finds nothing to do. */
export function deployedSample() {
  const folder = sampleProject();
  output({ command: deployer('deploy', '--yes'), cwd: folder });
  return folder;
}

/**
 * Services in folders of one or two files in turn. The same folders are the packages of a monorepo for turbo, with the
 * same files: a `package.json` with a build script in each.
 */
export function manyServices(amount) {
  const folder = newFolder();
  const names = Array.from({ length: amount }, (_, index) => `s${String(index).padStart(5, '0')}`);
  for (const [index, name] of names.entries()) writeService(join(folder, 'services', name), { index, name });
  const services = names.map((name) => `  ${name}: { path: services/${name}, start: node server.js }`);
  const lines = ['version: 1', 'project: many', 'services:', ...services, 'environments:', '  dev: { mode: dev }'];
  writeFileSync(join(folder, 'deploy.config.yaml'), `${lines.join('\n')}\n`);
  writeJson(join(folder, 'package.json'), {
    name: 'many',
    private: true,
    packageManager: 'npm@10.8.2',
    workspaces: ['services/*'],
  });
  writeJson(join(folder, 'turbo.json'), { tasks: { build: { outputs: ['dist/**'] } } });
  return folder;
}

/** Ends what still runs in the projects, and removes them. */
export function dispose() {
  for (const folder of made) clearAway(folder);
  if (base) rmSync(base, { recursive: true, force: true });
}

export function clearAway(folder) {
  try {
    output({ command: deployer('local', 'stop'), cwd: folder });
  } catch {
    // No project, or nothing runs there.
  }
  rmSync(folder, { recursive: true, force: true });
}

function writeService(folder, { index, name }) {
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, 'package.json'), { name, version: '1.0.0', scripts: { build: 'node --version' } });
  if (index % 2) writeFileSync(join(folder, 'server.js'), `require('node:http').createServer().listen(${index});\n`);
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
