// Whether a long past makes a project slower: 10,000 versions and runs beside an empty history.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../measure.js';
import { deployedSample, deployer } from '../projects.js';

const PAST = 10_000;

export async function measure() {
  const [young, old] = [deployedSample(), deployedSample()];
  addPast(join(old, '.deployer'));
  const rows = [];
  for (const word of ['plan', 'status']) {
    const programs = [
      { name: 'young', command: deployer(word), cwd: young },
      { name: 'old', command: deployer(word), cwd: old },
    ];
    const { cpuRatio } = compare(programs, { rounds: 15, runs: 6 }).old;
    rows.push({
      what: `${word} with 10,000 past versions and runs, CPU`,
      value: cpuRatio,
      unit: '× without',
      most: 1.1,
    });
  }
  return rows;
}

/** Copies of the one version and run there is, under older ids, with the digests that belong to them. */
function addPast(folder) {
  const [version] = readdirSync(join(folder, 'versions')).filter((name) => name.startsWith('ver_'));
  const [run] = readdirSync(join(folder, 'runs')).filter((name) => name.startsWith('run_'));
  const { digest: _, ...record } = JSON.parse(readFileSync(join(folder, 'versions', version), 'utf8'));
  for (let index = 0; index < PAST; index++) {
    const ulid = `0${String(index).padStart(25, '0')}`;
    const text = JSON.stringify({ ...record, id: `ver_${ulid}`, run_id: `run_${ulid}` });
    const digest = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(folder, `versions/ver_${ulid}.json`), `{"digest":"sha256:${digest}",${text.slice(1)}\n`);
    mkdirSync(join(folder, `runs/run_${ulid}`));
    for (const part of ['plan.json', 'context.json', 'events.ndjson'])
      cpSync(join(folder, 'runs', run, part), join(folder, `runs/run_${ulid}`, part));
  }
}
