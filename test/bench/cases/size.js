// What an installation weighs, and what a plan of it reads.

import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { environment, output } from '../measure.js';
import { deployer, newFolder, REPOSITORY, sampleProject } from '../projects.js';

const MIB = 1024 * 1024;

export async function measure() {
  const packed = JSON.parse(
    output({ command: ['npm', 'pack', '--dry-run', '--json', '--ignore-scripts'], cwd: REPOSITORY }),
  )[0];
  const installed = install();
  return [
    { what: 'package, unpacked', value: packed.unpackedSize / MIB, unit: 'MiB', note: `${packed.entryCount} files` },
    {
      what: 'installed with all dependencies',
      value: installed.bytes / MIB,
      unit: 'MiB',
      note: `${installed.files} files`,
    },
    { what: 'own files loaded by a plan', value: filesLoaded(), unit: '' },
  ];
}

/** As `npm install --omit=dev` leaves it. */
function install() {
  const folder = newFolder();
  const [{ filename }] = JSON.parse(
    output({ command: ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder], cwd: REPOSITORY }),
  );
  output({ command: ['npm', 'install', '--no-audit', '--no-fund', `./${filename}`], cwd: folder });
  return weigh(join(folder, 'node_modules'));
}

function weigh(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) => {
      const path = join(folder, entry.name);
      const one = entry.isDirectory() ? weigh(path) : { files: 1, bytes: lstatSync(path).size };
      return { files: sum.files + one.files, bytes: sum.bytes + one.bytes };
    },
    { files: 0, bytes: 0 },
  );
}

/** Scripts that Node reads: those of Node's own debug log of modules, and ours, which have a compiled form beside them. */
function filesLoaded() {
  const [node, file, ...words] = deployer('plan');
  const { stderr } = spawnSync(node, [file, ...words], {
    cwd: sampleProject(),
    env: environment({ NODE_DEBUG: 'module' }),
    encoding: 'utf8',
  });
  const loaded = [...stderr.matchAll(/load "([^"]+)" for module/g)].map((match) => match[1]);
  const ours = readdirSync(join(REPOSITORY, 'dist')).filter((name) => name.endsWith('.cjs.cache'));
  return new Set([...loaded, ...ours]).size;
}
