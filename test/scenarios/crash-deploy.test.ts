import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chain, cutOffAt, undisturbed } from '../support/crash/chain.ts';
import { CrashProject, type Picture } from '../support/crash/project.ts';

/** Every call on every file, and lines that were written half. */
const every = process.env['DEPLOYER_LONG'] !== undefined;
const DEPLOY = ['deploy', '--env', 'staging', '--json'];

describe('a deploy that is killed', () => {
  const projects: CrashProject[] = [];
  const made = async () => {
    const crash = await CrashProject.create();
    projects.push(crash);
    return crash;
  };
  let first: { steps: string[]; picture: Picture };
  let later: { steps: string[]; picture: Picture };
  let chain: CrashProject;

  const deploying = (crash: CrashProject): Chain => ({
    env: 'staging',
    command: DEPLOY,
    async prepare(round) {
      await crash.change(`v${round}`);
      await crash.migrate();
      return `v${round}`;
    },
  });

  beforeAll(async () => {
    chain = await made();
    first = await undisturbed(chain, { ...deploying(chain), prepare: async () => '' }, every);
    later = await undisturbed(chain, deploying(chain), every);
  });
  afterAll(() => Promise.all(projects.map(({ project }) => project.dispose())));

  it('comes by every kind of step that another process can see', () => {
    for (const part of [
      'link locks/',
      'link state/',
      'link runs/',
      'audit.ndjson',
      'start sh',
      'call place api',
      'link versions/',
    ])
      expect(
        first.steps.filter((step) => step.includes(part)),
        part,
      ).not.toEqual([]);
    const starts = first.steps.filter((step) => step.startsWith('append operation.started'));
    expect(starts.length).toBe(11);
  });

  it('ends like an undisturbed one once it is resumed, wherever it was killed', { timeout: 900_000 }, async () => {
    const { troubles, killed } = await cutOffAt(chain, deploying(chain), {
      steps: later.steps,
      reference: later.picture,
      every,
    });
    console.log(`killed ${killed} of ${later.steps.length}`);
    expect(troubles).toEqual([]);
    expect(killed).toBeGreaterThan(later.steps.length * 0.9);
  });

  it('ends like an undisturbed one when it was the first, wherever it was killed', { timeout: 900_000 }, async () => {
    const own = first.steps.filter((step) => !later.steps.includes(step));
    const troubles = [];
    for (const step of own) {
      const crash = await made();
      const only: Chain = { ...deploying(crash), prepare: async () => 'zero' };
      troubles.push(...(await cutOffAt(crash, only, { steps: [step], reference: first.picture, every })).troubles);
    }
    console.log(`killed ${own.length} first deploys`);
    expect(troubles).toEqual([]);
  });
});
