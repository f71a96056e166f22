import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Address, DatabaseProblem, Dialect, Row, Session, Value } from './contract.ts';
import { localChannel, processChannel, type SqliteChannel, SqliteError } from './sqlite-channel.ts';
import type { Command } from './sqlite-commands.ts';
import { type Attempt, untilLocked } from './waiting.ts';
import { interruptible, type Watch } from './watch.ts';

/** ms that SQLite itself waits for a lock: readers may hold up a commit; a `begin` is tried anew by us. */
const BUSY_COMMIT = 30_000;
const BUSY_BEGIN = 100;
const SQLITE_BUSY = 5;

export const sqlite: Dialect = { open, explain };

/** For reading nothing is loaded when there is no database file yet, or an empty one. */
async function open(address: Address, mode: 'read' | 'write', watch: Watch): Promise<Session | undefined> {
  if (mode === 'read' && sizeOf(address.file) === 0) return undefined;
  if (mode === 'write') await mkdir(dirname(address.file), { recursive: true });
  return await connect(address.file, mode, watch);
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

async function connect(file: string, mode: 'read' | 'write', watch: Watch): Promise<Session> {
  const channel = await interruptible(watch, ignore, mode === 'read' ? localChannel : processChannel);
  const send = (command: Command) => interruptible(watch, channel.kill, () => channel.send(command));
  try {
    await send({ do: 'open', file, mode, busy: BUSY_BEGIN });
    return session({ channel, send, watch, file });
  } catch (error) {
    await channel.close();
    throw error;
  }
}

interface Parts {
  readonly channel: SqliteChannel;
  readonly send: (command: Command) => Promise<readonly Row[]>;
  readonly watch: Watch;
  readonly file: string;
}

function session({ channel, send, watch, file }: Parts): Session {
  const query = (sql: string, values: readonly Value[] = []) =>
    whenFree(watch, () => send({ do: 'query', sql, values }));
  const script = async (sql: string) => void (await send({ do: 'script', sql }));
  const violations = async () => (await query('pragma foreign_key_check')).length;
  let broken = 0;
  let runLock: Session | undefined;
  return {
    dialect: 'sqlite',
    transactional: true,
    async lock(scope) {
      if (scope === 'run') runLock = await lockBeside(file, watch);
    },
    // To see it one would have to write.
    isLocked: async () => false,
    table: (name, schema = 'main') => `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`,
    hasTable: async (name) =>
      (await query("select 1 from main.sqlite_master where type = 'table' and name = ?", [name])).length > 0,
    query,
    script,
    async begin() {
      await script(`pragma busy_timeout = ${BUSY_BEGIN}`);
      await untilLocked(watch, () => tryBegin(script));
      await script(`pragma busy_timeout = ${BUSY_COMMIT}`);
      broken = await violations();
    },
    async beforeCommit() {
      if ((await violations()) > broken)
        throw new SqliteError(19, 'FOREIGN KEY constraint failed: rows point to rows that are gone');
    },
    commit: () => script('commit'),
    rollback: () => channel.send({ do: 'script', sql: 'rollback' }).then(ignore, ignore),
    async restore() {
      await script('commit').catch(ignore);
      await script('pragma foreign_keys = off');
    },
    async locate(statements) {
      const [row] = await send({ do: 'locate', statements });
      return row === undefined ? undefined : Number(row['number']);
    },
    async close() {
      await channel.close();
      await runLock?.close();
    },
    explain,
  };
}

/**
 * A lock for longer than one transaction: the write lock of an empty database beside the real one. The kernel frees it
 * with the process that holds it.
 */
async function lockBeside(file: string, watch: Watch): Promise<Session> {
  const beside = await connect(`${file}.deployer-lock`, 'write', watch);
  try {
    await untilLocked(watch, () => tryBegin(beside.script));
    return beside;
  } catch (error) {
    await beside.close();
    throw error;
  }
}

async function tryBegin(script: (sql: string) => Promise<void>): Promise<Attempt> {
  try {
    await script('begin immediate');
    return { held: true };
  } catch (error) {
    if (isBusy(error)) return { held: false, by: 'another process that writes to the SQLite file' };
    throw error;
  }
}

/** A commit elsewhere shuts readers out for a moment. */
async function whenFree<T>(watch: Watch, read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isBusy(error) || watch.left() === 0) throw error;
      await watch.sleep(50);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteError && (error.errcode & 0xff) === SQLITE_BUSY;
}

function explain(error: unknown): DatabaseProblem {
  if (!(error instanceof SqliteError)) {
    return { kind: 'unavailable', code: String((Object(error) as { code?: unknown }).code ?? 'SQLITE_CANTOPEN') };
  }
  const code = NAMES[error.errcode & 0xff] ?? 'SQLITE_ERROR';
  const kind = KINDS[code] ?? 'statement';
  return kind === 'statement' ? { kind, code, message: error.message } : { kind, code };
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'SQLITE_ABORT',
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};
const KINDS: Readonly<Record<string, DatabaseProblem['kind']>> = {
  SQLITE_ABORT: 'unavailable',
  SQLITE_IOERR: 'unavailable',
  SQLITE_FULL: 'unavailable',
  SQLITE_CANTOPEN: 'unavailable',
  SQLITE_CORRUPT: 'unavailable',
  SQLITE_NOTADB: 'unavailable',
  SQLITE_PERM: 'denied',
  SQLITE_AUTH: 'denied',
  SQLITE_READONLY: 'read_only',
  SQLITE_BUSY: 'busy',
  SQLITE_LOCKED: 'busy',
};

function ignore(): void {}
