import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/execute/journal-reader.ts';
import type { ExecutionResult } from '../../src/execute/result.ts';
import { bundle } from '../support/bundle.ts';
import { type CrashPoint, effects, journalFile, runUntilCrash } from '../support/crash-world.ts';
import { aWholePlan } from '../support/plans.ts';

const plan = aWholePlan();
let root: string;
let program: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-'));
  program = join(root, 'crash-program.mjs');
  await bundle(new URL('./crash-program.ts', import.meta.url), program);
});

afterAll(() => rm(root, { recursive: true, force: true }));

interface Undisturbed {
  readonly points: readonly CrashPoint[];
  readonly end: object;
  readonly steps: readonly string[];
}

/** A run without a crash, with all the places it came by. */
async function undisturbed(failing: readonly string[]): Promise<Undisturbed> {
  const folder = await mkdtemp(join(root, 'run-'));
  const points: CrashPoint[] = [];
  const result = await runUntilCrash({ folder, plan, failing, onPoint: (point) => points.push(point) });
  return { points, end: endState(result), steps: steps(folder) };
}

/** What has to be the same however often a run was cut off: not times and tries. */
function endState(result: ExecutionResult | 'crashed'): object {
  if (result === 'crashed') return { status: 'crashed' };
  const { status, operations, compensations, in_doubt, failure } = result;
  return {
    status,
    in_doubt,
    failure: failure?.reason,
    operations: operations.map(({ id, status, outputs, undone }) => ({ id, status, outputs, undone })),
    compensated: new Set(compensations.map(({ operation, status }) => `${operation} ${status}`)),
  };
}

function steps(folder: string): string[] {
  return effects(folder)
    .map(({ step }) => step)
    .sort();
}

/** Compensations set a state and may be sent twice; everything else must have happened as often as without a crash. */
function deduplicated(all: readonly string[]): string[] {
  return all.filter((step, at) => !step.startsWith('undo:') || all.indexOf(step) === at);
}

describe.each([
  ['a run that goes well', []],
  ['a run that fails and is undone', ['health:web']],
  ['a run that fails half way', ['deploy:web']],
])('%s, cut off', (_what, failing) => {
  it('at every border of every operation and compensation, ends after a resume as if nothing had been', async () => {
    const expected = await undisturbed(failing);
    expect(expected.points.length).toBeGreaterThan(60);
    for (const crashAt of new Set(expected.points)) {
      const folder = await mkdtemp(join(root, 'run-'));
      expect(await runUntilCrash({ folder, plan, failing, crashAt }), crashAt).toBe('crashed');
      const result = await runUntilCrash({ folder, plan, failing });
      expect({ crashAt, ...endState(result) }).toEqual({ crashAt, ...expected.end });
      expect({ crashAt, steps: deduplicated(steps(folder)) }).toEqual({ crashAt, steps: expected.steps });
    }
  });

  it('twice, ends the same', async () => {
    const expected = await undisturbed(failing);
    const point = fc.constantFrom(...new Set(expected.points));
    await fc.assert(
      fc.asyncProperty(point, point, async (first, second) => {
        const folder = await mkdtemp(join(root, 'run-'));
        await runUntilCrash({ folder, plan, failing, crashAt: first });
        await runUntilCrash({ folder, plan, failing, crashAt: second });
        expect(endState(await runUntilCrash({ folder, plan, failing }))).toEqual(expected.end);
        expect(deduplicated(steps(folder))).toEqual(expected.steps);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a process killed with SIGKILL', () => {
  it.each([
    ['before operation.started deploy:api', []],
    ['torn operation.started deploy:api', []],
    ['call deploy:api', []],
    ['called deploy:api', []],
    ['after operation.succeeded deploy:api', []],
    ['torn run.finished', []],
    ['called undo:traffic:web:100', ['health:web']],
    ['torn compensation.succeeded deploy:api', ['health:web']],
  ])('%s leaves a journal from which the run is finished, nothing done twice', async (crashAt, failing) => {
    const folder = await mkdtemp(join(root, 'run-'));
    const killed = spawnSync(process.execPath, [program, folder, crashAt, ...failing], { timeout: 20_000 });
    expect(killed.signal).toBe('SIGKILL');
    const expected = await undisturbed(failing);
    expect(endState(await runUntilCrash({ folder, plan, failing }))).toEqual(expected.end);
    expect(deduplicated(steps(folder))).toEqual(expected.steps);
    expect((await readJournal(journalFile(folder))).torn).toBeUndefined();
  });
});

describe('a disk that takes no more', () => {
  it('stops the run with the reason, and a resume with room ends it, nothing done twice', async () => {
    const folder = await mkdtemp(join(root, 'run-'));
    // 8 blocks of 512 bytes for every file of the process: the journal reaches them in the middle of the run.
    const line = `ulimit -f 8; exec "$0" "$@"`;
    const full = spawnSync('sh', ['-c', line, process.execPath, program, folder, ''], {
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect(JSON.parse(full.stdout).result).toMatchObject({
      status: 'interrupted',
      failure: { code: 'IO_FAILED', reason: expect.stringContaining('(EFBIG)') },
    });
    const expected = await undisturbed([]);
    expect(endState(await runUntilCrash({ folder, plan }))).toEqual(expected.end);
    expect(steps(folder)).toEqual(expected.steps);
  });
});
