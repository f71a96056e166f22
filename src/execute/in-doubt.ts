import { type Failure, toFailure } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Operation } from '../core/plan.ts';
import { list } from '../core/text.ts';
import type { FindAnswer } from './handlers.ts';
import { asJson, keyOf, mayTry } from './perform.ts';
import { goesOn, halt, type Run, type Verdict } from './run.ts';
import { carryOut, type WorkResult } from './work.ts';

/**
 * Finds out about every operation that was under way when the run was cut off, before anything else happens. Found ones
 * are adopted, absent ones are as if never begun.
 *
 * On the way forward the ones that may be repeated are done again, and where nobody can tell a person is asked; without
 * an answer the run halts and shows both choices. On the way back nobody is asked: undoing sets a wanted state, so what
 * may have been done is undone too.
 */
export async function settleInDoubt(run: Run): Promise<void> {
  const unknown: Operation[] = [];
  for (const operation of run.request.plan.operations) {
    if (run.operations.get(operation.id)?.state !== 'in_doubt' || !goesOn(run)) continue;
    if ((await settle(run, operation)) === 'unknown') unknown.push(operation);
  }
  if (unknown.length > 0) halt(run, undecided(run, unknown));
}

async function settle(run: Run, operation: Operation): Promise<'settled' | 'unknown'> {
  const asked = await ask(run, operation);
  if (asked.result === 'done') return apply(run, operation, asked.value);
  if (asked.result === 'failed' && run.direction === 'forward') halt(run, asked.failure);
  if (asked.result === 'halted' && asked.failure) halt(run, asked.failure);
  return 'settled';
}

async function apply(run: Run, operation: Operation, found: FindAnswer): Promise<'settled' | 'unknown'> {
  if (found !== 'absent' && typeof found !== 'object' && run.direction === 'back') return 'settled';
  const answer = found === 'unknown' ? await decide(run, operation) : found;
  if (answer === 'undecided') return 'unknown';
  if (typeof answer === 'object') await adopt(run, operation, 'found' in answer ? answer.found : answer.done);
  else run.operations.delete(operation.id);
  return 'settled';
}

async function decide(run: Run, operation: Operation): Promise<Verdict> {
  return (await run.request.decideUnknown?.(operation)) ?? 'undecided';
}

async function adopt(run: Run, operation: Operation, outputs: Json): Promise<void> {
  const record = { outputs, duration_ms: 0, adopted: true } as const;
  try {
    await run.recorder.record({ type: 'operation.succeeded', operation: operation.id, ...record });
    run.operations.set(operation.id, { state: 'succeeded', ...record });
    run.completed.push(operation.id);
  } catch (error) {
    halt(run, toFailure(error));
  }
}

/** Looking is a step like any other: with time limit, tries and the signal to stop. */
function ask(run: Run, operation: Operation): Promise<WorkResult<FindAnswer>> {
  return carryOut(run, {
    operation,
    title: `Finding out whether "${operation.title}" was done`,
    idempotencyKey: keyOf(run, operation),
    firstAttempt: Math.max(1, run.attempts.get(operation.id) ?? 1),
    before: () => mayTry(run, () => goesOn(run)),
    call: async (context) => {
      const answer = await run.request.handlers.find(operation, context);
      return typeof answer === 'object' ? { found: asJson(answer.found, operation.id) } : answer;
    },
  });
}

function undecided(run: Run, operations: readonly Operation[]): Failure {
  const names = list(operations.map(({ title, id }) => `"${title}" (${id})`));
  const options = (option: string) => operations.map(({ id }) => `--${option} ${id}`).join(' ');
  const command = `deployer resume ${run.request.runId}`;
  return {
    code: 'RUN_UNFINISHED',
    reason: `Nobody can tell whether ${names} was done before the run was cut off`,
    stage: 'resume',
    fix: 'Look at the platform, then say for each whether it was done',
    recovery: [
      { action: 'manual', message: `It was done: \`${command} ${options('assume-done')}\`` },
      { action: 'manual', message: `It was not: \`${command} ${options('assume-not-done')}\`` },
    ],
  };
}
