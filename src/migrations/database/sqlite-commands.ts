import type { DatabaseSyncInstance as DatabaseSync } from '@photostructure/sqlite';
import type { Row, Value } from './contract.ts';

/** What the SQLite side is asked. One at a time, answered in order. */
export type Command =
  | { readonly do: 'open'; readonly file: string; readonly mode: 'read' | 'write'; readonly busy: number }
  | { readonly do: 'query'; readonly sql: string; readonly values: readonly Value[] }
  | { readonly do: 'script'; readonly sql: string }
  | { readonly do: 'locate'; readonly statements: readonly string[] }
  | { readonly do: 'close' };

export type Answer =
  | { readonly rows: readonly Row[] }
  | { readonly failed: { readonly errcode: number; readonly message: string } };

/** ms that looking for the failed statement may take. */
const LOCATE_LIMIT = 2_000;

/** Carries commands out on one database file. Blocks while it does, so only short reads may be done in the tool itself. */
export async function sqliteCommands(): Promise<{ run(command: Command): Answer }> {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  let database: DatabaseSync | undefined;
  return {
    run(command) {
      try {
        if (command.do !== 'open') return { rows: database === undefined ? [] : carryOut(database, command) };
        database = new DatabaseSync(command.file, options(command));
        return { rows: [] };
      } catch (error) {
        return { failed: facts(error) };
      }
    },
  };
}

/**
 * Foreign keys stay off while migrating: with them on, the `DROP TABLE` of a table's rebuild silently deletes the rows
 * that point to it (sqlite.org/lang_altertable.html, section 7). They are checked before the commit instead.
 */
function options({ mode, busy }: Command & { do: 'open' }) {
  return { readOnly: mode === 'read', timeout: busy, enableForeignKeyConstraints: false };
}

function carryOut(database: DatabaseSync, command: Exclude<Command, { do: 'open' }>): readonly Row[] {
  if (command.do === 'query') return database.prepare(command.sql).all(...command.values) as Row[];
  if (command.do === 'locate') return locate(database, command.statements);
  if (command.do === 'close') database.close();
  else database.exec(command.sql);
  return [];
}

/** Runs the statements again one by one, in a transaction that is rolled back, to see which of them fails. */
function locate(database: DatabaseSync, statements: readonly string[]): readonly Row[] {
  const end = performance.now() + LOCATE_LIMIT;
  database.exec('begin immediate');
  try {
    for (const [index, statement] of statements.entries()) {
      if (performance.now() > end) return [];
      if (!succeeds(database, statement)) return [{ number: index + 1 }];
    }
    return [];
  } finally {
    if (database.isTransaction) database.exec('rollback');
  }
}

function succeeds(database: DatabaseSync, statement: string): boolean {
  try {
    database.exec(statement);
    return true;
  } catch {
    return false;
  }
}

function facts(error: unknown): { readonly errcode: number; readonly message: string } {
  const { errcode, message } = Object(error) as { errcode?: unknown; message?: unknown };
  return { errcode: typeof errcode === 'number' ? errcode : 1, message: String(message) };
}
