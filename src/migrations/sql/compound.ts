import type { SqlDialect, TokenKind } from './lexer.ts';

/** Follows one statement and says whether a semicolon now would be inside a routine's or trigger's body. */
export interface CompoundTracker {
  see(kind: TokenKind, text: string): void;
  readonly open: boolean;
}

const OBJECTS = new Set(
  'TABLE INDEX VIEW DATABASE SCHEMA SEQUENCE TYPE DOMAIN USER ROLE SERVER TRIGGER FUNCTION PROCEDURE EVENT'.split(' '),
);
const WITH_BODY = new Set(['TRIGGER', 'FUNCTION', 'PROCEDURE', 'EVENT']);
/** `END IF` and its like close what `BEGIN` did not open. */
const OTHER_ENDS = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT']);

export function compoundTracker(dialect: SqlDialect): CompoundTracker {
  const head = headReader();
  const body = dialect === 'sqlite' ? sqliteBody() : blockBody(dialect);
  return {
    see(kind, text) {
      const word = kind === 'word' ? text.toUpperCase() : kind === 'symbol' ? text : '';
      if (head.hasBody) body.see(word);
      else head.see(word);
    },
    get open() {
      return head.hasBody && body.open;
    },
  };
}

/** Reads `CREATE … TRIGGER`: the first word that names a kind of object decides. */
function headReader() {
  let first: string | undefined;
  let object: string | undefined;
  return {
    see(word: string) {
      first ??= word;
      if (first === 'CREATE' && object === undefined && OBJECTS.has(word)) object = word;
    },
    get hasBody() {
      return object !== undefined && WITH_BODY.has(object);
    },
  };
}

/** The rule of SQLite's own `sqlite3_complete`: a trigger ends at `; END ;` and nowhere else. */
function sqliteBody() {
  let last = '';
  let before = '';
  return {
    see(word: string) {
      [before, last] = [last, word];
    },
    get open() {
      return !(before === ';' && last === 'END');
    },
  };
}

/** Counts `BEGIN`/`CASE` against `END`; in PostgreSQL only `BEGIN ATOMIC` opens a body. */
function blockBody(dialect: SqlDialect) {
  let depth = 0;
  let last = '';
  return {
    see(word: string) {
      if (opens(dialect, depth, word, last)) depth++;
      else if (word === 'END' && depth > 0) depth--;
      else if (last === 'END' && OTHER_ENDS.has(word)) depth++;
      last = word;
    },
    get open() {
      return depth > 0;
    },
  };
}

function opens(dialect: SqlDialect, depth: number, word: string, last: string): boolean {
  if (word === 'CASE') return depth > 0 && last !== 'END';
  return dialect === 'postgres' ? word === 'ATOMIC' && last === 'BEGIN' : word === 'BEGIN';
}
