import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chain, cutOffAt, type Told, undisturbed } from '../support/crash/chain.ts';
import { CrashProject } from '../support/crash/project.ts';

/** Every call on every file, and lines that were written half; by default a third of what other processes can see. */
const every = process.env['DEPLOYER_LONG'] !== undefined;
const LIMIT = { timeout: every ? 3_600_000 : 300_000 };
/** Of a lock, a run's files, the state, its copy, the journal. */
const CALLS = [
  'link call #1',
  'link call #3',
  'link call #5',
  'rename call #2',
  'fdatasync call #2',
  'fdatasync call #9',
];

/** By default every third. */
function sample(steps: readonly string[]): readonly string[] {
  return steps.filter((_, index) => every || index % 3 === 0);
}

describe('a deploy that is killed', () => {
  const projects: CrashProject[] = [];
  let first: Told;
  let later: Told;

  const made = async () => {
    const crash = await CrashProject.create();
    projects.push(crash);
    return crash;
  };
  const deploying = (crash: CrashProject): Chain => ({
    env: 'staging',
    command: ['deploy', '--env', 'staging', '--json'],
    async prepare(round) {
      await crash.change(`v${round}`);
      await crash.migrate();
      return `v${round}`;
    },
  });

  beforeAll(async () => {
    const crash = await made();
    first = await undisturbed(crash, { ...deploying(crash), prepare: async () => 'zero' }, every);
    later = await undisturbed(crash, deploying(crash), every);
  });
  afterAll(() => Promise.all(projects.map(({ project }) => project.dispose())));

  it('comes by every kind of step that another process can see', () => {
    const kinds = [
      'link locks/',
      'link state/',
      'link runs/',
      'audit.ndjson',
      'start sh',
      'call place api',
      'answer shares web',
      'link versions/',
    ];
    for (const kind of kinds)
      expect(
        first.steps.filter((step) => step.includes(kind)),
        kind,
      ).not.toEqual([]);
    const begun = first.steps
      .filter((step) => step.startsWith('append'))
      .join(' ')
      .match(/operation\.started/g);
    expect(begun).toHaveLength(11);
  });

  it('ends like an undisturbed one once it is resumed, wherever it was killed', LIMIT, async () => {
    const chosen = sample(later.steps);
    const halves = [0, 1].map((half) => chosen.filter((_, index) => index % 2 === half));
    const told = await Promise.all(
      halves.map(async (steps) => {
        const crash = await made();
        await undisturbed(crash, deploying(crash), every);
        const cut = await cutOffAt(crash, deploying(crash), { ...later, steps }, every);
        await undisturbed(crash, deploying(crash));
        return { ...cut, left: await crash.verify() };
      }),
    );
    const killed = told.reduce((sum, half) => sum + half.killed, 0);
    console.log(`killed a deploy in front of ${killed} of ${chosen.length} of its ${later.steps.length} steps`);
    expect(told.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(told.flatMap(({ left }) => left)).toEqual([]);
    expect(killed).toBeGreaterThan(chosen.length * 0.9);
  });

  const strace = spawnSync('strace', ['-V']).status === 0;
  it.skipIf(!strace)(
    `ends like an undisturbed one when it was killed in a system call${strace ? '' : ' (no strace here)'}`,
    LIMIT,
    async () => {
      const crash = await made();
      await undisturbed(crash, deploying(crash));
      const { troubles, killed } = await cutOffAt(crash, deploying(crash), { ...later, steps: CALLS });
      expect(troubles).toEqual([]);
      expect(killed).toBe(CALLS.length);
    },
  );

  it('ends like an undisturbed one when it was the first, wherever it was killed', LIMIT, async () => {
    const own = sample(sample(first.steps.filter((step) => !later.steps.includes(step))));
    const troubles = [];
    for (const step of own) {
      const crash = await made();
      const only: Chain = { ...deploying(crash), prepare: async () => 'zero' };
      troubles.push(...(await cutOffAt(crash, only, { ...first, steps: [step] }, every)).troubles);
    }
    console.log(`killed a first deploy in front of ${own.length} steps that later ones do not have`);
    expect(troubles).toEqual([]);
  });
});
