import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import { aFailure, anExecution, deaf, type Execution, failing, statuses, story, taking } from '../support/execution.ts';
import { anOperation, anUndoable, aPlan } from '../support/plans.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const plan = aPlan([anUndoable('deploy:web'), anOperation('health:web', { depends_on: ['deploy:web'] })]);

/** Starts the run and lets it come as far as it can without time passing. */
async function begun(execution: Execution): Promise<{ ended: Promise<Awaited<ReturnType<Execution['run']>>> }> {
  const ended = execution.run();
  await settle();
  return { ended };
}

function manual(): VirtualClock {
  return new VirtualClock({ mode: 'manual' });
}

describe('the first stop signal', () => {
  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('lets running operations end and starts nothing more (%s)', async (signal) => {
    const execution = anExecution(plan, { clock: manual(), scripts: { 'deploy:web': taking(20_000, 'placed') } });
    const { ended } = await begun(execution);
    execution.interrupts.raise(signal);
    await execution.clock.advance(20_000);
    const result = await ended;
    expect(result).toMatchObject({ status: 'interrupted', signal, in_doubt: [], compensations: [] });
    expect(result.failure).toMatchObject({
      code: 'INTERRUPTED',
      signal,
      reason: `The run was stopped by ${signal} with 1 of 2 operations done`,
      fix: 'Go on with `deployer resume run_test`',
    });
    expect(statuses(result)).toEqual({ 'deploy:web': 'succeeded', 'health:web': 'skipped' });
    expect(story(execution.journal.events).slice(-2)).toEqual(['run.interrupted', 'run.finished']);
  });

  it('tells operations to stop after 30 seconds, and names them as in doubt', async () => {
    const execution = anExecution(plan, { clock: manual(), scripts: { 'deploy:web': taking(200_000) } });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    await execution.clock.advance(30_000);
    const result = await ended;
    expect(result).toMatchObject({ status: 'interrupted', in_doubt: ['deploy:web'], duration_ms: 30_000 });
    expect(execution.journal.events).toContainEqual(
      expect.objectContaining({ type: 'run.interrupted', signal: 'SIGINT', in_doubt: ['deploy:web'] }),
    );
    expect(story(execution.journal.events)).toContain('operation.cancelled deploy:web');
  });

  it('leaves an operation that does not listen ten seconds later, without an outcome', async () => {
    const execution = anExecution(plan, { clock: manual(), scripts: { 'deploy:web': deaf } });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    expect(execution.told).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        message: expect.stringMatching(/^SIGINT: waiting at most 40\.0s for: .*a second signal ends it at once/),
      }),
    );
    await execution.clock.advance(40_000);
    expect(await ended).toMatchObject({ status: 'interrupted', in_doubt: ['deploy:web'], duration_ms: 40_000 });
    expect(story(execution.journal.events)).toEqual([
      'run.started',
      'operation.started deploy:web',
      'run.interrupted',
      'run.finished',
    ]);
  });

  it('does not wait for the next try of an operation', async () => {
    const execution = anExecution(plan, {
      clock: manual(),
      random: () => 0.9,
      scripts: { 'deploy:web': failing('RATE_LIMIT_EXCEEDED', { retry_after_ms: 60_000 }) },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    expect(await ended).toMatchObject({ status: 'interrupted', in_doubt: ['deploy:web'], duration_ms: 0 });
  });

  it('undoes nothing for an operation that fails while the run stops', async () => {
    const execution = anExecution(plan, {
      clock: manual(),
      scripts: {
        'deploy:web': async (_context, clock) => {
          await clock.sleep(5_000);
          throw new DeployerError(aFailure('DEPLOY_FAILED'));
        },
      },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    await execution.clock.advance(5_000);
    expect(await ended).toMatchObject({ status: 'interrupted', compensations: [], failure: { code: 'INTERRUPTED' } });
  });

  it('changes nothing when the last operation was running and ends well', async () => {
    const execution = anExecution(aPlan([anOperation('deploy:web')]), {
      clock: manual(),
      scripts: { 'deploy:web': taking(5_000) },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    await execution.clock.advance(5_000);
    expect((await ended).status).toBe('succeeded');
    expect(story(execution.journal.events)).not.toContain('run.interrupted');
  });

  it('does not begin an operation whose lock check was still under way', async () => {
    const called: string[] = [];
    const execution = anExecution(plan, {
      clock: manual(),
      beforeEach: () => execution.clock.sleep(1_000),
      scripts: { 'deploy:web': () => called.push('deploy:web') },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    await execution.clock.advance(1_000);
    expect(await ended).toMatchObject({ status: 'interrupted', in_doubt: [] });
    expect(called).toEqual([]);
  });

  it('lets the compensation under way end, and leaves the others to the resume', async () => {
    const two = aPlan([
      anUndoable('deploy:api'),
      anUndoable('deploy:web', { depends_on: ['deploy:api'] }),
      anOperation('health:web', { depends_on: ['deploy:web'] }),
    ]);
    const execution = anExecution(two, {
      clock: manual(),
      scripts: { 'health:web': failing('HEALTH_CHECK_FAILED'), 'undo:deploy:web': taking(5_000) },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    await execution.clock.advance(5_000);
    const result = await ended;
    expect(result.status).toBe('interrupted');
    expect(result.compensations.map(({ operation, status }) => [operation, status])).toEqual([
      ['deploy:web', 'succeeded'],
      ['deploy:api', 'not_run'],
    ]);
    expect(result.failure?.detail).toContain('Not undone: "Undo deploy:api" (deploy:api)');
  });
});

describe('the second stop signal', () => {
  it('ends the run at once, with the operations in doubt in the journal', async () => {
    const execution = anExecution(plan, { clock: manual(), scripts: { 'deploy:web': deaf } });
    const { ended } = await begun(execution);
    execution.interrupts.raise('SIGTERM');
    execution.interrupts.raise('SIGINT');
    expect(await ended).toMatchObject({
      status: 'interrupted',
      signal: 'SIGTERM',
      in_doubt: ['deploy:web'],
      duration_ms: 0,
    });
    expect(story(execution.journal.events).slice(-2)).toEqual(['run.interrupted', 'run.finished']);
  });

  it('fires the signal of running operations, for the children they may have', async () => {
    let told = false;
    const execution = anExecution(plan, {
      clock: manual(),
      scripts: {
        'deploy:web': ({ signal }) => {
          signal.addEventListener('abort', () => {
            told = true;
          });
          return deaf();
        },
      },
    });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    expect(told).toBe(false);
    execution.interrupts.raise();
    await ended;
    expect(told).toBe(true);
  });

  it('ends at once even when the lock check hangs', async () => {
    const execution = anExecution(plan, { clock: manual(), beforeEach: async () => void (await deaf()) });
    const { ended } = await begun(execution);
    execution.interrupts.raise();
    execution.interrupts.raise();
    expect((await ended).in_doubt).toEqual([]);
  });
});

describe('a run that ended', () => {
  it('listens no more and leaves no timer behind', async () => {
    const execution = anExecution(plan, { clock: manual() });
    await execution.run();
    expect(execution.interrupts.listening).toBe(0);
    expect(execution.clock.timers).toBe(0);
  });
});
