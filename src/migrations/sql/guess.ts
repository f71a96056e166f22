import type { SqlDialect } from './lexer.ts';

const MYSQL = /`|\bENGINE\s*=|\bAUTO_INCREMENT\b|^\s*DELIMITER\s/im;
const SQLITE = /\bAUTOINCREMENT\b|\bPRAGMA\b|\bWITHOUT\s+ROWID\b/i;

/**
 * Which dialect these files are written in, for reading them without a database: what they say about phases must be the
 * same whether or not the URL is at hand.
 */
export function guessDialect(texts: readonly string[]): SqlDialect {
  if (texts.some((text) => SQLITE.test(text))) return 'sqlite';
  return texts.some((text) => MYSQL.test(text)) ? 'mysql' : 'postgres';
}
