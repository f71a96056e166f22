import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { mariadbDatabase, mariadbUnavailable } from '../support/mariadb.ts';
import { postgresDatabase, postgresUnavailable } from '../support/postgres.ts';
import { temporaryFolder } from './project.ts';

export interface TestDatabase {
  readonly url: string;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}

export interface TestDialect {
  readonly name: 'sqlite' | 'postgres' | 'mariadb';
  /** For the title of skipped tests. */
  readonly unavailable: string | undefined;
  /** SQL and its ledger row are one transaction. */
  readonly transactional: boolean;
  create(): Promise<TestDatabase>;
  /** A statement that takes as many seconds as the table `pace` says in its only row, in the column `seconds`. */
  readonly slow: string;
  /** Whether that statement runs just now. */
  isSlow(database: TestDatabase): Promise<boolean>;
}

/** Every kind of database the raw engine knows, each a real one. */
export const dialects: readonly TestDialect[] = [
  {
    name: 'sqlite',
    unavailable: undefined,
    transactional: true,
    create: sqliteDatabase,
    // SQLite has no sleep; this counts, some million steps a second.
    slow: 'with recursive c(n) as (select 1 union all select n + 1 from c where n < (select seconds * 5000000 from pace)) select count(*) from c',
    // The journal is there once a script has written something, and stays behind when its process is killed.
    isSlow: async ({ url, sql }) =>
      existsSync(`${url.slice('sqlite:'.length)}-journal`) &&
      (await sql('begin immediate; rollback').then(
        () => false,
        () => true,
      )),
  },
  {
    name: 'postgres',
    unavailable: postgresUnavailable,
    transactional: true,
    create: postgresDatabase,
    slow: 'select pg_sleep(seconds) from pace',
    isSlow: async ({ sql }) =>
      (await sql("select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"))
        .length > 0,
  },
  {
    name: 'mariadb',
    unavailable: mariadbUnavailable,
    transactional: false,
    create: mariadbDatabase,
    slow: 'select sleep(seconds) from pace',
    isSlow: async ({ sql }) =>
      (await sql("select 1 from information_schema.processlist where db = database() and state = 'User sleep'"))
        .length > 0,
  },
];

async function sqliteDatabase(): Promise<TestDatabase & { readonly file: string }> {
  const file = join(await temporaryFolder(), 'test.db');
  return { url: `sqlite:${file}`, file, sql: async (text) => query(file, text) };
}

/** A missing file has no tables; reading must not make one. */
function query(file: string, text: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(existsSync(file) || !text.startsWith('select') ? file : ':memory:', {
    timeout: 100,
  });
  try {
    if (text.startsWith('select')) return database.prepare(text).all() as Record<string, unknown>[];
    database.exec(text);
    return [];
  } finally {
    database.close();
  }
}
