import { type SqlDialect, tokenAt } from './lexer.ts';

/** Characters of a statement that are looked at; what decides stands at its head, and inserts can be megabytes. */
const LOOKED_AT = 65_536;

/**
 * A statement as its words: comments gone, every string `''`, blanks single, words outside quotes in upper case. Safe to
 * search and to show, for it holds no data.
 */
export function outline(statement: string, dialect: SqlDialect): string {
  const sql = statement.slice(0, LOOKED_AT);
  const parts: string[] = [];
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at, dialect);
    const text = sql.slice(at, end);
    if (kind === 'word') parts.push(text.toUpperCase());
    else if (kind === 'string') parts.push("''");
    else if (kind === 'code') parts.push(` ${outline(commented(text), dialect)} `);
    else if (kind === 'space' || kind === 'comment') parts.push(' ');
    else parts.push(text);
    at = end;
  }
  return parts.join('').replace(/\s+/g, ' ').trim();
}

/** A comment that MySQL runs, without its marks. */
function commented(text: string): string {
  return text.replace(/^\/\*M?!\d*/, '').replace(/\*\/$/, '');
}

/** Parts between commas that stand in no bracket. */
export function clauses(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      found.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...found, text.slice(start).trim()];
}
