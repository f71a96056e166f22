import { join } from 'node:path';
import { DeployerError, toFailure } from '../core/errors.ts';
import type { StampedEvent } from '../core/event.ts';
import type { Operation } from '../core/plan.ts';
import { execute } from '../execute/execute.ts';
import type { OperationContext, OperationHandlers } from '../execute/handlers.ts';
import { type History, readHistory } from '../execute/history.ts';
import { createJournal, type Journal, reopenJournal } from '../execute/journal.ts';
import { readJournal } from '../execute/journal-reader.ts';
import { openLogs } from '../execute/logs.ts';
import type { ExecutionResult } from '../execute/result.ts';
import type { Verdict } from '../execute/run.ts';
import { createHandlers } from './operations/handlers.ts';
import type { Session } from './operations/session.ts';
import type { PerformRequest } from './run-request.ts';
import type { Workspace } from './workspace.ts';

/** How the executor ended, and all that the run's journal holds now. */
export interface CarriedOut {
  readonly result: ExecutionResult;
  readonly events: readonly StampedEvent[];
}

/** Hands a run to the executor: journal and logs in the run's folder, handlers that know the world, the lock as its guard. */
export async function carryOut(request: PerformRequest): Promise<CarriedOut> {
  const { workspace, plan, context, lock, platforms, resume } = request;
  const { runtime } = workspace;
  const file = journalFile(workspace, context.run_id);
  const { journal, history } = await openJournal(file);
  const logs = await openLogs(join(workspace.state.runs.folder(context.run_id), 'logs'));
  try {
    const result = await execute({
      plan,
      runId: context.run_id,
      handlers: redacting(workspace, createHandlers(sessionOf(request))),
      journal,
      logs,
      emit: request.emit,
      clock: runtime.clock,
      random: () => runtime.entropy.random(),
      concurrency: request.concurrency ?? workspace.config.concurrency,
      driverLimit: await driverLimits(request),
      interrupts: runtime.interrupts,
      compensation: context.compensation,
      beforeEach: async () => {
        await lock.assertHeld();
        await platforms.assertHeld();
      },
      ...(history ? { history } : {}),
      ...(resume
        ? { direction: resume.direction, decideUnknown: async (operation) => verdict(resume, operation) }
        : {}),
    });
    return { result, events: await closeAndRead(file, journal) };
  } finally {
    await logs.close();
    await journal.close().catch(() => undefined);
  }
}

export function journalFile({ state }: Workspace, run: string): string {
  return join(state.runs.folder(run), 'events.ndjson');
}

/** What was put on record of a run, nothing when it was cut off before its first line. */
export async function journalOf(workspace: Workspace, run: string): Promise<readonly StampedEvent[]> {
  return readJournal(journalFile(workspace, run)).then(({ events }) => events, unlessAbsent([]));
}

/** A new run has no journal; one that was cut off before its first line has none either. */
async function openJournal(file: string): Promise<{ journal: Journal; history?: History }> {
  const known = await reopenJournal(file).catch(unlessAbsent(undefined));
  if (!known) return { journal: await createJournal(file) };
  return { journal: known.journal, history: readHistory(known.content.events) };
}

function unlessAbsent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof DeployerError && error.code === 'NOT_FOUND') return instead;
    throw error;
  };
}

async function closeAndRead(file: string, journal: Journal): Promise<readonly StampedEvent[]> {
  await journal.close();
  return (await readJournal(file)).events;
}

function sessionOf({ workspace, plan, context, before, variables, version }: PerformRequest): Session {
  return { workspace, plan, context, before, variables, version };
}

async function driverLimits({ workspace, context }: PerformRequest): Promise<(driver: string) => number> {
  const limits = new Map<string, number>();
  for (const { driver } of Object.values(context.services)) {
    if (!limits.has(driver)) limits.set(driver, (await workspace.runtime.drivers.facts(driver))?.concurrency ?? 1);
  }
  return (driver) => limits.get(driver) ?? 1;
}

/** What a person says of an operation in doubt. */
function verdict({ assumeDone, assumeNotDone }: NonNullable<PerformRequest['resume']>, operation: Operation): Verdict {
  if (assumeDone.includes(operation.id)) return { done: {} };
  return assumeNotDone.includes(operation.id) ? 'not_done' : 'undecided';
}

/** Lines and failures lose every known secret before they reach journal, log file or terminal. */
function redacting({ runtime: { redactor } }: Workspace, handlers: OperationHandlers): OperationHandlers {
  const safe = (context: OperationContext): OperationContext => ({
    ...context,
    log: (line, channel) => context.log(redactor.redact(line), channel),
  });
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new DeployerError(redactor.redactDeep(toFailure(error)), error);
    }
  };
  return {
    perform: (operation, context) => guard(handlers.perform(operation, safe(context))),
    find: (operation, context) => guard(handlers.find(operation, safe(context))),
    compensate: (compensation, of, context) => guard(handlers.compensate(compensation, of, safe(context))),
  };
}
