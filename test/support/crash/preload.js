// Loaded with `node --import` in front of the built command line. Names every step that changes what the next process
// finds (on disk below `.deployer`, at the gateway, in a child process), and kills this process in front of one of them.
//
// CRASH_RECORD=<file>   appends the name of every step to the file
// CRASH_AT=<name>       kills in front of the step with this name
// CRASH_EVERY=1         also names the steps that nobody else notices, and lines that are written half
import childProcess from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { basename, relative } from 'node:path';

const { CRASH_RECORD, CRASH_AT, CRASH_EVERY } = process.env;
/** Calls of the gateway that change nothing. */
const READS = new Set(['hello', 'match', 'exited', 'inspect', 'status']);
const root = process.cwd();
const counts = new Map();
let met = 0;
const { appendFileSync, writeSync } = fs;
const paths = new WeakMap();
const lines = new WeakMap();

if (CRASH_RECORD || CRASH_AT) {
  await wrapHandles();
  wrapFiles();
  wrapGateway();
  wrapChildren();
  syncBuiltinESMExports();
}

/** The process ends here when this is the step it is to die in front of; `torn` is what it still does then. */
function pass(name, torn) {
  const nth = (counts.get(name) ?? 0) + 1;
  counts.set(name, nth);
  const step = `${name} #${nth}`;
  if (CRASH_RECORD) appendFileSync(CRASH_RECORD, `${step}\n`);
  if (!isWanted(name, step)) return;
  torn?.();
  process.kill(process.pid, 'SIGKILL');
}

/**
 * By chance lines are written in one go in one run and one by one in another: those are the wanted step that hold the first of its
 * lines.
 */
function isWanted(name, step) {
  const [given, wanted] = [linesOf(name), linesOf(CRASH_AT?.replace(/ #\d+$/, ''))];
  if (!given || !wanted) return step === CRASH_AT;
  if (given.action !== wanted.action || given.place !== wanted.place) return false;
  if (!given.lines.includes(wanted.lines[0])) return false;
  met += 1;
  return CRASH_AT.endsWith(` #${met}`);
}

function linesOf(name) {
  const [, action, lines, place] = /^(append|tear|synced) (.+) (\S+)$/.exec(name ?? '') ?? [];
  return action && { action, lines: lines.split(' + '), place };
}

function wrapFiles() {
  for (const name of ['link', 'rename']) {
    around(fs.promises, name, ([, to]) => visible(name, to));
    around(fs, `${name}Sync`, ([, to]) => visible(name, to));
  }
  for (const name of ['rm', 'unlink', 'mkdir', 'writeFile', 'chmod', 'copyFile', 'symlink']) {
    const target = name === 'copyFile' || name === 'symlink' ? 1 : 0;
    around(fs.promises, name, (args) => hidden(name, args[target]));
    around(fs, `${name}Sync`, (args) => hidden(name, args[target]));
  }
}

async function wrapHandles() {
  const { open } = fs.promises;
  fs.promises.open = async (path, flags, ...rest) => {
    if (flags !== undefined && flags !== 'r') hidden('open', path);
    const handle = await open(path, flags, ...rest);
    paths.set(handle, path);
    return handle;
  };
  const probe = await open('/dev/null', 'r');
  const prototype = Object.getPrototypeOf(probe);
  await probe.close();
  for (const name of ['writeFile', 'sync', 'truncate', 'chmod']) wrapMethod(prototype, name);
  wrapAppending(prototype);
}

function wrapMethod(prototype, name) {
  const real = prototype[name];
  prototype[name] = function (...args) {
    hidden(name, paths.get(this));
    return real.apply(this, args);
  };
}

/** Lines of the journal and of the audit log: before they are written, half way, and when they are safe. */
function wrapAppending(prototype) {
  const { appendFile, datasync } = prototype;
  prototype.appendFile = function (data, ...rest) {
    const bytes = Buffer.from(data);
    const line = lineName(bytes);
    lines.set(this, line);
    visible(`append ${line}`, paths.get(this));
    hidden(`tear ${line}`, paths.get(this), () => writeSync(this.fd, bytes.subarray(0, bytes.length / 2)));
    return appendFile.call(this, data, ...rest);
  };
  prototype.datasync = async function () {
    await datasync.call(this);
    visible(`synced ${lines.get(this)}`, paths.get(this));
  };
}

function wrapGateway() {
  const { request } = http;
  http.request = (options, ...rest) => {
    const outgoing = request(options, ...rest);
    const method = /^\/\d+\/(\w+)$/.exec(options.path ?? '')?.[1];
    if (options.method !== 'POST' || method === undefined || (READS.has(method) && !CRASH_EVERY)) return outgoing;
    const { end } = outgoing;
    outgoing.end = (body) => {
      const name = [method, JSON.parse(body).service].filter(Boolean).join(' ');
      pass(`call ${name}`);
      outgoing.prependOnceListener('response', () => pass(`answer ${name}`));
      return end.call(outgoing, body);
    };
    return outgoing;
  };
}

function wrapChildren() {
  for (const name of ['spawn', 'fork']) {
    const real = childProcess[name];
    childProcess[name] = (...args) => {
      const program = [args[0], ...(Array.isArray(args[1]) ? args[1].slice(0, 1) : [])]
        .map((word) => basename(word))
        .join(' ');
      pass(`start ${program}`);
      const child = real(...args);
      pass(`started ${program}`);
      child.once('exit', () => pass(`ended ${program}`));
      return child;
    };
  }
}

function around(holder, name, before) {
  const real = holder[name];
  holder[name] = (...args) => {
    before(args);
    return real(...args);
  };
}

/** A step that another process can see the moment it is done. */
function visible(action, path, torn) {
  const place = placeOf(path);
  if (place !== undefined) pass(`${action} ${place}`, torn);
}

function hidden(action, path, torn) {
  if (CRASH_EVERY) visible(action, path, torn);
}

/** The path below `.deployer` with its ids and numbers taken out, or that of a dotenv file; nothing for one that lies elsewhere. */
function placeOf(path) {
  const place = relative(root, String(path ?? '/'));
  if (place.startsWith('.env')) return place.replace(/-\d+-[0-9a-f-]{36}/, '');
  if (!place.startsWith('.deployer/')) return undefined;
  return place
    .slice('.deployer/'.length)
    .replace(/(run|ver|lock)_[0-9A-Za-z]+/g, '$1_')
    .replace(/lineage-[0-9a-f-]+/, 'lineage')
    .replace(/[0-9a-f]{16,}/g, '*')
    .replace(/-[0-9a-f]{10}\b/g, '-*')
    .replace(/(^|\/)\d+(-\*)?/g, '$1N')
    .replace(/(tmp|new)[-.]?[0-9A-Za-z]{6,}/g, '$1');
}

/** The events of a journal batch, or the results of audit entries. */
function lineName(bytes) {
  const events = bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return events
    .map(({ type, operation, compensation, result }) =>
      [type ?? result, compensation ?? operation].filter(Boolean).join(' '),
    )
    .join(' + ');
}
