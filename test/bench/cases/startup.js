// What commands cost that people type all day, against Node that does nothing.
import { compare, peakMemory } from '../measure.js';
import { deployedSample, deployer, NODE, newFolder, sampleProject } from '../projects.js';
import { tool } from '../tools.js';

const EMPTY = 'node -e 0';

export async function measure() {
  const [fresh, deployed, empty] = [sampleProject(), deployedSample(), newFolder()];
  const reference = { name: EMPTY, command: [NODE, '-e', '0'], cwd: empty };
  const own = [
    { name: 'deployer --version', command: deployer('--version'), cwd: empty, most: 1.5 },
    { name: 'deployer --help', command: deployer('--help'), cwd: empty, most: 1.5 },
    { name: 'deployer plan, before any deploy', command: deployer('plan'), cwd: fresh, most: 2 },
    { name: 'deployer plan, nothing changed', command: deployer('plan'), cwd: deployed, most: 2 },
  ];
  const costs = compare([reference, ...own], { rounds: 11, runs: 8 });
  return [
    { what: `${EMPTY}, CPU`, value: costs[EMPTY].cpu, unit: 'ms' },
    ...own.map(({ name, most }) => ({ what: `${name}, CPU`, value: costs[name].cpuRatio, unit: `× ${EMPTY}`, most })),
    ...(await memory(reference, own)),
    ...others(reference, fresh),
  ];
}

async function memory(reference, own) {
  const base = await peakMemory(reference);
  const rows = [];
  for (const program of own) {
    const peak = await peakMemory(program);
    rows.push({
      what: `${program.name}, peak memory`,
      value: peak / base,
      unit: `× ${EMPTY}`,
      most: 1.6,
      note: `${peak.toFixed(0)} MiB`,
    });
  }
  return rows;
}

function others(reference, cwd) {
  const programs = [tool('vercel', ['--version'], cwd), tool('turbo', ['--version'], cwd)].filter(Boolean);
  const costs = compare([reference, ...programs], { rounds: 5, runs: 3 });
  return programs.map(({ name }) => ({ what: `${name}, CPU`, value: costs[name].cpuRatio, unit: `× ${EMPTY}` }));
}
