/** The three ways in which SQL texts differ for us: quoting, comments and where a statement ends. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite';

/** `code`: a comment that MySQL runs (`/*!40101 SET …`). `quoted`: an identifier in quotes. */
export type TokenKind = 'space' | 'comment' | 'code' | 'string' | 'quoted' | 'word' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const WORD = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const SPACE = /\s+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/**
 * The token that begins at `at`. Knows what hides a semicolon and no more: an unfinished string or comment reaches to
 * the end of the text. Assumes the servers' default modes (PostgreSQL `standard_conforming_strings` on, MySQL without
 * `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`).
 */
export function tokenAt(sql: string, at: number, dialect: SqlDialect): Token {
  const blank = match(SPACE, sql, at);
  if (blank > at) return token('space', at, blank);
  return commentAt(sql, at, dialect) ?? quotedAt(sql, at, dialect) ?? wordAt(sql, at, dialect);
}

function commentAt(sql: string, at: number, dialect: SqlDialect): Token | undefined {
  if (isLineComment(sql, at, dialect)) return token('comment', at, lineEnd(sql, at));
  if (!sql.startsWith('/*', at)) return undefined;
  if (dialect === 'postgres') return token('comment', at, nestedEnd(sql, at));
  const runs = dialect === 'mysql' && (sql[at + 2] === '!' || sql.startsWith('M!', at + 2));
  return token(runs ? 'code' : 'comment', at, after(sql, '*/', at + 2));
}

function isLineComment(sql: string, at: number, dialect: SqlDialect): boolean {
  if (dialect === 'mysql' && sql[at] === '#') return true;
  if (!sql.startsWith('--', at)) return false;
  // MySQL reads `5--1` as a subtraction: its dashes need a blank behind them.
  return dialect !== 'mysql' || at + 2 >= sql.length || /[\s\u0000-\u001f]/.test(sql.charAt(at + 2));
}

function quotedAt(sql: string, at: number, dialect: SqlDialect): Token | undefined {
  switch (sql[at]) {
    case "'":
      return token('string', at, quoteEnd(sql, at, { backslash: dialect === 'mysql' }));
    case '"':
      return token(
        dialect === 'mysql' ? 'string' : 'quoted',
        at,
        quoteEnd(sql, at, { backslash: dialect === 'mysql' }),
      );
    case '`':
      return dialect === 'postgres' ? undefined : token('quoted', at, quoteEnd(sql, at, { backslash: false }));
    case '[':
      return dialect === 'sqlite' ? token('quoted', at, after(sql, ']', at + 1)) : undefined;
    case '$':
      return dialect === 'postgres' ? dollarQuoted(sql, at) : undefined;
    default:
      return undefined;
  }
}

function dollarQuoted(sql: string, at: number): Token | undefined {
  const end = match(DOLLAR_TAG, sql, at);
  return end === at ? undefined : token('string', at, after(sql, sql.slice(at, end), end));
}

function wordAt(sql: string, at: number, dialect: SqlDialect): Token {
  const end = match(WORD, sql, at);
  if (end === at) return token('symbol', at, at + 1);
  const escapes = dialect === 'postgres' && end === at + 1 && /e/i.test(sql.charAt(at)) && sql[end] === "'";
  return escapes ? token('string', at, quoteEnd(sql, end, { backslash: true })) : token('word', at, end);
}

function quoteEnd(sql: string, at: number, { backslash }: { readonly backslash: boolean }): number {
  const quote = sql.charCodeAt(at);
  for (let index = at + 1; index < sql.length; index++) {
    const code = sql.charCodeAt(index);
    if (backslash && code === 0x5c) index++;
    else if (code === quote && sql.charCodeAt(index + 1) === quote) index++;
    else if (code === quote) return index + 1;
  }
  return sql.length;
}

function nestedEnd(sql: string, at: number): number {
  const border = /\/\*|\*\//g;
  border.lastIndex = at + 2;
  for (let depth = 1, found = border.exec(sql); found !== null; found = border.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return border.lastIndex;
  }
  return sql.length;
}

function lineEnd(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end === -1 ? sql.length : end;
}

function after(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

function match(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(sql);
  return Math.max(at, pattern.lastIndex);
}

function token(kind: TokenKind, start: number, end: number): Token {
  return { kind, start, end };
}
