import { createHash } from 'node:crypto';
import type { Connection, ConnectionOptions } from 'mysql2/promise';
import { DeployerError } from '../../core/errors.ts';
import type { Address, Dialect, Row, Session, Value } from './contract.ts';
import { mysqlOptions } from './mysql-options.ts';
import { explainMysql } from './mysql-problem.ts';
import { type Attempt, untilLocked } from './waiting.ts';
import { interruptible, type Watch } from './watch.ts';

const CONNECT_LIMIT = 10_000;
const CANCEL_LIMIT = 3_000;
/** Both servers refuse or cut longer names. */
const LOCK_NAME_LIMIT = 64;

/** MySQL and MariaDB. */
export const mysql: Dialect = { open, explain: explainMysql };

async function open(address: Address, mode: 'read' | 'write', watch: Watch): Promise<Session> {
  const options = { ...mysqlOptions(address.url), connectTimeout: Math.max(1, Math.min(CONNECT_LIMIT, watch.left())) };
  const connection = await connect(options, watch);
  const run = (sql: string, values: readonly Value[] = []) =>
    interruptible(
      watch,
      () => cancel(connection, options),
      async () => rowsOf(await connection.query(sql, [...values])),
    );
  try {
    if (mode === 'read') await run('set session transaction read only');
    return session(connection, run, watch, String(options.database));
  } catch (error) {
    await end(connection);
    throw error;
  }
}

async function connect(options: ConnectionOptions, watch: Watch): Promise<Connection> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await interruptible(watch, ignore, () => createConnection(options));
  // A connection that breaks between two queries would otherwise end the process; the next query reports it.
  connection.on('error', ignore);
  return connection;
}

type Run = (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;

function session(connection: Connection, run: Run, watch: Watch, database: string): Session {
  const statement = async (sql: string) => void (await run(sql));
  return {
    dialect: 'mysql',
    // Most statements on tables commit by themselves.
    transactional: false,
    lock: () => untilLocked(watch, () => tryLock(run, lockName(database))),
    async isLocked() {
      const [row] = await run('select is_used_lock(?) as holder', [lockName(database)]);
      return row?.['holder'] !== null && row?.['holder'] !== undefined;
    },
    table: (name, schema = database) => `${quoted(schema)}.${quoted(name)}`,
    async hasTable(name, schema = database) {
      const sql = 'select 1 from information_schema.tables where table_schema = ? and table_name = ?';
      return (await run(sql, [schema, name])).length > 0;
    },
    query: run,
    script: statement,
    begin: () => statement('start transaction'),
    beforeCommit: async () => {},
    commit: () => statement('commit'),
    rollback: () => connection.query('rollback').then(ignore, ignore),
    async restore() {
      await statement('commit');
      await statement(
        'set names utf8mb4, autocommit = 1, foreign_key_checks = 1, unique_checks = 1, sql_mode = default',
      );
      await statement(`use ${quoted(database)}`);
    },
    close: () => end(connection),
    explain: explainMysql,
  };
}

/** `GET_LOCK` answers 1 for got it, 0 for not, NULL for an error that it does not name. */
async function tryLock(run: Run, name: string): Promise<Attempt> {
  const [row] = await run('select get_lock(?, 0) as held, is_used_lock(?) as holder', [name, name]);
  if (Number(row?.['held']) === 1 && row?.['held'] !== null) return { held: true };
  if (row?.['held'] !== null) return { held: false, by: `the session with connection id ${String(row?.['holder'])}` };
  throw new DeployerError({
    code: 'MIGRATION_FAILED',
    stage: 'migration',
    reason: 'The server could not create the migration lock',
    fix: 'Look into the error log of the database server',
  });
}

/** User locks are per server, so the name carries the database. */
function lockName(database: string): string {
  const name = `deployer_migrations:${database}`;
  if (name.length <= LOCK_NAME_LIMIT) return name;
  return `${name.slice(0, 40)}:${createHash('sha256').update(database).digest('hex').slice(0, 20)}`;
}

/** Asks the server through a second connection to end the running statement; cuts ours when that does not help. */
function cancel(connection: Connection, options: ConnectionOptions): void {
  const timer = setTimeout(() => connection.destroy(), CANCEL_LIMIT);
  timer.unref();
  void kill(connection.threadId, options).catch(() => connection.destroy());
}

async function kill(threadId: number, options: ConnectionOptions): Promise<void> {
  const { createConnection } = await import('mysql2/promise');
  const second = await createConnection({ ...options, connectTimeout: CANCEL_LIMIT });
  second.on('error', ignore);
  await second.query(`kill query ${threadId}`).finally(() => second.end());
}

async function end(connection: Connection): Promise<void> {
  const timer = setTimeout(() => connection.destroy(), CANCEL_LIMIT);
  await connection.end().then(ignore, () => connection.destroy());
  clearTimeout(timer);
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function rowsOf([rows]: readonly unknown[]): readonly Row[] {
  return Array.isArray(rows) ? (rows as Row[]) : [];
}

function ignore(): void {}
