import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { mariadbDatabase, mariadbUnavailable } from '../support/mariadb.ts';
import { postgresDatabase, postgresUnavailable } from '../support/postgres.ts';

export interface TestDatabase {
  readonly url: string;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}

export interface TestDialect {
  readonly name: 'sqlite' | 'postgres' | 'mariadb';
  /** For the title of skipped tests. */
  readonly unavailable: string | undefined;
  create(): Promise<TestDatabase>;
  /** A statement that takes about this many seconds. */
  slow(seconds: number): string;
}

/** Every kind of database the raw engine knows, each a real one. */
export const dialects: readonly TestDialect[] = [
  { name: 'sqlite', unavailable: undefined, create: sqliteDatabase, slow: sqliteSlow },
  {
    name: 'postgres',
    unavailable: postgresUnavailable,
    create: postgresDatabase,
    slow: (s) => `select pg_sleep(${s})`,
  },
  { name: 'mariadb', unavailable: mariadbUnavailable, create: mariadbDatabase, slow: (s) => `select sleep(${s})` },
];

async function sqliteDatabase(): Promise<TestDatabase & { readonly file: string }> {
  const file = join(await mkdtemp(join(tmpdir(), 'deployer-sqlite-')), 'test.db');
  return { url: `sqlite:${file}`, file, sql: async (text) => query(file, text) };
}

/** A missing file has no tables; reading must not make one. */
function query(file: string, text: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(existsSync(file) || !text.startsWith('select') ? file : ':memory:', {
    timeout: 5_000,
  });
  try {
    return database.prepare(text).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

/** SQLite has no sleep; this counts, about five million steps a second. */
function sqliteSlow(seconds: number): string {
  const steps = Math.round(seconds * 5_000_000);
  return `with recursive c(n) as (select 1 union all select n + 1 from c where n < ${steps}) select count(*) from c`;
}
