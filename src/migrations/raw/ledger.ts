import type { Digest } from '../../core/digest.ts';
import type { Phase } from '../../core/migration.ts';
import type { Row, Session } from '../database/contract.ts';

/**
 * `started` and `reverting` stand while statements of a file without a transaction run: left over, they mean that
 * nobody knows how far it came. `continue`: a person has said where to go on.
 */
export type LedgerState = 'started' | 'reverting' | 'continue' | 'done';

/** One row of the table `deployer_migrations`. Times are UTC, ISO 8601. */
export interface LedgerRow {
  readonly id: string;
  readonly checksum: Digest;
  readonly phase: Phase;
  readonly state: LedgerState;
  readonly statements_done: number;
  readonly statements_total: number;
  readonly started_at: string;
  readonly finished_at: string | null;
}

const TABLE = 'deployer_migrations';
const REST = ['checksum', 'phase', 'state', 'statements_done', 'statements_total', 'started_at', 'finished_at'];
const COLUMNS = ['id', ...REST].join(', ');

/** In a transaction, for where the lock is held per file others may be doing the same. */
export async function ensureLedger(session: Session): Promise<void> {
  if (await session.hasTable(TABLE)) return;
  await session.begin();
  try {
    await createLedger(session);
    await session.commit();
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

async function createLedger(session: Session): Promise<void> {
  const text = session.dialect === 'mysql' ? 'varchar(255) character set utf8mb4 collate utf8mb4_bin' : 'text';
  await session.script(`create table if not exists ${session.table(TABLE)} (
    id ${text} not null primary key,
    checksum ${text} not null,
    phase ${text} not null,
    state ${text} not null,
    statements_done integer not null,
    statements_total integer not null,
    started_at ${text} not null,
    finished_at ${text}
  )${session.dialect === 'mysql' ? ' engine = InnoDB' : ''}`);
}

/** In the order of ids; empty when there is no ledger yet. */
export async function readLedger(session: Session): Promise<readonly LedgerRow[]> {
  if (!(await session.hasTable(TABLE))) return [];
  const rows = await session.query(`select ${COLUMNS} from ${session.table(TABLE)}`);
  return rows.map(ledgerRow).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The same for one that only looks: what another session works on at this moment has not been done, and is not half done
 * either. Without its lock a row that stays unfinished was left behind.
 */
export async function readSettledLedger(session: Session): Promise<readonly LedgerRow[]> {
  for (let before: LedgerRow | undefined; ; ) {
    const rows = await readLedger(session);
    const unfinished = rows.find(({ state }) => state === 'started' || state === 'reverting');
    if (unfinished === undefined || isSame(unfinished, before)) return rows;
    if (await session.isLocked()) return rows.filter((row) => row !== unfinished);
    before = unfinished;
  }
}

function isSame(row: LedgerRow, other: LedgerRow | undefined): boolean {
  return row.id === other?.id && row.state === other.state && row.started_at === other.started_at;
}

export async function findRow(session: Session, id: string): Promise<LedgerRow | undefined> {
  const [row] = await session.query(`select ${COLUMNS} from ${session.table(TABLE)} where id = ?`, [id]);
  return row === undefined ? undefined : ledgerRow(row);
}

/** Adds the row, or changes the one of the same id; one statement, so that a crash leaves the one or the other. */
export async function writeRow(session: Session, row: LedgerRow): Promise<void> {
  const values = [
    row.checksum,
    row.phase,
    row.state,
    row.statements_done,
    row.statements_total,
    row.started_at,
    row.finished_at,
    row.id,
  ];
  const known = await findRow(session, row.id);
  const sql =
    known === undefined
      ? `insert into ${session.table(TABLE)} (${REST.join(', ')}, id) values (?, ?, ?, ?, ?, ?, ?, ?)`
      : `update ${session.table(TABLE)} set ${REST.map((column) => `${column} = ?`).join(', ')} where id = ?`;
  await session.query(sql, values);
}

export async function recordProgress(session: Session, id: string, done: number): Promise<void> {
  await session.query(`update ${session.table(TABLE)} set statements_done = ? where id = ?`, [done, id]);
}

export async function deleteRow(session: Session, id: string): Promise<void> {
  await session.query(`delete from ${session.table(TABLE)} where id = ?`, [id]);
}

function ledgerRow(row: Row): LedgerRow {
  const finished = row['finished_at'];
  return {
    id: String(row['id']),
    checksum: String(row['checksum']) as Digest,
    phase: row['phase'] === 'expand' ? 'expand' : 'contract',
    state: stateOf(row['state']),
    statements_done: Number(row['statements_done']),
    statements_total: Number(row['statements_total']),
    started_at: String(row['started_at']),
    finished_at: typeof finished === 'string' ? finished : null,
  };
}

/** A word that a later release may write is taken for unfinished, never for done. */
function stateOf(value: unknown): LedgerState {
  return value === 'done' || value === 'continue' || value === 'reverting' ? value : 'started';
}
