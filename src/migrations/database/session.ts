import { DeployerError } from '../../core/errors.ts';
import type { MigrationContext, MigrationTarget } from '../../core/migration.ts';
import type { Address, Session } from './contract.ts';
import { databaseFailure } from './failure.ts';
import { loadDialect } from './open.ts';
import { type Watch, withWatch } from './watch.ts';

/** Opens the database for reading; `absent` answers when there is none yet. Foreign errors come out as ours. */
export async function readSession<T>(
  target: MigrationTarget,
  address: Address,
  context: MigrationContext,
  steps: { readonly absent: () => T; readonly present: (session: Session) => Promise<T> },
): Promise<T> {
  return await open({ target, address, context, mode: 'read' }, async (session) =>
    session === undefined ? steps.absent() : await steps.present(session),
  );
}

/** Opens the database for writing, under the context's time limit. Foreign errors come out as ours. */
export async function writeSession<T>(
  target: MigrationTarget,
  address: Address,
  context: MigrationContext,
  work: (session: Session, watch: Watch) => Promise<T>,
): Promise<T> {
  return await open({ target, address, context, mode: 'write' }, async (session, watch) => {
    if (session === undefined) throw new Error('a session for writing always opens');
    return await work(session, watch);
  });
}

interface Opening {
  readonly target: MigrationTarget;
  readonly address: Address;
  readonly context: MigrationContext;
  readonly mode: 'read' | 'write';
}

async function open<T>(
  { target, address, context, mode }: Opening,
  work: (session: Session | undefined, watch: Watch) => Promise<T>,
): Promise<T> {
  const subject = `Work on database "${target.database}"`;
  const dialect = await loadDialect(address.dialect);
  return await withWatch(context, subject, async (watch) => {
    let session: Session | undefined;
    try {
      session = await dialect.open(address, mode, watch);
      return await work(session, watch);
    } catch (error) {
      if (error instanceof DeployerError || isBug(error)) throw error;
      throw databaseFailure(dialect.explain(error), target, mode === 'read' ? 'Reading' : 'Migrating');
    } finally {
      await session?.close();
    }
  });
}

/** A fault in our own code must not be told as one of the database; clients put a code into theirs. */
function isBug(error: unknown): boolean {
  if (Object.hasOwn(Object(error), 'code')) return false;
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
