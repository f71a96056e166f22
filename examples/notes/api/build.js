// Collects what the API needs to run into dist/: the server, and the one package it imports with its own dependencies.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const dist = join(import.meta.dirname, 'dist');
const prebuilds = `prebuilds/${process.platform}-${process.arch}`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
cpSync(join(import.meta.dirname, 'server.js'), join(dist, 'server.js'));
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');
copyPackage('@photostructure/sqlite', ['package.json', 'dist', prebuilds]);
copyPackage('node-gyp-build', ['package.json', 'index.js', 'node-gyp-build.js']);

function copyPackage(name, parts) {
  const from = folderOf(name);
  for (const part of parts) cpSync(join(from, part), join(dist, 'node_modules', name, part), { recursive: true });
}

function folderOf(name) {
  const [found] = require.resolve
    .paths(name)
    .map((folder) => join(folder, name))
    .filter((folder) => tryRequire(join(folder, 'package.json')));
  if (!found) throw new Error(`${name} is not installed`);
  return found;
}

function tryRequire(file) {
  try {
    return require(file);
  } catch {
    return undefined;
  }
}
