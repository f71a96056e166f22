#!/usr/bin/env node
// Starts the built command line (scripts/pack.js), from the form that V8 compiled at the build where this is the same V8.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '../dist/');
const loaded = new Map();

/** What `require` is to the scripts. */
function load(name) {
  if (!name.startsWith('./')) return require(name);
  const known = loaded.get(name);
  if (known) return known.module.exports;
  const filename = join(dist, name);
  const cache = `${filename}.cache`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  const module = { exports: {} };
  loaded.set(name, { filename, script, module });
  script.runInThisContext()(module.exports, load, module, filename);
  return module.exports;
}

load('./main.cjs');
module.exports = { loaded };
