import { DeployerError } from '../../core/errors.ts';
import type { MigrationTarget } from '../../core/migration.ts';
import type { Session } from '../database/contract.ts';
import { databaseFailure } from '../database/failure.ts';
import { type Statement, splitStatements } from '../sql/split.ts';
import type { Script } from './files.ts';

/** How the ledger follows a script. */
export interface Bookkeeping {
  /** Statements that are through already. */
  readonly done: number;
  /** Before the first statement: the script is under way. */
  start(total: number): Promise<void>;
  progress(done: number): Promise<void>;
  /** All is through; inside the transaction where there is one. */
  finish(total: number): Promise<void>;
}

/** Runs the whole script and its ledger entry in one transaction: both happen or neither, and neither when not wanted. */
export async function runInTransaction(
  session: Session,
  target: MigrationTarget,
  script: Script,
  steps: { readonly stillWanted: () => Promise<boolean>; readonly finish: () => Promise<void> },
): Promise<void> {
  await session.begin();
  try {
    if (!(await steps.stillWanted())) return await session.rollback();
    await send(session, script);
    await session.beforeCommit();
    await steps.finish();
    await session.commit();
  } catch (error) {
    await session.rollback();
    throw await failureOf(error, { session, target, script });
  }
  await session.restore();
}

/** Runs statement by statement; after each one the ledger says how far it came. */
export async function runStepwise(
  session: Session,
  target: MigrationTarget,
  script: Script,
  book: Bookkeeping,
): Promise<void> {
  const statements = splitStatements(script.text, session.dialect);
  await book.start(statements.length);
  for (const [index, { text }] of statements.entries()) {
    if (index < book.done) continue;
    try {
      await session.script(text);
    } catch (error) {
      await session.rollback();
      throw describeFailure(error, { session, target, script }, index + 1);
    }
    await book.progress(index + 1);
  }
  await session.restore();
  await book.finish(statements.length);
}

interface Place {
  readonly session: Session;
  readonly target: MigrationTarget;
  readonly script: Script;
}

/** An empty text is no statement, and not every client takes it. */
async function send(session: Session, script: Script): Promise<void> {
  if (/\S/.test(script.text)) await session.script(script.text);
}

async function failureOf(error: unknown, place: Place): Promise<unknown> {
  if (error instanceof DeployerError) return describeFailure(error, place, undefined);
  const problem = place.session.explain(error);
  if (problem.kind !== 'statement') return describeFailure(error, place, undefined);
  const statements = splitStatements(place.script.text, place.session.dialect);
  const number =
    problem.position === undefined ? await locate(place, statements) : numberAt(place, statements, problem.position);
  return describeFailure(error, place, number);
}

async function locate({ session }: Place, statements: readonly Statement[]): Promise<number | undefined> {
  try {
    return await session.locate?.(statements.map(({ text }) => text));
  } catch {
    return undefined;
  }
}

/** The server counts characters, we count UTF-16 units. */
function numberAt({ script }: Place, statements: readonly Statement[], position: number): number {
  const offset = [...script.text.slice(0, position * 2)].slice(0, position).join('').length;
  return Math.max(1, statements.filter(({ start }) => start <= offset).length);
}

function describeFailure(error: unknown, { session, target, script }: Place, number: number | undefined): unknown {
  const where = number === undefined ? script.path : `${script.path}, statement ${number}`;
  if (error instanceof DeployerError) {
    return new DeployerError({
      ...error.failure,
      detail: [...(error.failure.detail ?? []), `It was running ${where}`],
    });
  }
  return databaseFailure(session.explain(error), target, where);
}
