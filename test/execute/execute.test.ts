import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import { aFailure, anExecution, failing, MemoryJournal, statuses, story, taking } from '../support/execution.ts';
import { anOperation, anUndoable, aPlan, aWholePlan } from '../support/plans.ts';

describe('a run that goes well', () => {
  it('keeps intent and outcome of every operation and tells them in order', async () => {
    const execution = anExecution(
      aPlan([anOperation('build:web'), anOperation('deploy:web', { depends_on: ['build:web'] })]),
    );
    const result = await execution.run();
    expect(result).toMatchObject({ status: 'succeeded', in_doubt: [], compensations: [] });
    expect(result.failure).toBeUndefined();
    expect(story(execution.journal.events)).toEqual([
      'run.started',
      'operation.started build:web',
      'operation.succeeded build:web',
      'operation.started deploy:web',
      'operation.succeeded deploy:web',
      'run.finished',
    ]);
    expect(execution.told).toEqual(execution.journal.events);
    expect(execution.told.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('answers every operation with its outputs and how long it took', async () => {
    const plan = aPlan([anOperation('build:web', { type: 'build' })]);
    const { operations } = await anExecution(plan, { scripts: { 'build:web': taking(4_012, { digest: 'd' }) } }).run();
    expect(operations).toEqual([
      {
        id: 'build:web',
        type: 'build',
        status: 'succeeded',
        duration_ms: 4_012,
        attempts: 1,
        outputs: { digest: 'd' },
      },
    ]);
  });

  it('hands the outputs of finished operations on, and nothing of the others', async () => {
    const seen: unknown[] = [];
    const plan = aPlan([
      anOperation('build:web'),
      anOperation('build:api', { depends_on: ['build:web'] }),
      anOperation('deploy:web', { depends_on: ['build:web'] }),
    ]);
    await anExecution(plan, {
      scripts: {
        'build:web': () => ({ digest: 'abc' }),
        'build:api': taking(5_000),
        'deploy:web': ({ outputs }) => {
          seen.push(outputs('build:web'), outputs('build:api'), outputs('nothing'));
          return null;
        },
      },
    }).run();
    expect(seen).toEqual([{ digest: 'abc' }, undefined, undefined]);
  });

  it('calls a handler only when its intent is kept, and lets nothing depend on an outcome that is not', async () => {
    const journal = new MemoryJournal();
    const kept: string[][] = [];
    const look = () => {
      kept.push(story(journal.events));
      return null;
    };
    const plan = aPlan([anOperation('build:web'), anOperation('deploy:web', { depends_on: ['build:web'] })]);
    await anExecution(plan, { journal, scripts: { 'build:web': look, 'deploy:web': look } }).run();
    expect(kept[0]?.at(-1)).toBe('operation.started build:web');
    expect(kept[1]?.slice(-2)).toEqual(['operation.succeeded build:web', 'operation.started deploy:web']);
  });

  it('runs side by side what does not depend on each other, as far as the limits let it', async () => {
    const plan = aPlan(['a', 'b', 'c', 'd'].map((name) => anOperation(`deploy:${name}`, { driver: 'local' })));
    const scripts = Object.fromEntries(plan.operations.map(({ id }) => [id, taking(1_000)]));
    expect((await anExecution(plan, { scripts }).run()).duration_ms).toBe(1_000);
    expect((await anExecution(plan, { scripts, concurrency: 3 }).run()).duration_ms).toBe(2_000);
    expect((await anExecution(plan, { scripts, driverLimit: () => 1 }).run()).duration_ms).toBe(4_000);
  });

  it('finishes a plan without operations', async () => {
    const execution = anExecution(aPlan([]));
    expect((await execution.run()).status).toBe('succeeded');
    expect(story(execution.journal.events)).toEqual(['run.started', 'run.finished']);
  });

  it('is not disturbed by a listener that throws', async () => {
    const result = await anExecution(aWholePlan(), {
      emit: () => {
        throw new Error('the terminal is gone');
      },
    }).run();
    expect(result.status).toBe('succeeded');
  });

  it('tells log lines without keeping them in the journal, numbered like the event before them', async () => {
    const execution = anExecution(aPlan([anOperation('build:web')]), {
      scripts: {
        'build:web': ({ log }) => {
          log('compiling', 'stdout');
          return null;
        },
      },
    });
    await execution.run();
    expect(story(execution.journal.events)).not.toContain('operation.log build:web');
    expect(execution.told[2]).toMatchObject({ type: 'operation.log', channel: 'stdout', line: 'compiling', seq: 2 });
    expect(execution.told[3]).toMatchObject({ type: 'operation.succeeded', seq: 3 });
  });

  it('gives every operation a key of its own, the same in the journal and for the handler', async () => {
    const keys: string[] = [];
    const execution = anExecution(aPlan([anOperation('build:web'), anOperation('build:api')]), {
      handlers: {
        perform: async (_operation, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          return null;
        },
        find: async () => 'absent',
        compensate: async () => null,
      },
    });
    await execution.run();
    const journaled = execution.journal.events.flatMap((e) =>
      e.type === 'operation.started' ? [e.idempotency_key] : [],
    );
    expect(new Set(keys).size).toBe(2);
    expect(keys).toEqual(journaled);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses a plan that is no graph before anything happens', async () => {
    const execution = anExecution(aPlan([anOperation('build:web', { depends_on: ['build:web'] })]));
    await expect(execution.run()).rejects.toMatchObject({ failure: { code: 'INTERNAL' } });
    expect(execution.journal.events).toEqual([]);
  });
});

describe('a run in which an operation fails', () => {
  it('lets running ones end, starts nothing more, and says of each of the others why', async () => {
    const plan = aPlan([
      anOperation('build:bad'),
      anOperation('build:slow'),
      anOperation('deploy:bad', { depends_on: ['build:bad'] }),
      anOperation('health:bad', { depends_on: ['deploy:bad'] }),
      anOperation('deploy:slow', { depends_on: ['build:slow'] }),
    ]);
    const execution = anExecution(plan, {
      scripts: { 'build:bad': failing('BUILD_FAILED'), 'build:slow': taking(60_000, 'built') },
    });
    const result = await execution.run();
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'BUILD_FAILED', run_id: 'run_test' } });
    expect(result.operations.map(({ status, reason }) => reason ?? status)).toEqual([
      'failed',
      'succeeded',
      'needs build:bad, which failed',
      'needs build:bad, which failed',
      'not started, because build:bad failed',
    ]);
    expect(story(execution.journal.events).filter((line) => line.startsWith('operation.skipped'))).toHaveLength(3);
  });

  it('undoes in reverse order of completion, half-done ones first', async () => {
    const plan = aPlan([
      anUndoable('configure:web'),
      anUndoable('deploy:api', { depends_on: ['configure:web'] }),
      anOperation('build:web', { depends_on: ['configure:web'] }),
      anUndoable('traffic:web:100', { depends_on: ['deploy:api', 'build:web'] }),
    ]);
    const execution = anExecution(plan, { scripts: { 'traffic:web:100': failing('HEALTH_CHECK_FAILED') } });
    const result = await execution.run();
    expect(result).toMatchObject({ status: 'restored', failure: { code: 'HEALTH_CHECK_FAILED' } });
    expect(story(execution.journal.events).filter((line) => line.startsWith('compensation.'))).toEqual([
      'compensation.started traffic:web:100',
      'compensation.succeeded traffic:web:100',
      'compensation.started deploy:api',
      'compensation.succeeded deploy:api',
      'compensation.started configure:web',
      'compensation.succeeded configure:web',
    ]);
    expect(result.compensations[0]).toMatchObject({ id: 'undo:traffic:web:100', status: 'succeeded' });
    expect(result.operations.map(({ undone }) => undone ?? false)).toEqual([true, true, false, true]);
  });

  it('does not undo a failed operation whose compensation is for completed ones', async () => {
    const only = { id: 'undo', type: 'traffic', title: 'Back', when: 'succeeded' } as const;
    const plan = aPlan([
      anUndoable('deploy:web'),
      anOperation('traffic:web:100', {
        depends_on: ['deploy:web'],
        compensation: { ...only, action: { do: 'shift', service: 'web', percent: 0 } },
      }),
    ]);
    const result = await anExecution(plan, { scripts: { 'traffic:web:100': failing('DEPLOY_FAILED') } }).run();
    expect(result.compensations.map(({ operation }) => operation)).toEqual(['deploy:web']);
    expect(result.status).toBe('restored');
  });

  it('undoes it all the same when the failure may hide that it was done', async () => {
    const undoing = anUndoable('deploy:web').compensation;
    const plan = aPlan([anUndoable('deploy:web', undoing ? { compensation: { ...undoing, when: 'succeeded' } } : {})]);
    const result = await anExecution(plan, { scripts: { 'deploy:web': failing('PLATFORM_UNAVAILABLE') } }).run();
    expect(result.compensations.map(({ operation }) => operation)).toEqual(['deploy:web']);
  });

  it('gives a compensation the outputs of what it undoes', async () => {
    const seen: unknown[] = [];
    const plan = aPlan([anUndoable('deploy:web'), anOperation('health:web', { depends_on: ['deploy:web'] })]);
    await anExecution(plan, {
      scripts: {
        'deploy:web': () => ({ ref: 7 }),
        'health:web': failing('HEALTH_CHECK_FAILED'),
        'undo:deploy:web': ({ outputs }) => {
          seen.push(outputs('deploy:web'));
          return null;
        },
      },
    }).run();
    expect(seen).toEqual([{ ref: 7 }]);
  });

  it('undoes nothing when that is switched off', async () => {
    const plan = aPlan([anUndoable('deploy:web'), anOperation('health:web', { depends_on: ['deploy:web'] })]);
    const result = await anExecution(plan, {
      compensation: 'off',
      scripts: { 'health:web': failing('HEALTH_CHECK_FAILED') },
    }).run();
    expect(result).toMatchObject({ status: 'failed', compensations: [] });
  });

  it('is failed, not restored, when there was nothing to undo', async () => {
    const result = await anExecution(aPlan([anOperation('build:web')]), {
      scripts: { 'build:web': failing('BUILD_FAILED') },
    }).run();
    expect(result).toMatchObject({ status: 'failed', compensations: [] });
  });

  it('goes on undoing after a compensation failed, and names what still runs and what to do', async () => {
    const plan = aPlan([
      anUndoable('deploy:api'),
      anUndoable('deploy:web', { depends_on: ['deploy:api'] }),
      anOperation('health:web', { depends_on: ['deploy:web'] }),
    ]);
    const result = await anExecution(plan, {
      scripts: { 'health:web': failing('HEALTH_CHECK_FAILED'), 'undo:deploy:web': failing('DEPLOY_FAILED') },
    }).run();
    expect(result.status).toBe('failed');
    expect(result.compensations.map(({ operation, status }) => [operation, status])).toEqual([
      ['deploy:web', 'failed'],
      ['deploy:api', 'succeeded'],
    ]);
    expect(result.failure).toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      detail: ['Not undone: "Undo deploy:web" (deploy:web): It failed with DEPLOY_FAILED'],
      recovery: [{ action: 'check' }, { action: 'manual', message: '`deployer resume run_test` goes on undoing' }],
    });
  });

  it('keeps the release and goes on with the rest when the failed operation says so', async () => {
    const plan = aPlan([
      anUndoable('deploy:web'),
      anOperation('migrate:main:post_deploy', { depends_on: ['deploy:web'], on_failure: 'keep' }),
      anOperation('health:web', { depends_on: ['migrate:main:post_deploy'] }),
      anOperation('cleanup:web', { depends_on: ['deploy:web'] }),
    ]);
    const result = await anExecution(plan, {
      concurrency: 1,
      scripts: { 'migrate:main:post_deploy': failing('MIGRATION_FAILED') },
    }).run();
    expect(result).toMatchObject({ status: 'failed', compensations: [], failure: { code: 'MIGRATION_FAILED' } });
    expect(statuses(result)).toEqual({
      'deploy:web': 'succeeded',
      'migrate:main:post_deploy': 'failed',
      'health:web': 'skipped',
      'cleanup:web': 'succeeded',
    });
  });

  it('maps what a handler throws without taking over its text', async () => {
    const result = await anExecution(aPlan([anOperation('build:web')]), {
      scripts: {
        'build:web': () => {
          throw Object.assign(new Error('password=hunter2'), { code: 'EPIPE' });
        },
      },
    }).run();
    expect(result.failure).toMatchObject({ code: 'INTERNAL', stage: 'build' });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('fails an operation whose outputs are not JSON', async () => {
    const result = await anExecution(aPlan([anOperation('build:web')]), {
      scripts: { 'build:web': () => 10n as never },
    }).run();
    expect(result.failure).toMatchObject({ code: 'INTERNAL', reason: 'The outputs of build:web are not JSON' });
  });
});

describe('a run that is halted', () => {
  const plan = aPlan([
    anUndoable('deploy:api'),
    anUndoable('deploy:web', { depends_on: ['deploy:api'] }),
    anOperation('health:web', { depends_on: ['deploy:web'] }),
  ]);

  it('stops before the next call when the lock is lost, and undoes nothing', async () => {
    let checks = 0;
    const execution = anExecution(plan, {
      beforeEach: async () => {
        if (++checks > 1) throw new DeployerError(aFailure('STATE_LOCKED', 'The lock is lost'));
      },
    });
    const result = await execution.run();
    expect(result).toMatchObject({ status: 'interrupted', failure: { code: 'STATE_LOCKED' }, compensations: [] });
    expect(story(execution.journal.events)).not.toContain('operation.started deploy:web');
    expect(execution.journal.events.at(-1)).toMatchObject({ type: 'run.finished', status: 'interrupted' });
  });

  it('checks the lock before a retry and before every compensation too', async () => {
    let checks = 0;
    let tries = 0;
    await anExecution(plan, {
      beforeEach: async () => void checks++,
      scripts: {
        'deploy:api': () => {
          if (tries++ === 0) throw new DeployerError(aFailure('PLATFORM_UNAVAILABLE'));
          return null;
        },
        'deploy:web': failing('DEPLOY_FAILED'),
      },
    }).run();
    expect(checks).toBe(2 + 1 + 2);
  });

  it.each(['AUTH_FAILED', 'INSUFFICIENT_PERMISSIONS'] as const)('stops for a new credential on %s', async (code) => {
    const result = await anExecution(plan, { scripts: { 'deploy:web': failing(code) } }).run();
    expect(result).toMatchObject({ status: 'interrupted', failure: { code }, compensations: [] });
    expect(statuses(result)).toMatchObject({
      'deploy:api': 'succeeded',
      'deploy:web': 'failed',
      'health:web': 'skipped',
    });
  });

  it('is failed, with nothing to resume, when it was halted before it did anything', async () => {
    const result = await anExecution(plan, { scripts: { 'deploy:api': failing('AUTH_FAILED') } }).run();
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'AUTH_FAILED' } });
  });

  it('starts nothing whose intent cannot be kept', async () => {
    const journal = new MemoryJournal(
      (event) => event.type === 'operation.started' && event.operation === 'deploy:web',
    );
    const called: string[] = [];
    const execution = anExecution(plan, {
      journal,
      scripts: { 'deploy:web': () => called.push('deploy:web') },
    });
    const result = await execution.run();
    expect(called).toEqual([]);
    expect(result).toMatchObject({ status: 'interrupted', failure: { code: 'IO_FAILED' } });
  });

  it('counts an operation as in doubt when its outcome cannot be kept', async () => {
    const journal = new MemoryJournal((event) => event.type === 'operation.succeeded');
    const result = await anExecution(plan, { journal }).run();
    expect(result).toMatchObject({ status: 'interrupted', in_doubt: ['deploy:api'], failure: { code: 'IO_FAILED' } });
    expect(result.failure?.detail).toEqual(['Nobody knows whether this was done: deploy:api']);
  });

  it('does nothing at all when the first line cannot be kept', async () => {
    const execution = anExecution(plan, { journal: new MemoryJournal(() => true) });
    expect(await execution.run()).toMatchObject({ status: 'failed', failure: { code: 'IO_FAILED' } });
    expect(story(execution.told)).toEqual(['run.started', 'run.finished']);
  });
});
