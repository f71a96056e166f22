#!/usr/bin/env node
// Starts the built command line (scripts/pack.js), from the form that V8 compiled at the build where this is the same V8.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '../dist');
/** In the order in which commands need them. */
const packs = ['main', 'plan', 'rest'];
const scripts = new Map();
const chunks = {};
const loaded = {};

function load(name) {
  if (loaded[name]) return loaded[name].exports;
  while (!chunks[name]) Object.assign(chunks, open(packs.shift()));
  const module = { exports: {} };
  loaded[name] = module;
  chunks[name](module, requireFrom, load, program);
  return module.exports;
}

function open(pack) {
  const filename = join(dist, `${pack}.cjs`);
  const cache = `${filename}.cache`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  scripts.set(filename, script);
  return script.runInThisContext();
}

/** For what lies beside the packs, and for packages. */
function requireFrom(name) {
  return require(name.startsWith('./') ? join(dist, name) : name);
}

const program = {
  get url() {
    return require('node:url').pathToFileURL(join(dist, 'main.cjs')).href;
  },
};

module.exports = { scripts, loaded };
load('main');
