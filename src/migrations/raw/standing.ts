import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { AppliedMigration, DirtyMigration, MigrationFile, MigrationStatus } from '../../core/migration.ts';
import { type Folder, problem } from '../files/folder.ts';
import { historyProblems, type Kinded, withoutKind } from '../files/history.ts';
import type { SqlDialect } from '../sql/lexer.ts';
import { outline } from '../sql/outline.ts';
import { splitStatements } from '../sql/split.ts';
import type { SqlFile, SqlFiles } from './files.ts';
import type { LedgerRow } from './ledger.ts';

/** Files held against the ledger. */
export interface Standing {
  readonly files: readonly MigrationFile[];
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly pending: readonly SqlFile[];
  readonly dirty?: DirtyMigration;
  readonly problems: readonly Kinded[];
}

export function compare(folder: Folder, found: SqlFiles, ledger: readonly LedgerRow[], dialect: SqlDialect): Standing {
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const pending = found.files.filter(({ file }) => isPending(rows.get(file.id)));
  const left = ledger.find(({ state }) => state === 'started' || state === 'reverting');
  const done = ledger.filter(({ state }) => state === 'done');
  const history = historyProblems(folder, { files: found.files.map(({ file }) => file), applied: done });
  const wrong = pending.flatMap((file) => transactionProblems(folder, file, dialect));
  return {
    files: found.files.map(({ file }) => file),
    rows,
    pending,
    ...(left === undefined ? {} : { dirty: dirtyOf(left) }),
    problems: [...[...found.problems, ...wrong].map((finding) => ({ kind: 'file', finding }) as const), ...history],
  };
}

export function statusOf(standing: Standing): MigrationStatus {
  return {
    files: standing.files,
    applied: [...standing.rows.values()].filter(({ state }) => state === 'done').map(appliedOf),
    pending: standing.pending.map(({ file }) => file),
    ...(standing.dirty === undefined ? {} : { dirty: standing.dirty }),
    problems: standing.problems.map(withoutKind),
  };
}

export function appliedOf(row: LedgerRow): AppliedMigration {
  return { id: row.id, checksum: row.checksum, phase: row.phase, applied_at: row.finished_at ?? row.started_at };
}

/** A half-applied file stops everything: what comes after it may build on what is missing. */
export function refuseDirty({ dirty }: Standing, folder: Folder): void {
  if (dirty === undefined) return;
  const next = dirty.statements_done + 1;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `${folder.path}/${dirty.id}.sql of database "${folder.database}" is half applied: ${dirty.statements_done} of ${dirty.statements_total} statements are through, statement ${next} was perhaps sent too`,
    fix: `Look at the database, then run "deployer migrate resolve --database ${folder.database}" with --applied, --rolled-back or --continue-from ${next}`,
  });
}

/** Whether the database's kind lets this file be split into statements; kept beside the check that needs it. */
export function isTransactional(dialect: SqlDialect, { noTransaction }: { readonly noTransaction: boolean }): boolean {
  return dialect !== 'mysql' && !noTransaction;
}

function isPending(row: LedgerRow | undefined): boolean {
  return row === undefined || row.state === 'continue';
}

function dirtyOf(row: LedgerRow): DirtyMigration {
  return { id: row.id, statements_done: row.statements_done, statements_total: row.statements_total };
}

const CONTROL =
  /^(?:BEGIN|COMMIT|END|ABORT|ROLLBACK(?! (?:WORK |TRANSACTION )?TO)|START TRANSACTION|PREPARE TRANSACTION)\b/;

/** A `commit` in the file would end our transaction, and file and ledger could come apart. */
function transactionProblems(folder: Folder, { file, up }: SqlFile, dialect: SqlDialect): readonly Finding[] {
  if (!isTransactional(dialect, up) || !/\b(?:commit|end|abort|rollback|begin|transaction)\b/i.test(up.text)) return [];
  const found = splitStatements(up.text, dialect).find(({ text }) => CONTROL.test(outline(text, dialect)));
  if (found === undefined) return [];
  const fix = `Remove its ${outline(found.text, dialect)}, or put "-- deployer:no-transaction" at the top`;
  return [problem(folder, `${file.id}.sql`, 'controls transactions, but is run in one', { fix })];
}
