import { compoundTracker } from './compound.ts';
import { type SqlDialect, type Token, tokenAt } from './lexer.ts';

/** One statement without its terminator and without comments around it. */
export interface Statement {
  readonly text: string;
  /** Offset of its first character in the whole text. */
  readonly start: number;
}

/**
 * Splits a script into its statements, as the database's own command line does: strings, quoted names, comments,
 * dollar quotes, MySQL's `DELIMITER` lines and the bodies of routines and triggers keep their semicolons. Linear; any
 * text is taken, also one that no server would.
 */
export function splitStatements(sql: string, dialect: SqlDialect): readonly Statement[] {
  const pieces = new Pieces(sql, dialect);
  for (let at = 0; at < sql.length; ) at = pieces.take(at);
  return pieces.finish();
}

class Pieces {
  readonly #sql: string;
  readonly #dialect: SqlDialect;
  readonly #found: Statement[] = [];
  #delimiter = ';';
  #start = -1;
  #end = -1;
  #body: ReturnType<typeof compoundTracker>;

  constructor(sql: string, dialect: SqlDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
    this.#body = compoundTracker(dialect);
  }

  /** Takes what stands at `at`; answers where to go on. */
  take(at: number): number {
    if (this.#atDelimiter(at)) return this.#close(at);
    const token = this.#clip(tokenAt(this.#sql, at, this.#dialect));
    if (token.kind === 'space' || token.kind === 'comment') return token.end;
    if (this.#isDelimiterLine(token)) return this.#readDelimiter(token);
    if (this.#start === -1) this.#start = token.start;
    this.#end = token.end;
    this.#body.see(token.kind, this.#sql.slice(token.start, Math.min(token.end, token.start + 32)));
    return token.end;
  }

  finish(): readonly Statement[] {
    if (this.#start !== -1) this.#close(this.#sql.length);
    return this.#found;
  }

  #atDelimiter(at: number): boolean {
    if (!this.#sql.startsWith(this.#delimiter, at)) return false;
    return this.#delimiter !== ';' || !this.#body.open;
  }

  #close(at: number): number {
    if (this.#start !== -1) this.#found.push({ text: this.#sql.slice(this.#start, this.#end), start: this.#start });
    this.#start = -1;
    this.#body = compoundTracker(this.#dialect);
    return at + this.#delimiter.length;
  }

  /** `END$$` is one word to the lexer; a delimiter cuts it. */
  #clip(token: Token): Token {
    if (token.kind !== 'word' || this.#delimiter === ';') return token;
    const cut = this.#sql.slice(token.start, token.end).indexOf(this.#delimiter);
    return cut > 0 ? { ...token, end: token.start + cut } : token;
  }

  #isDelimiterLine(token: Token): boolean {
    if (this.#dialect !== 'mysql' || this.#start !== -1 || token.kind !== 'word') return false;
    return token.end - token.start === 9 && /^delimiter[ \t]/i.test(this.#sql.slice(token.start, token.end + 1));
  }

  #readDelimiter(token: Token): number {
    const newline = this.#sql.indexOf('\n', token.end);
    const end = newline === -1 ? this.#sql.length : newline;
    this.#delimiter = this.#sql.slice(token.end, end).trim().split(/\s/)[0] || this.#delimiter;
    return end;
  }
}
