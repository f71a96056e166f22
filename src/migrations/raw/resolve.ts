import { DeployerError } from '../../core/errors.ts';
import type { MigrationContext, MigrationTarget, Resolution } from '../../core/migration.ts';
import { unreachable } from '../../core/unreachable.ts';
import { requireAddress } from '../database/address.ts';
import type { Session } from '../database/contract.ts';
import { writeSession } from '../database/session.ts';
import { readSqlFiles, type SqlFile } from './files.ts';
import { deleteRow, ensureLedger, findRow, type LedgerRow, writeRow } from './ledger.ts';

/**
 * Writes into the ledger what a person found out about the database. `applied` also takes a file that never ran here
 * (a database that was there before its migrations) and accepts a changed file; `rolled-back` also forgets a row whose
 * file is gone.
 */
export async function resolve(
  target: MigrationTarget,
  resolution: Resolution,
  context: MigrationContext,
): Promise<void> {
  const { files } = readSqlFiles(target);
  const file = files.find((one) => one.file.id === resolution.id);
  await writeSession(target, requireAddress(target), context, async (session, watch) => {
    await session.lock('run');
    await ensureLedger(session);
    const row = await findRow(session, resolution.id);
    await settle(session, target, resolution, { file, row, now: new Date(watch.now()).toISOString() });
    watch.log(`${resolution.id} is now recorded as ${resolution.as}`);
  });
}

interface Known {
  readonly file: SqlFile | undefined;
  readonly row: LedgerRow | undefined;
  readonly now: string;
}

async function settle(session: Session, target: MigrationTarget, resolution: Resolution, known: Known): Promise<void> {
  switch (resolution.as) {
    case 'applied':
      return await writeRow(session, appliedRow(target, resolution.id, known));
    case 'rolled-back':
      if (known.row === undefined) throw refused(target, `${resolution.id} is not recorded as applied or begun`);
      return await deleteRow(session, resolution.id);
    case 'continue-from':
      return await writeRow(session, continueRow(target, resolution, known));
    default:
      return unreachable(resolution);
  }
}

function appliedRow(target: MigrationTarget, id: string, { file, row, now }: Known): LedgerRow {
  if (file === undefined) throw unknownFile(target, id);
  return {
    id,
    checksum: file.file.checksum,
    phase: file.file.phase,
    state: 'done',
    statements_done: row?.statements_total ?? 1,
    statements_total: row?.statements_total ?? 1,
    started_at: row?.started_at ?? now,
    finished_at: now,
  };
}

function continueRow(
  target: MigrationTarget,
  { id, from }: Resolution & { as: 'continue-from' },
  { file, row }: Known,
): LedgerRow {
  if (file === undefined) throw unknownFile(target, id);
  if (row?.state !== 'started') throw refused(target, `${id} was not cut off while it was applied`);
  if (!Number.isInteger(from) || from < 1 || from > row.statements_total + 1) {
    throw refused(target, `${id} has statements 1 to ${row.statements_total}, not ${from}`);
  }
  return { ...row, checksum: file.file.checksum, state: 'continue', statements_done: from - 1 };
}

function unknownFile(target: MigrationTarget, id: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'migration',
    reason: `There is no migration ${id} in ${target.path}`,
    fix: 'Run "deployer migrate status" to see their names',
  });
}

function refused(target: MigrationTarget, why: string): DeployerError {
  return new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `Nothing to resolve in database "${target.database}": ${why}`,
    fix: 'Run "deployer migrate status" to see how things stand',
  });
}
