// Shows with numbers what the tool promises: npm run bench [-- --only startup,gateway] [--json]

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { dispose } from './projects.js';
import { table, verdict } from './rows.js';

const NAMES = ['startup', 'scale', 'history', 'scheduler', 'gateway', 'hashing', 'size', 'docker', 'upload'];

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean', default: false } } });
const wanted = values.only?.split(',') ?? NAMES;
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`no such group: ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);

const groups = [];
try {
  for (const name of wanted) {
    console.error(`measuring ${name} …`);
    groups.push({ name, rows: await (await import(`./cases/${name}.js`)).measure() });
  }
} finally {
  dispose();
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const judged = groups.map(({ name, rows }) => ({ name, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) }));
console.log(
  values.json
    ? JSON.stringify({ format: 1, machine, groups: judged }, null, 2)
    : `${Object.values(machine).join(', ')} cores\n\n${table(groups)}`,
);
process.exitCode = judged.some(({ rows }) => rows.some((row) => row.verdict === 'MISS')) ? 1 : 0;
