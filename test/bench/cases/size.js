// What an installation weighs, and what a plan of it reads.

import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
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
    {
      what: 'the same without what only AWS needs',
      value: (installed.bytes - bytesForAws()) / MIB,
      unit: 'MiB',
      note: 'clients of the AWS SDK, of which each loads when its service is asked',
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

/** Scripts of dist/ that only the clients of the AWS SDK lead to. */
function bytesForAws() {
  const dist = join(REPOSITORY, 'dist');
  const scripts = readdirSync(dist).filter((name) => /\.c?js$/.test(name));
  const clients = readdirSync(join(REPOSITORY, 'src/aws/clients')).map((name) => name.replace('.ts', ''));
  const isClient = (name) => clients.some((client) => new RegExp(`^${client}-[\\w-]{8}\\.c?js$`).test(name));
  const reached = new Set();
  for (const name of scripts.filter((one) => !/-[\w-]{8}\.c?js$/.test(one))) follow(name);
  return scripts.filter((name) => !reached.has(name)).reduce((sum, name) => sum + lstatSync(join(dist, name)).size, 0);

  function follow(name) {
    if (reached.has(name) || isClient(name)) return;
    reached.add(name);
    const text = readFileSync(join(dist, name), 'latin1');
    for (const [, next] of text.matchAll(/["'`]\.\/([\w.-]+\.c?js)["'`]/g)) if (scripts.includes(next)) follow(next);
  }
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
