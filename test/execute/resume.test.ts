import { describe, expect, it } from 'vitest';
import type { StampedEvent } from '../../src/core/event.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { FindAnswer, OperationContext, OperationHandlers } from '../../src/execute/handlers.ts';
import { readHistory } from '../../src/execute/history.ts';
import type { Verdict } from '../../src/execute/run.ts';
import { anExecution, type Execution, type ExecutionSetup, failing, statuses, story } from '../support/execution.ts';
import { anOperation, anUndoable, aPlan } from '../support/plans.ts';

const plan = aPlan([
  anOperation('build:web'),
  anUndoable('deploy:web', { depends_on: ['build:web'] }),
  anOperation('health:web', { depends_on: ['deploy:web'] }),
]);

/** Handlers that write down what they were asked to do, and answer `find` as given. */
function watched(calls: string[], answer: FindAnswer, refuse: readonly string[] = []): OperationHandlers {
  return {
    perform: async (operation, context: OperationContext) => {
      calls.push(`perform ${operation.id} ${context.attempt}`);
      if (refuse.includes(operation.id)) failing('HEALTH_CHECK_FAILED')();
      return { did: operation.id };
    },
    find: async (operation) => {
      calls.push(`find ${operation.id}`);
      return answer;
    },
    compensate: async (compensation) => {
      calls.push(compensation.id);
      return null;
    },
  };
}

/** The events of a run that was cut off right after the first event that `last` matches. */
async function cutOff(last: string, setup: ExecutionSetup = {}, ofPlan: Plan = plan): Promise<StampedEvent[]> {
  const execution = anExecution(ofPlan, setup);
  await execution.run();
  const { events } = execution.journal;
  const at = story(events).indexOf(last);
  expect(at).toBeGreaterThan(-1);
  return events.slice(0, at + 1);
}

function resumed(events: readonly StampedEvent[], setup: ExecutionSetup = {}, ofPlan: Plan = plan): Execution {
  return anExecution(ofPlan, { history: readHistory(events), ...setup });
}

describe('a resumed run', () => {
  it('goes on behind the last line and does nothing twice', async () => {
    const calls: string[] = [];
    const events = await cutOff('operation.succeeded build:web');
    const execution = resumed(events, { handlers: watched(calls, 'unknown') });
    const result = await execution.run();
    expect(result.status).toBe('succeeded');
    expect(calls).toEqual(['perform deploy:web 1', 'perform health:web 1']);
    expect(execution.journal.events[0]).toMatchObject({
      type: 'run.resumed',
      seq: events.length + 1,
      finished: 1,
      in_doubt: [],
      direction: 'forward',
    });
    expect(result.operations[0]).toMatchObject({ status: 'succeeded', outputs: { did: 'build:web' } });
  });

  it('adopts an operation that is found done', async () => {
    const calls: string[] = [];
    const execution = resumed(await cutOff('operation.started deploy:web'), {
      handlers: watched(calls, { found: { ref: 7 } }),
    });
    const result = await execution.run();
    expect(calls).toEqual(['find deploy:web', 'perform health:web 1']);
    expect(result.operations[1]).toMatchObject({ status: 'succeeded', adopted: true, outputs: { ref: 7 } });
    expect(execution.journal.events[1]).toMatchObject({ type: 'operation.succeeded', adopted: true });
  });

  it.each(['absent', 'repeat'] as const)('does an operation again that is %s, with the same key', async (answer) => {
    const events = await cutOff('operation.started deploy:web');
    const execution = resumed(events, { handlers: watched([], answer) });
    expect((await execution.run()).status).toBe('succeeded');
    const keys = [...events, ...execution.journal.events].flatMap((event) =>
      event.type === 'operation.started' && event.operation === 'deploy:web'
        ? [[event.attempt, event.idempotency_key]]
        : [],
    );
    expect(keys.map(([attempt]) => attempt)).toEqual([1, 2]);
    expect(keys[0]?.[1]).toBe(keys[1]?.[1]);
  });

  it('stops and shows both choices when nobody can tell', async () => {
    const calls: string[] = [];
    const execution = resumed(await cutOff('operation.started deploy:web'), { handlers: watched(calls, 'unknown') });
    const result = await execution.run();
    expect(calls).toEqual(['find deploy:web']);
    expect(result).toMatchObject({
      status: 'interrupted',
      in_doubt: ['deploy:web'],
      failure: {
        code: 'RUN_UNFINISHED',
        reason: 'Nobody can tell whether "Do deploy:web" (deploy:web) was done before the run was cut off',
        recovery: [
          { message: 'It was done: `deployer resume run_test --assume-done deploy:web`' },
          { message: 'It was not: `deployer resume run_test --assume-not-done deploy:web`' },
        ],
      },
    });
  });

  it.each<[string, Verdict, string[]]>([
    ['done', { done: { ref: 9 } }, ['find deploy:web', 'perform health:web 1']],
    ['not done', 'not_done', ['find deploy:web', 'perform deploy:web 2', 'perform health:web 1']],
  ])('takes a person at their word that it was %s', async (_what, verdict, expected) => {
    const calls: string[] = [];
    const result = await resumed(await cutOff('operation.started deploy:web'), {
      handlers: watched(calls, 'unknown'),
      decideUnknown: async () => verdict,
    }).run();
    expect(calls).toEqual(expected);
    expect(result.status).toBe('succeeded');
  });

  it('stops when it cannot find out', async () => {
    const handlers = { ...watched([], 'unknown'), find: async () => failing('AUTH_FAILED')() };
    const result = await resumed(await cutOff('operation.started deploy:web'), { handlers }).run();
    expect(result).toMatchObject({ status: 'interrupted', in_doubt: ['deploy:web'], failure: { code: 'AUTH_FAILED' } });
  });

  it('tries again to find out while the platform is away', async () => {
    let asked = 0;
    const find = async (): Promise<FindAnswer> => {
      if (asked++ < 2) failing('PLATFORM_UNAVAILABLE')();
      return { found: 1 };
    };
    const handlers = { ...watched([], 'unknown'), find };
    expect((await resumed(await cutOff('operation.started deploy:web'), { handlers }).run()).status).toBe('succeeded');
  });

  it('asks about an operation that was told to stop', async () => {
    const events = await cutOff('operation.started deploy:web');
    const seq = events.length + 1;
    const cancelled = {
      type: 'operation.cancelled',
      operation: 'deploy:web',
      duration_ms: 1,
      seq,
      at: '',
      run_id: 'run_test',
    } as const;
    const calls: string[] = [];
    await resumed([...events, cancelled], { handlers: watched(calls, { found: 1 }) }).run();
    expect(calls).toEqual(['find deploy:web', 'perform health:web 1']);
  });

  it('refuses a journal of another plan', async () => {
    const events = await cutOff('operation.started deploy:web');
    const other = { ...plan, id: 'plan_fedcba9876543210' };
    await expect(resumed(events, {}, other).run()).rejects.toMatchObject({ failure: { code: 'STATE_CORRUPT' } });
  });

  it('begins a run anew whose journal has no line', async () => {
    const execution = resumed([]);
    expect((await execution.run()).status).toBe('succeeded');
    expect(execution.journal.events[0]).toMatchObject({ type: 'run.started', seq: 1 });
  });
});

describe('a run that failed, resumed', () => {
  const unhealthy = { scripts: { 'health:web': failing('HEALTH_CHECK_FAILED') } };

  it('goes back, not forward, when it was cut off after the failure', async () => {
    const calls: string[] = [];
    const events = await cutOff('operation.failed health:web', unhealthy);
    const execution = resumed(events, { handlers: watched(calls, 'unknown') });
    expect(await execution.run()).toMatchObject({ status: 'restored', failure: { code: 'HEALTH_CHECK_FAILED' } });
    expect(calls).toEqual(['undo:deploy:web']);
    expect(execution.journal.events[0]).toMatchObject({ type: 'run.resumed', direction: 'back' });
  });

  it('finishes the undoing that was cut off', async () => {
    const calls: string[] = [];
    const events = await cutOff('compensation.started deploy:web', unhealthy);
    const result = await resumed(events, { handlers: watched(calls, 'unknown'), compensation: 'off' }).run();
    expect([result.status, calls]).toEqual(['restored', ['undo:deploy:web']]);
  });

  it('has nothing to do when everything was undone', async () => {
    const calls: string[] = [];
    const execution = resumed(await cutOff('run.finished', unhealthy), { handlers: watched(calls, 'unknown') });
    expect(await execution.run()).toMatchObject({
      status: 'restored',
      failure: { code: 'HEALTH_CHECK_FAILED' },
      operations: [{}, { undone: true }, { status: 'failed' }],
    });
    expect([calls, execution.journal.events]).toEqual([[], []]);
  });

  it('tries again what could not be undone', async () => {
    const scripts = { ...unhealthy.scripts, 'undo:deploy:web': failing('DEPLOY_FAILED') };
    const calls: string[] = [];
    const result = await resumed(await cutOff('run.finished', { scripts }), {
      handlers: watched(calls, 'unknown'),
    }).run();
    expect([result.status, calls]).toEqual(['restored', ['undo:deploy:web']]);
  });

  it('does again what failed when nothing had been undone', async () => {
    const calls: string[] = [];
    const events = await cutOff('run.finished', { ...unhealthy, compensation: 'off' });
    const result = await resumed(events, { handlers: watched(calls, 'unknown') }).run();
    expect([result.status, calls]).toEqual(['succeeded', ['perform health:web 2']]);
  });

  it('still goes forward when that resume was cut off before it did anything', async () => {
    const events = await cutOff('run.finished', { ...unhealthy, compensation: 'off' });
    const first = resumed(events);
    await first.run();
    const calls: string[] = [];
    const cut = [...events, ...first.journal.events.slice(0, 1)];
    const result = await resumed(cut, { handlers: watched(calls, 'unknown') }).run();
    expect([result.status, calls]).toEqual(['succeeded', ['perform health:web 2']]);
  });

  it('asks first when the failure may hide that it was done', async () => {
    const calls: string[] = [];
    const events = await cutOff('run.finished', {
      compensation: 'off',
      scripts: { 'deploy:web': failing('PLATFORM_UNAVAILABLE') },
    });
    await resumed(events, { handlers: watched(calls, { found: 1 }) }).run();
    expect(calls).toEqual(['find deploy:web', 'perform health:web 1']);
  });

  it('runs only a migration that failed after the deploy', async () => {
    const kept = aPlan([
      anUndoable('deploy:web'),
      anOperation('migrate:main:post_deploy', { depends_on: ['deploy:web'], on_failure: 'keep' }),
    ]);
    const scripts = { 'migrate:main:post_deploy': failing('MIGRATION_FAILED') };
    const calls: string[] = [];
    const result = await resumed(
      await cutOff('run.finished', { scripts }, kept),
      { handlers: watched(calls, 'unknown') },
      kept,
    ).run();
    expect([result.status, calls]).toEqual(['succeeded', ['perform migrate:main:post_deploy 2']]);
  });

  it('goes on with a new credential where the old one was refused', async () => {
    const calls: string[] = [];
    const events = await cutOff('run.finished', { scripts: { 'deploy:web': failing('AUTH_FAILED') } });
    const result = await resumed(events, { handlers: watched(calls, 'unknown') }).run();
    expect([result.status, calls]).toEqual(['succeeded', ['perform deploy:web 2', 'perform health:web 1']]);
  });

  it('undoes what was cut off half way without asking anybody', async () => {
    const two = aPlan([anUndoable('deploy:api'), anUndoable('deploy:web'), anOperation('build:bad')]);
    const events = await cutOff(
      'operation.failed build:bad',
      { scripts: { 'build:bad': failing('BUILD_FAILED') } },
      two,
    );
    const cut = events
      .filter((event) => event.type !== 'operation.succeeded' || event.operation !== 'deploy:web')
      .map((event, index) => ({ ...event, seq: index + 1 }));
    const calls: string[] = [];
    const result = await resumed(cut, { handlers: watched(calls, 'unknown') }, two).run();
    expect([result.status, calls]).toEqual(['restored', ['find deploy:web', 'undo:deploy:web', 'undo:deploy:api']]);
    expect(result.in_doubt).toEqual([]);
  });
});

describe('a run that succeeded, resumed', () => {
  it('answers as it did, from its journal', async () => {
    const first = anExecution(plan);
    const { duration_ms: _, ...expected } = await first.run();
    const again = resumed(first.journal.events);
    expect(await again.run()).toMatchObject(expected);
    expect(again.told).toEqual([]);
  });

  it('writes its end when only that is missing', async () => {
    const execution = resumed(await cutOff('operation.succeeded health:web'));
    expect(statuses(await execution.run())).toEqual({
      'build:web': 'succeeded',
      'deploy:web': 'succeeded',
      'health:web': 'succeeded',
    });
    expect(story(execution.journal.events)).toEqual(['run.resumed', 'run.finished']);
  });
});
