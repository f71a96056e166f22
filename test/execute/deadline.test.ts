import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import { aFailure, anExecution, deaf, failing, taking } from '../support/execution.ts';
import { anOperation, anUndoable, aPlan } from '../support/plans.ts';

const plan = aPlan([anUndoable('deploy:web', { title: 'Deploy web', driver: 'vercel', timeout_ms: 60_000 })]);

describe('an operation at its time limit', () => {
  it('is told to stop, fails as TIMEOUT, and says what may be going on and how to check', async () => {
    const result = await anExecution(plan, { scripts: { 'deploy:web': taking(90_000) } }).run();
    expect(result.duration_ms).toBe(60_000);
    expect(result.operations[0]).toMatchObject({ status: 'failed', attempts: 1 });
    expect(result.failure).toMatchObject({
      code: 'TIMEOUT',
      stage: 'deploy',
      reason: 'Deploy web (deploy:web) passed its time limit of 1m 0s. What it began on vercel may still be going on.',
      fix: expect.stringMatching(/^See what is there with `deployer status`, then raise its timeout/),
    });
  });

  it.each([
    ['taken back', {}, 'restored', false],
    ['left as it is', { compensation: 'off' }, 'failed', false],
    ['not taken back whole', { scripts: { 'undo:deploy:web': failing('DEPLOY_FAILED') } }, 'failed', true],
  ] as const)('names resume only for a run that can be resumed: %s', async (_, setup, status, resumable) => {
    const scripts = { 'deploy:web': taking(90_000), ...('scripts' in setup ? setup.scripts : {}) };
    const result = await anExecution(plan, { ...setup, scripts }).run();
    expect(result.status).toBe(status);
    expect(result.failure?.fix?.includes('deployer resume run_test')).toBe(resumable);
  });

  it('names resume when its failure undoes nothing', async () => {
    const late = anOperation('migrate:main', { timeout_ms: 60_000, on_failure: 'keep' });
    const result = await anExecution(aPlan([late]), { scripts: { 'migrate:main': taking(90_000) } }).run();
    expect(result.failure).toMatchObject({ code: 'TIMEOUT', fix: expect.stringContaining('deployer resume run_test') });
  });

  it('is given up ten seconds later when it does not listen', async () => {
    const result = await anExecution(plan, { scripts: { 'deploy:web': deaf } }).run();
    expect(result.duration_ms).toBe(70_000);
    expect(result.failure).toMatchObject({
      code: 'TIMEOUT',
      reason: expect.stringContaining('It did not stop when told and may still be going on'),
    });
  });

  it('counts as done when it ends well within the grace', async () => {
    const result = await anExecution(plan, {
      scripts: {
        'deploy:web': async (_context, clock) => {
          await clock.sleep(65_000);
          return 'late';
        },
      },
    }).run();
    expect(result).toMatchObject({ status: 'succeeded', operations: [{ outputs: 'late', duration_ms: 65_000 }] });
  });

  it('is believed when it says more than that it was stopped', async () => {
    const result = await anExecution(plan, {
      scripts: {
        'deploy:web': async ({ signal }, clock) => {
          await clock.sleep(90_000, signal).catch(() => undefined);
          throw new DeployerError(aFailure('HEALTH_CHECK_FAILED', 'The last answer was 500'));
        },
      },
    }).run();
    expect(result.failure).toMatchObject({ code: 'HEALTH_CHECK_FAILED', reason: 'The last answer was 500' });
  });

  it('keeps as detail what a cut-off call says, and is not tried again', async () => {
    const result = await anExecution(plan, {
      scripts: {
        'deploy:web': async ({ signal }, clock) => {
          await clock.sleep(90_000, signal).catch(() => undefined);
          throw new DeployerError(aFailure('PLATFORM_UNAVAILABLE', 'The connection was closed'));
        },
      },
    }).run();
    expect(result.failure).toMatchObject({ code: 'TIMEOUT', detail: ['The connection was closed'] });
    expect(result.operations[0]?.attempts).toBe(1);
  });

  it('has one time limit for all its tries', async () => {
    const result = await anExecution(plan, {
      scripts: {
        'deploy:web': async ({ signal }, clock) => {
          await clock.sleep(25_000, signal);
          throw new DeployerError(aFailure('PLATFORM_UNAVAILABLE'));
        },
      },
    }).run();
    expect(result.failure?.code).toBe('TIMEOUT');
    expect(result.duration_ms).toBe(60_000);
    expect(result.operations[0]?.attempts).toBe(3);
  });

  it('knows how much time is left', async () => {
    const seen: number[] = [];
    await anExecution(plan, {
      scripts: {
        'deploy:web': async ({ remaining }, clock) => {
          seen.push(remaining());
          await clock.sleep(50_000);
          seen.push(remaining());
          await clock.sleep(15_000);
          seen.push(remaining());
          return null;
        },
      },
    }).run();
    expect(seen).toEqual([60_000, 10_000, 0]);
  });

  it('leaves its compensation a time limit of its own', async () => {
    const two = aPlan([...plan.operations, anOperation('health:web', { depends_on: ['deploy:web'] })]);
    const result = await anExecution(two, {
      scripts: { 'health:web': failing('HEALTH_CHECK_FAILED'), 'undo:deploy:web': deaf, 'deploy:web': taking(50_000) },
    }).run();
    expect(result.duration_ms).toBe(50_000 + 70_000);
    expect(result.compensations).toMatchObject([{ status: 'failed', failure: { code: 'TIMEOUT' } }]);
  });
});

describe('a long operation', () => {
  it('says every 30 seconds that it is still going, with its last line', async () => {
    const execution = anExecution(aPlan([anOperation('build:web', { title: 'Build web' })]), {
      scripts: {
        'build:web': async ({ log }, clock) => {
          await clock.sleep(40_000);
          log('step 3 of 9');
          await clock.sleep(40_000);
          return null;
        },
      },
    });
    await execution.run();
    const waiting = execution.told.filter((event) => event.type === 'operation.waiting');
    expect(waiting.map(({ elapsed_ms, message }) => [elapsed_ms, message])).toEqual([
      [30_000, 'Build web'],
      [60_000, 'step 3 of 9'],
    ]);
    expect(execution.journal.events.some(({ type }) => type === 'operation.waiting')).toBe(false);
  });
});
