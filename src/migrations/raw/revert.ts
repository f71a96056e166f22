import { DeployerError } from '../../core/errors.ts';
import type { MigrationContext, MigrationTarget } from '../../core/migration.ts';
import { requireAddress } from '../database/address.ts';
import type { Session } from '../database/contract.ts';
import { writeSession } from '../database/session.ts';
import { readSqlFiles, type Script, type SqlFiles } from './files.ts';
import { deleteRow, ensureLedger, findRow, type LedgerRow, readLedger, recordProgress, writeRow } from './ledger.ts';
import { runInTransaction, runStepwise } from './run-script.ts';
import { compare, isTransactional, refuseDirty, type Standing } from './standing.ts';

/** See `MigrationEngine.revert`: nothing is touched unless all of them can be undone. */
export async function revert(
  target: MigrationTarget,
  ids: readonly string[],
  context: MigrationContext,
): Promise<readonly string[]> {
  const found = readSqlFiles(target);
  return await writeSession(target, requireAddress(target), context, async (session, watch) => {
    await session.lock('run');
    await ensureLedger(session);
    const standing = compare(target, found, await readLedger(session), session.dialect);
    refuseDirty(standing, target);
    const undoings = newestFirst(ids).map((id) => undoing(target, found, standing, id));
    for (const { row, script } of undoings) {
      await revertOne(session, target, row, script);
      watch.log(`${row.id} undone`);
    }
    return undoings.map(({ row }) => row.id);
  });
}

interface Undoing {
  readonly row: LedgerRow;
  readonly script: Script;
}

function newestFirst(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].sort().reverse();
}

function undoing(target: MigrationTarget, found: SqlFiles, standing: Standing, id: string): Undoing {
  const row = standing.rows.get(id);
  const script = found.files.find(({ file }) => file.id === id)?.down;
  if (row?.state === 'done' && script !== undefined) return { row, script };
  const why = row?.state === 'done' ? `there is no ${target.path}/${id}.down.sql` : 'it is not applied';
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `${id} of database "${target.database}" cannot be undone: ${why}`,
    fix: 'Undo it by hand, then run "deployer migrate resolve --rolled-back"',
  });
}

async function revertOne(session: Session, target: MigrationTarget, row: LedgerRow, script: Script): Promise<void> {
  const remove = () => deleteRow(session, row.id);
  if (isTransactional(session.dialect, script)) {
    const stillWanted = async () => (await findRow(session, row.id))?.state === 'done';
    await runInTransaction(session, target, script, { stillWanted, finish: remove });
    return;
  }
  await runStepwise(session, target, script, {
    done: 0,
    start: (total) => writeRow(session, { ...row, state: 'reverting', statements_done: 0, statements_total: total }),
    progress: (done) => recordProgress(session, row.id, done),
    finish: remove,
  });
}
