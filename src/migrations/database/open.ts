import { unreachable } from '../../core/unreachable.ts';
import type { SqlDialect } from '../sql/lexer.ts';
import type { Dialect } from './contract.ts';

/** The code for one kind of database, loaded when asked for; its client library later still, on connecting. */
export async function loadDialect(name: SqlDialect): Promise<Dialect> {
  switch (name) {
    case 'postgres':
      return (await import('./postgres.ts')).postgres;
    case 'mysql':
      return (await import('./mysql.ts')).mysql;
    case 'sqlite':
      return (await import('./sqlite.ts')).sqlite;
    default:
      return unreachable(name);
  }
}
