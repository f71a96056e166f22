import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { DeployerError } from '../../core/errors.ts';
import type { Address, Dialect, Row, Session, Value } from './contract.ts';
import { explainPostgres } from './postgres-problem.ts';
import { type Attempt, untilLocked } from './waiting.ts';
import { interruptible, type Watch } from './watch.ts';

/** Time for connecting, and for the server to take back what was cancelled. */
const CONNECT_LIMIT = 10_000;
const CANCEL_LIMIT = 3_000;

export const postgres: Dialect = { open, explain: explainPostgres };

async function open(address: Address, mode: 'read' | 'write', watch: Watch): Promise<Session> {
  const client = await connect(address, watch);
  try {
    return await prepare(client, address, mode, watch);
  } catch (error) {
    await end(client);
    throw error;
  }
}

async function connect(address: Address, watch: Watch): Promise<Client> {
  const { Client } = await import('pg');
  const client = new Client({
    connectionString: address.url,
    application_name: 'deployer',
    keepAlive: true,
    connectionTimeoutMillis: Math.max(1, Math.min(CONNECT_LIMIT, watch.left())),
  });
  // A connection that breaks between two queries would otherwise end the process; the next query reports it.
  client.on('error', () => {});
  await interruptible(
    watch,
    () => cut(client),
    () => client.connect(),
  );
  return client;
}

async function prepare(client: Client, address: Address, mode: 'read' | 'write', watch: Watch): Promise<Session> {
  let pid = 0;
  const run = (sql: string, values: readonly Value[] = []) =>
    interruptible(
      watch,
      () => cancel(client, address, pid),
      async () => {
        const text = values.length === 0 ? sql : numbered(sql);
        return (await client.query<Record<string, unknown>>(text, [...values])).rows ?? [];
      },
    );
  const [facts] = await run('select pg_backend_pid() as pid, current_database() as name, current_schema() as schema');
  pid = Number(facts?.['pid']);
  if (mode === 'write') refusePooler(client, address, pid);
  if (mode === 'read') await run('set default_transaction_read_only = on');
  return session(client, run, watch, { database: String(facts?.['name']), schema: schemaOf(facts) });
}

type Run = (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;

function session(client: Client, run: Run, watch: Watch, at: { database: string; schema: string }): Session {
  const table = (name: string, schema = at.schema) => `${quoted(schema)}.${quoted(name)}`;
  const statement = async (sql: string) => void (await run(sql));
  const scripts = countingScripts(client, statement);
  return {
    dialect: 'postgres',
    transactional: true,
    async lock() {
      await settings(run);
      await untilLocked(watch, () => tryLock(run, lockKey(at)));
    },
    isLocked: async () => (await holder(run, lockKey(at))) !== undefined,
    table,
    async hasTable(name, schema) {
      return (await run('select to_regclass(?) as found', [table(name, schema)]))[0]?.['found'] != null;
    },
    query: run,
    script: scripts.run,
    locate: scripts.failedAt,
    begin: () => statement('begin'),
    // A script that changed the role must not write the ledger under it.
    beforeCommit: () => statement('reset role'),
    commit: () => statement('commit'),
    rollback: () => client.query('rollback').then(ignore, ignore),
    async restore() {
      await statement('commit');
      await statement('reset role');
      await statement('reset all');
      await settings(run);
    },
    close: () => end(client),
    explain: explainPostgres,
  };
}

/** The server says where in a text a fault stands only when it is one of grammar; else the answers before it count. */
function countingScripts(client: Client, statement: (sql: string) => Promise<void>) {
  let through = 0;
  const count = () => void through++;
  return {
    async run(sql: string) {
      through = 0;
      client.connection.on('commandComplete', count);
      await statement(sql).finally(() => client.connection.off('commandComplete', count));
    },
    failedAt: async () => through + 1,
  };
}

/**
 * PostgreSQL otherwise notices a dead client only when a statement is through, and keeps its locks until then; and a
 * migration that queues for a table lock makes every later reader queue behind it.
 */
async function settings(run: Run): Promise<void> {
  await run("select set_config(name, '500', false) from pg_settings where name = 'client_connection_check_interval'");
  await run("set lock_timeout = '5s'");
}

async function tryLock(run: Run, key: string): Promise<Attempt> {
  const [row] = await run('select pg_try_advisory_lock(?::bigint) as held', [key]);
  if (row?.['held'] === true) return { held: true };
  const pid = await holder(run, key);
  return { held: false, by: pid === undefined ? 'another session' : `the session with backend process ${pid}` };
}

/** Backend process of the session that holds the lock. */
async function holder(run: Run, key: string): Promise<string | undefined> {
  const [row] = await run(
    `select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())
       and ((classid::bigint << 32) | objid::bigint) = ?::bigint`,
    [key],
  );
  return row === undefined ? undefined : String(row['pid']);
}

/** Advisory locks are per database already; the schema tells projects in one database apart. */
function lockKey(at: { database: string; schema: string }): string {
  const hash = createHash('sha256').update(`deployer:migrations:${at.database}:${at.schema}`).digest();
  return hash.readBigInt64BE(0).toString();
}

/**
 * PgBouncer hands clients a process id of its own making, so a difference gives a pooler away. In transaction mode it
 * would spread our statements over several sessions, and the lock would belong to none of them.
 */
function refusePooler(client: Client, address: Address, pid: number): void {
  const own = (client as unknown as { readonly processID: number | null }).processID;
  if (own === pid || /[?&]pooler=session\b/.test(address.url)) return;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: 'The database URL leads to a connection pooler, through which no lock can be held',
    fix: 'Set migration_env to a variable with the direct URL, or add pooler=session to the URL if the pooler works in session mode',
  });
}

function schemaOf(facts: Row | undefined): string {
  const schema = facts?.['schema'];
  if (typeof schema === 'string') return schema;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: 'No schema of the search_path exists in the database',
    fix: 'Create the schema, or set the search_path of the role that migrates',
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Our own statements hold no `?` but those for values. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}

/** Asks the server through a second connection to end the running statement; cuts ours when that does not help. */
function cancel(client: Client, address: Address, pid: number): void {
  const timer = setTimeout(() => cut(client), CANCEL_LIMIT);
  for (const over of ['end', 'drain'] as const) client.once(over, () => clearTimeout(timer));
  void cancelBackend(address, pid).catch(() => cut(client));
}

async function cancelBackend(address: Address, pid: number): Promise<void> {
  const { Client } = await import('pg');
  const second = new Client({ connectionString: address.url, connectionTimeoutMillis: CANCEL_LIMIT });
  second.on('error', ignore);
  try {
    await second.connect();
    await second.query('select pg_cancel_backend($1)', [pid]);
  } finally {
    await end(second);
  }
}

async function end(client: Client): Promise<void> {
  const timer = setTimeout(() => cut(client), CANCEL_LIMIT);
  await client.end().then(ignore, ignore);
  clearTimeout(timer);
}

function cut(client: Client): void {
  client.connection.stream.destroy();
}

function ignore(): void {}
