import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notLong } from '../state/machine.ts';
import { borders, type Chain, cutOff, cutOffAt, type Told, undisturbed } from '../support/crash/chain.ts';
import { CrashProject, NOTHING } from '../support/crash/project.ts';

/** Every call on every file; by default every fourth border of operations. */
const every = process.env['DEPLOYER_LONG'] !== undefined;
const skipped = notLong ? ` (skipped: ${notLong})` : '';
const LIMIT = { timeout: every ? 3_600_000 : 300_000 };

describe('what resume makes of a killed', () => {
  let crash: CrashProject;

  beforeEach(async () => {
    crash = await CrashProject.create();
    await deploy('one');
  });
  afterEach(() => crash.project.dispose());

  async function deploy(version: string, more: readonly string[] = []): Promise<void> {
    await crash.change(version);
    await crash.project.ok(['deploy', '--env', 'staging', ...more]);
  }

  /** Cuts the chain off at the chosen steps of an undisturbed run. */
  async function proveAll(what: string, chain: Chain): Promise<void> {
    const told = await undisturbed(crash, chain, every);
    const steps = every ? told.steps : borders(told.steps).filter((_, index) => index % 4 === 0);
    const { killed, troubles } = await cutOffAt(crash, chain, { ...told, steps }, every);
    console.log(`killed ${what} in front of ${killed} of ${steps.length} steps`);
    expect(troubles).toEqual([]);
    expect(killed).toBeGreaterThan(steps.length * 0.8);
  }

  it('roll-back: the version before, and what was set when it ran', LIMIT, async () => {
    await deploy('two');
    await proveAll('a roll-back', {
      env: 'staging',
      command: ['rollback', '--env', 'staging', '--json'],
      async prepare(round) {
        await crash.project.ok(['env', 'set', `ROUND=${round}`, '--env', 'staging']);
        return round % 2 === 0 ? 'one' : 'two';
      },
    });
  });

  it.skipIf(notLong)(`canary step: the share that was asked for${skipped}`, LIMIT, async () => {
    await proveAll('a canary step', {
      env: 'staging',
      command: ['deploy', '--env', 'staging', '--canary', '10', '--json'],
      async prepare(round) {
        if (round > 0) await crash.project.ok(['canary', 'abort', '--env', 'staging']);
        await crash.change(`candidate ${round}`);
        return '';
      },
      // Either version may answer.
      expected: () => ({ answers: undefined }),
    });
  });

  it('canary promote: the candidate for everybody', LIMIT, async () => {
    await proveAll('a canary promote', {
      env: 'staging',
      command: ['canary', 'promote', '--env', 'staging', '--json'],
      async prepare(round) {
        await deploy(`candidate ${round}`, ['--canary', '10']);
        return `candidate ${round}`;
      },
    });
  });

  it('promotion: the same version in the next environment', LIMIT, async () => {
    await crash.project.ok(['env', 'promote', 'staging', 'production', '--yes']);
    await proveAll('a promotion', {
      env: 'production',
      command: ['env', 'promote', 'staging', 'production', '--yes', '--json'],
      async prepare(round) {
        await deploy(`v${round}`);
        return `v${round}`;
      },
    });
  });
});

describe('a deploy that takes itself back, killed', () => {
  const command = ['deploy', '--env', 'production', '--yes', '--json'];
  const failing = (crash: CrashProject): Chain => ({
    env: 'production',
    command,
    code: 9,
    async prepare(round) {
      await crash.change(`sick ${round}`);
      return 'zero';
    },
  });

  it('is taken back all the same by resume', LIMIT, async () => {
    const projects = await Promise.all([0, 1, 2, 3].map(() => CrashProject.create()));
    try {
      const told = await Promise.all(
        projects.map(async (crash) => {
          await crash.project.ok(command);
          return undisturbed(crash, failing(crash), every);
        }),
      );
      const [first] = told;
      const all = first ? fromCompensation(every ? first.steps : borders(first.steps)) : [];
      const cuts = await Promise.all(
        projects.map((crash, index) => {
          const steps = all.filter((_, place) => place % projects.length === index);
          return cutOffAt(crash, failing(crash), { steps, picture: told[index]?.picture ?? NOTHING }, every);
        }),
      );
      console.log(`killed a deploy that took itself back in front of ${all.length} steps`);
      expect(cuts.flatMap(({ troubles }) => troubles)).toEqual([]);
      expect(all.length).toBeGreaterThan(10);
    } finally {
      await Promise.all(projects.map(({ project }) => project.dispose()));
    }
  });

  /** What comes before is the same as in a deploy that succeeds. */
  function fromCompensation(steps: readonly string[]): readonly string[] {
    return steps.slice(steps.findIndex((step) => step.includes('operation.failed')));
  }
});

describe('what rollback makes of a killed deploy', () => {
  it('the version before, wherever it was killed', LIMIT, async () => {
    const crash = await CrashProject.create();
    try {
      await crash.project.ok(['deploy', '--env', 'staging']);
      await crash.change('two');
      const steps = await crash.record(['deploy', '--env', 'staging', '--json'], { every });
      await crash.project.ok(['rollback', '--env', 'staging']);
      const picture = await crash.picture('staging');
      const troubles = await takenBack(crash, { picture, steps: every ? steps : borders(steps) });
      expect(troubles).toEqual([]);
    } finally {
      await crash.project.dispose();
    }
  });

  /** Only what had begun can be taken back; from the last line on there is nothing to take back any more. */
  async function takenBack(crash: CrashProject, { picture, steps }: Told) {
    const from = steps.findIndex((step) => step.includes('events.ndjson'));
    const until = steps.findIndex((step) => step.includes('run.finished'));
    const begun = steps.slice(from, until).filter((_, index) => every || index % 5 === 0);
    for (const [index, step] of begun.entries()) {
      const chain: Chain = {
        env: 'staging',
        command: ['deploy', '--env', 'staging', '--json'],
        finish: ['rollback', '--env', 'staging', '--json'],
        async prepare(round) {
          await crash.change(`try ${round}`);
          return 'zero';
        },
      };
      const { troubles } = await cutOff(crash, chain, { step, round: index, picture, every });
      if (troubles.length > 0) return troubles;
    }
    console.log(`took back a deploy that was killed in front of ${begun.length} steps`);
    return [];
  }
});
