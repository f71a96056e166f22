// Hashing a service's files once more, when nothing changed and when something did.
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure.js';
import { newFolder } from '../projects.js';
import { load } from '../sources.js';

const [FOLDERS, FILES] = [100, 100];
const ROUNDS = 5;
const RACES = 50;
/** Until a file has been left alone for two seconds, the cache does not trust its times. */
const SETTLED_MS = 2_500;

export async function measure() {
  const parts = await load('test/bench/hashing.ts');
  const root = tree();
  await sleep(SETTLED_MS);
  const rounds = Array.from({ length: ROUNDS }, () => firstAndSecond(parts, root));
  return [
    { what: 'hashing 10,000 files, first time, CPU', value: median(rounds.map(({ first }) => first)), unit: 'ms' },
    {
      what: 'second time, CPU',
      value: median(rounds.map(({ first, second }) => second / first)),
      unit: '× the first',
      most: 0.2,
    },
    {
      what: 'only listing the folders and asking for the state of the files, CPU',
      value: median(rounds.map(({ first, least }) => least / first)),
      unit: '× the first',
    },
    { what: `wrong answers when a file changes at once, of ${RACES}`, value: wrongAnswers(parts), unit: '', most: 0 },
  ];
}

function tree() {
  const root = newFolder();
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(root, `app/f${folder}`), { recursive: true });
    for (let file = 0; file < FILES; file++)
      writeFileSync(join(root, `app/f${folder}/${file}.js`), `export const a${file} = ${'x'.repeat(file * 40)};\n`);
  }
  return root;
}

function firstAndSecond(parts, root) {
  rmSync(join(root, '.cache'), { force: true });
  const first = timed(() => hashOnce(parts, root));
  const second = timed(() => hashOnce(parts, root));
  if (first.digest !== second.digest) throw new Error('the second hash of an unchanged tree differs from the first');
  return { first: first.cpu, second: second.cpu, least: timed(() => lookAtAll(join(root, 'app'))).cpu };
}

/** What no cache can do without. */
function lookAtAll(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) lookAtAll(path);
    else lstatSync(path);
  }
}

/** As one command does it: the cache is opened, used and saved. */
function hashOnce({ openFileCache, openSourceTree, hashSource }, root) {
  const cache = openFileCache(join(root, '.cache'));
  const service = { name: 'app', path: 'app', build: { output: [], env: [] } };
  const { digest } = hashSource({ tree: openSourceTree(root), service, cache });
  cache.save(root);
  return digest;
}

function wrongAnswers(parts) {
  const root = newFolder();
  mkdirSync(join(root, 'app'));
  const seen = Array.from({ length: RACES }, (_, index) => {
    writeFileSync(join(root, 'app/file.txt'), String(1_000 + index));
    return hashOnce(parts, root);
  });
  return RACES - new Set(seen).size;
}

function timed(work) {
  const before = process.cpuUsage();
  const digest = work();
  const { user, system } = process.cpuUsage(before);
  return { digest, cpu: (user + system) / 1_000 };
}
