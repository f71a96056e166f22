import { describe, expect, it } from 'vitest';
import { readHistory } from '../../src/execute/history.ts';
import { anExecution, failing, statuses, story } from '../support/execution.ts';
import { anOperation, anUndoable, aPlan } from '../support/plans.ts';

const plan = aPlan([
  anUndoable('traffic:web:10'),
  anOperation('watch:10', { depends_on: ['traffic:web:10'], may_hold: true }),
  anOperation('health:other'),
  anUndoable('traffic:web:100', { depends_on: ['watch:10'] }),
  anOperation('cleanup:web', { depends_on: ['traffic:web:100', 'health:other'] }),
]);
const HOLD = 'the canary could not be judged';
const holds = { 'watch:10': () => ({ hold: HOLD }) };

describe('a run that is held', () => {
  it('begins nothing behind the operation that holds, undoes nothing, and says why', async () => {
    const execution = anExecution(plan, { scripts: holds });
    const result = await execution.run();
    expect(result).toMatchObject({ status: 'held', hold: HOLD, compensations: [] });
    expect(result.failure).toBeUndefined();
    expect(statuses(result)).toEqual({
      'traffic:web:10': 'succeeded',
      'watch:10': 'succeeded',
      'health:other': 'succeeded',
      'traffic:web:100': 'skipped',
      'cleanup:web': 'skipped',
    });
    expect(result.operations[4]?.reason).toBe(HOLD);
    expect(execution.journal.events.at(-1)).toMatchObject({ type: 'run.finished', status: 'held' });
  });

  it('comes to the same end wherever it is killed and resumed, and does nothing behind', async () => {
    const first = anExecution(plan, { scripts: holds });
    const told = await first.run();
    for (let kept = 0; kept <= first.journal.events.length; kept++) {
      const history = readHistory(first.journal.events.slice(0, kept));
      const again = anExecution(plan, { scripts: holds, history });
      const result = await again.run();
      expect(result).toMatchObject({ status: 'held', hold: HOLD });
      expect(statuses(result)).toEqual(statuses(told));
      expect(story(again.journal.events)).not.toContain('operation.started traffic:web:100');
    }
  });

  it('goes back when another operation fails', async () => {
    const scripts = { ...holds, 'health:other': failing('HEALTH_CHECK_FAILED') };
    const result = await anExecution(plan, { scripts }).run();
    expect(result.status).toBe('restored');
    expect(result.hold).toBeUndefined();
  });

  it('goes on when an operation that may not hold says so', async () => {
    const scripts = { 'health:other': () => ({ hold: HOLD }) };
    expect((await anExecution(plan, { scripts }).run()).status).toBe('succeeded');
  });
});
