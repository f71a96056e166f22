import type { SqlDialect } from '../sql/lexer.ts';
import type { Watch } from './watch.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** Where a database is, in the words its client takes. Holds the password: never printed, never kept. */
export interface Address {
  readonly dialect: SqlDialect;
  readonly url: string;
  /** SQLite: the absolute file. */
  readonly file: string;
}

/**
 * What one database error means for us. `message` is set for errors of statements only: texts about connections can
 * carry the URL.
 */
export interface DatabaseProblem {
  readonly kind: 'auth' | 'unavailable' | 'denied' | 'read_only' | 'busy' | 'statement';
  /** SQLSTATE or the driver's code. */
  readonly code: string;
  readonly message?: string;
  /** Offset of the fault in the text that was sent, where the server says it. */
  readonly position?: number;
}

/**
 * One connection, and with it everything in which databases differ. All calls run in order on that connection; a call
 * during which the watch stops is cancelled at the server and rejects with the watch's reason.
 */
export interface Session {
  readonly dialect: SqlDialect;
  /** A file and its ledger row can be one transaction, whatever the statements. */
  readonly transactional: boolean;
  /**
   * Waits until nobody else migrates this database. `run`: until the session closes. `file`: a `begin` that shuts out
   * other writers will do, where the dialect has one.
   */
  lock(scope: 'run' | 'file'): Promise<void>;
  /** Whether somebody else holds that lock at this moment, as far as the dialect can tell without taking it. */
  isLocked(): Promise<boolean>;
  /** A table's full name, in quotes, independent of what a script sets; by default where new tables go. */
  table(name: string, schema?: string): string;
  hasTable(name: string, schema?: string): Promise<boolean>;
  /** One statement with `?` for values. */
  query(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** SQL as it stands; several statements where `transactional`. */
  script(sql: string): Promise<void>;
  /** Starts a transaction in which what the ledger says cannot change. */
  begin(): Promise<void>;
  /** After a file's SQL, inside its transaction: checks and settings that must hold before the commit. */
  beforeCommit(): Promise<void>;
  commit(): Promise<void>;
  /** Never rejects. */
  rollback(): Promise<void>;
  /** Ends what a script may have left open or set: transactions, settings, roles. */
  restore(): Promise<void>;
  /** Number of the statement that failed, found out afterwards where the server does not say it. */
  locate?(statements: readonly string[]): Promise<number | undefined>;
  /** Never rejects. */
  close(): Promise<void>;
  explain(error: unknown): DatabaseProblem;
}

/** A kind of database. `undefined` in mode `read` when there is no database yet and so nothing was applied. */
export interface Dialect {
  open(address: Address, mode: 'read' | 'write', watch: Watch): Promise<Session | undefined>;
  explain(error: unknown): DatabaseProblem;
}
