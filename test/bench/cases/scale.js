// Plans of many services, beside what turbo needs for as many packages.
import { join } from 'node:path';
import { compare, output, peakMemory } from '../measure.js';
import { deployer, manyServices, NODE, REPOSITORY } from '../projects.js';
import { tool } from '../tools.js';

const EMPTY = 'node -e 0';
const [MANY, MORE] = ['plan of 1,000 services', 'plan of 10,000 services'];
const LEAST = 'only reading and hashing the files of 1,000 services';

export async function measure() {
  const [many, more] = [manyServices(1_000), manyServices(10_000)];
  const reference = { name: EMPTY, command: [NODE, '-e', '0'], cwd: many };
  const plans = [
    { name: MANY, command: deployer('plan'), cwd: many },
    { name: MORE, command: deployer('plan'), cwd: more },
  ];
  const least = { name: LEAST, command: [NODE, join(REPOSITORY, 'test/bench/read-tree.js'), many], cwd: many };
  const costs = compare([reference, ...plans, least], { rounds: 7, runs: 3 });
  return [
    {
      what: `${MANY}, CPU`,
      value: costs[MANY].cpuRatio,
      unit: `× ${EMPTY}`,
      most: 5,
      note: `${costs[MANY].cpu.toFixed(0)} ms`,
    },
    { what: `${LEAST}, CPU`, value: costs[LEAST].cpuRatio, unit: `× ${EMPTY}` },
    {
      what: `${MANY}, wall`,
      value: costs[MANY].wallRatio,
      unit: `× ${EMPTY}`,
      note: `${costs[MANY].wall.toFixed(0)} ms`,
    },
    { what: `${MANY}, peak memory`, value: await peakMemory(plans[0]), unit: 'MiB', most: 96 },
    { what: `${MORE}, CPU for each`, value: costs[MORE].cpu / 10 / costs[MANY].cpu, unit: `× ${MANY}`, most: 1 },
    ...besideTurbo(many),
  ];
}

function besideTurbo(cwd) {
  const other = tool('turbo', ['run', 'build', '--dry=json'], cwd);
  if (!other) return [];
  // In a repository turbo takes the hashes of files from git.
  for (const words of [
    ['init', '-q'],
    ['add', '.'],
  ])
    output({ command: ['git', ...words], cwd });
  const costs = compare([other, { name: MANY, command: deployer('plan'), cwd }], { rounds: 5, runs: 2 });
  const unit = `× ${other.name}`;
  return [
    {
      what: `${MANY}, wall`,
      value: costs[MANY].wallRatio,
      unit,
      most: 1,
      note: `turbo: ${costs[other.name].wall.toFixed(0)} ms`,
    },
    { what: `${MANY}, CPU`, value: costs[MANY].cpuRatio, unit, note: `turbo: ${costs[other.name].cpu.toFixed(0)} ms` },
  ];
}
