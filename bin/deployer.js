#!/usr/bin/env node
// Starts the built command line, from the form that V8 compiled at the build where this is the same V8.
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, '../dist/main.cjs');
const cache = `${filename}.cache`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
new Script(readFileSync(filename, 'latin1'), { filename, cachedData }).runInThisContext()(
  createRequire(filename),
  filename,
);
