import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SqlDialect, tokenAt } from '../../../src/migrations/sql/lexer.ts';
import { splitStatements } from '../../../src/migrations/sql/split.ts';
import { leastProcessorTime, processorTime } from '../../support/processor-time.ts';

const DIALECTS: readonly SqlDialect[] = ['postgres', 'mysql', 'sqlite'];
const RUNS = process.env['DEPLOYER_LONG'] === undefined ? 1_000 : 50_000;

const texts = (sql: string, dialect: SqlDialect) => splitStatements(sql, dialect).map(({ text }) => text);

describe('splitStatements', () => {
  it.each(DIALECTS)('separates at semicolons and drops blanks, comments and empty statements in %s', (dialect) => {
    const sql = '-- first;\n select 1 ;; /* not; this */\nselect 2 -- and; not this\n;\n\n -- end';
    expect(texts(sql, dialect)).toEqual(['select 1', 'select 2']);
  });

  it.each(DIALECTS)('keeps semicolons in strings and quoted names in %s', (dialect) => {
    expect(texts(`insert into t values ('a;''b;', ";c"); select 2`, dialect)).toEqual([
      `insert into t values ('a;''b;', ";c")`,
      'select 2',
    ]);
  });

  it('says where each statement begins', () => {
    const sql = '-- note\nselect 1;\n  select 2';
    expect(splitStatements(sql, 'postgres').map(({ start }) => sql.slice(start, start + 8))).toEqual([
      'select 1',
      'select 2',
    ]);
  });

  it('knows dollar quotes with and without tag, and dollars inside names', () => {
    const sql =
      'create function f() returns int as $a$ select 1; $$;$$ $a$ language sql; do $$ begin; end $$; select a$b; select $1';
    expect(texts(sql, 'postgres')).toEqual([
      'create function f() returns int as $a$ select 1; $$;$$ $a$ language sql',
      'do $$ begin; end $$',
      'select a$b',
      'select $1',
    ]);
  });

  it('knows nested comments in PostgreSQL, and that the others do not nest', () => {
    const sql = '/* a /* b */ ; */ select 1; select 2';
    expect(texts(sql, 'postgres')).toEqual(['select 1', 'select 2']);
    expect(texts(sql, 'sqlite')).toEqual(['*/ select 1', 'select 2']);
  });

  it('knows backslashes in E-strings of PostgreSQL only', () => {
    expect(texts(String.raw`select E'a\';'; select 'b\'; select 3`, 'postgres')).toEqual([
      String.raw`select E'a\';'`,
      String.raw`select 'b\'`,
      'select 3',
    ]);
  });

  it('knows backslashes, hash comments and dashes of MySQL', () => {
    const sql = `select 'it\\'s; ok'; # no; statement\nselect 5--1; -- no;\nselect "a\\";"`;
    expect(texts(sql, 'mysql')).toEqual([`select 'it\\'s; ok'`, 'select 5--1', `select "a\\";"`]);
  });

  it('keeps comments that MySQL runs', () => {
    expect(texts('/*!40101 SET NAMES utf8 */; /*M!100 SET a; */; /* gone; */', 'mysql')).toEqual([
      '/*!40101 SET NAMES utf8 */',
      '/*M!100 SET a; */',
    ]);
  });

  it('obeys DELIMITER lines', () => {
    const sql = `DELIMITER //\ncreate procedure p() begin select 1; end//\ndelimiter $$\nselect 2; select 3$$\nDELIMITER ;\nselect 4;`;
    expect(texts(sql, 'mysql')).toEqual(['create procedure p() begin select 1; end', 'select 2; select 3', 'select 4']);
  });

  it('does not take a column called delimiter for a command', () => {
    expect(texts('select a,\ndelimiter from t; select 2', 'mysql')).toEqual([
      'select a,\ndelimiter from t',
      'select 2',
    ]);
  });

  it('keeps the bodies of MySQL routines whole without DELIMITER', () => {
    const body = `create definer=root@localhost trigger t before insert on a for each row begin
      if new.x then set new.y = case when 1 then 2 else 3 end; end if;
      case new.z when 1 then set new.q = 1; end case;
      l: loop leave l; end loop; end`;
    expect(texts(`${body}; select 2`, 'mysql')).toEqual([body, 'select 2']);
  });

  it('keeps the bodies of SQLite triggers whole, by the rule of SQLite itself', () => {
    const trigger = `create temp trigger t after update on a begin update b set "end" = case when 1 then 2 end; delete from c; end`;
    expect(texts(`${trigger}; select 2;`, 'sqlite')).toEqual([trigger, 'select 2']);
  });

  it('keeps the bodies of SQL functions of PostgreSQL whole', () => {
    const body =
      'create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end';
    expect(texts(`${body}; begin; select 3; end`, 'postgres')).toEqual([body, 'begin', 'select 3', 'end']);
  });

  it('does not take tables and columns called begin for a body', () => {
    const sql = 'create table event (begin int, "end" int); select 2';
    for (const dialect of DIALECTS) expect(texts(sql, dialect)).toHaveLength(2);
  });

  it.each(DIALECTS)('takes an unfinished string or comment as the rest of the text in %s', (dialect) => {
    expect(texts("select 'a; b", dialect)).toEqual(["select 'a; b"]);
    expect(texts('select 1; /* never; closed', dialect)).toEqual(['select 1']);
  });

  it.each(DIALECTS)('gives back the statements that were joined, whatever stands between them, in %s', (dialect) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(statement(dialect), gap(dialect)), { maxLength: 8 }), (parts) => {
        const sql = parts.map(([text, between]) => `${text};${between}`).join('');
        expect(texts(sql, dialect)).toEqual(parts.map(([text]) => text));
      }),
      { numRuns: RUNS },
    );
  });

  it.each(
    DIALECTS,
  )('takes any text without fault, loses nothing but what is no statement, and ends soon in %s', (dialect) => {
    fc.assert(
      fc.property(hostile, (sql) => {
        const gapsAreKnown = dialect !== 'mysql' || !/delimiter/i.test(sql);
        let statements: ReturnType<typeof splitStatements> = [];
        expect(processorTime(() => (statements = splitStatements(sql, dialect)))).toBeLessThan(1_000);
        let last = 0;
        for (const { text, start } of statements) {
          expect(sql.startsWith(text, start)).toBe(true);
          expect(text.trimStart()).toBe(text);
          expect(!gapsAreKnown || isGap(sql.slice(last, start), dialect)).toBe(true);
          last = start + text.length;
        }
        expect(!gapsAreKnown || isGap(sql.slice(last), dialect)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('splits five megabytes in time that grows with the length', () => {
    const time = (count: number) => {
      const sql = `insert into t values ('${'x'.repeat(40)}; it''s', 1, "a") -- end\n;`.repeat(count);
      return leastProcessorTime(2, () => expect(splitStatements(sql, 'postgres')).toHaveLength(count));
    };
    time(1_000);
    expect(time(64_000)).toBeLessThan(40 * Math.max(20, time(8_000)));
  });
});

/** Nothing but blanks, comments and semicolons. */
function isGap(text: string, dialect: SqlDialect): boolean {
  for (let at = 0; at < text.length; ) {
    const { kind, end } = tokenAt(text, at, dialect);
    if (kind !== 'space' && kind !== 'comment' && text.slice(at, end) !== ';') return false;
    at = end;
  }
  return true;
}

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...`' " \` ; $$ $a$ -- /* */ # [ ] \n \\ /*! DELIMITER begin end case create trigger function e' E'`.split(' '),
      ),
      fc.constantFrom(' ', '\n', '\t', 'delimiter //\n', 'begin atomic '),
      fc.string({ maxLength: 6, unit: 'binary' }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

/** Statements that are whole by the rules of their dialect. */
function statement(dialect: SqlDialect): fc.Arbitrary<string> {
  const word = fc.constantFrom('a', 'tbl', 'x1', 'where', '42', '(', ')', ',', '=');
  const inner = fc.string({ maxLength: 8 }).map((text) => text.replace(/['"`\]\\$*/]/g, ';'));
  const quoted = inner.map((text) => `'${text}'';'`);
  const special: Record<SqlDialect, fc.Arbitrary<string>> = {
    postgres: fc.oneof(
      inner.map((text) => `$q$${text};'$q$`),
      inner.map((text) => `E'\\'${text}'`),
      inner.map((text) => `/*/*;*/${text}*/`),
    ),
    mysql: fc.oneof(
      inner.map((text) => `"\\"${text};"`),
      inner.map((text) => `\`${text};\``),
      inner.map((text) => `'\\';${text}'`),
    ),
    sqlite: fc.oneof(
      inner.map((text) => `[${text};]`),
      inner.map((text) => `\`${text};\``),
    ),
  };
  const piece = fc.oneof(word, quoted, special[dialect]);
  return fc.array(piece, { maxLength: 6 }).map((pieces) => `select ${[...pieces, 'z'].join(' ')}`);
}

function gap(dialect: SqlDialect): fc.Arbitrary<string> {
  const either = ['', ' ', '\n', '-- a; b\n', '/* ; */', ';', ' ;\n'];
  return fc.constantFrom(...either, ...(dialect === 'mysql' ? ['# x;\n'] : []));
}
