import type { DatabaseProblem } from './contract.ts';

const KINDS: Readonly<Record<number, DatabaseProblem['kind']>> = {
  1045: 'auth',
  1698: 'auth',
  1251: 'auth',
  1040: 'unavailable',
  1049: 'unavailable',
  1053: 'unavailable',
  1129: 'unavailable',
  1130: 'unavailable',
  1927: 'unavailable',
  1044: 'denied',
  1142: 'denied',
  1143: 'denied',
  1227: 'denied',
  1370: 'denied',
  1290: 'read_only',
  1792: 'read_only',
  1836: 'read_only',
  1205: 'busy',
};

/** The server's error number → what it means for a migration. */
export function explainMysql(error: unknown): DatabaseProblem {
  const facts = Object(error) as { errno?: unknown; code?: unknown; sqlState?: unknown; sqlMessage?: unknown };
  const code = typeof facts.code === 'string' ? facts.code : 'connection lost';
  // Errors of the connection carry system codes and no SQLSTATE.
  if (typeof facts.sqlState !== 'string' || typeof facts.errno !== 'number') return { kind: 'unavailable', code };
  const kind = KINDS[facts.errno] ?? 'statement';
  return kind === 'statement' ? { kind, code, message: String(facts.sqlMessage) } : { kind, code };
}
