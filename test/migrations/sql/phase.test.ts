import { describe, expect, it } from 'vitest';
import type { SqlDialect } from '../../../src/migrations/sql/lexer.ts';
import { assess } from '../../../src/migrations/sql/phase.ts';

const judged = (sql: string, dialect: SqlDialect = 'postgres') => assess(sql, dialect);

describe('assess', () => {
  it.each([
    'create table notes (id serial primary key, body text not null)',
    'alter table notes add column title text',
    'alter table notes add title text not null default $$$$',
    'ALTER TABLE notes ADD COLUMN n int GENERATED ALWAYS AS (1) STORED NOT NULL',
    'create index concurrently on notes (title)',
    'insert into notes (body) values ($$drop table notes$$)',
    "insert into notes values ('; drop table notes; --')",
    'alter table notes alter column title drop not null, alter column title set default 1',
    'alter table notes validate constraint c',
    'update notes set title = 1 where title is null',
    'delete from notes where id = 1',
    '-- drop table notes\ncreate view v as select 1',
    "alter type mood add value 'sad'",
    'alter table notes add column owner int references users (id)',
  ])('takes for expand without risk: %s', (sql) => {
    expect(judged(sql)).toEqual({ phase: 'expand', risks: [] });
  });

  it.each([
    ['drop table notes', 'DROP TABLE NOTES'],
    ['alter table notes drop column title', 'ALTER TABLE NOTES DROP COLUMN TITLE'],
    ['alter table notes rename title to name', 'ALTER TABLE NOTES RENAME TITLE TO NAME'],
    ['alter table notes rename to remarks', 'ALTER TABLE NOTES RENAME TO REMARKS'],
    ['alter table notes alter title type varchar(10)', 'ALTER TABLE NOTES ALTER TITLE TYPE VARCHAR(10)'],
    ['alter table "my notes" alter column "T" set not null', 'ALTER TABLE "my notes" ALTER COLUMN "T" SET NOT NULL'],
    ['alter table notes add column n int not null', 'ALTER TABLE NOTES ADD COLUMN N INT NOT NULL without DEFAULT'],
    [
      'alter table notes add constraint c check (id > 0)',
      'ALTER TABLE NOTES ADD CONSTRAINT C CHECK (ID > 0) without NOT VALID',
    ],
    [
      'alter table notes add constraint c check (id > 0) not valid',
      'ALTER TABLE NOTES ADD CONSTRAINT C CHECK (ID > 0) NOT VALID',
    ],
    ['create unique index concurrently i on notes (id)', 'CREATE UNIQUE INDEX CONCURRENTLY I ON NOTES (ID)'],
    ['truncate notes', 'TRUNCATE NOTES'],
    ['delete from notes', 'DELETE FROM NOTES without WHERE'],
    ['revoke select on notes from app', 'REVOKE SELECT ON NOTES FROM APP'],
    ['do $$ begin drop table notes; end $$', "DO '': runs code that is not looked into"],
    ['alter table notes enable row level security', 'ALTER TABLE NOTES ENABLE ROW LEVEL SECURITY'],
  ])('takes for contract: %s', (sql, risk) => {
    expect(judged(sql)).toEqual({ phase: 'contract', risks: [risk] });
  });

  it('warns of an index that locks its table and of an update of every row, but both only add', () => {
    expect(judged('create index i on notes (id); update notes set n = 0')).toEqual({
      phase: 'expand',
      risks: ['CREATE INDEX I ON NOTES (ID) without CONCURRENTLY', 'UPDATE NOTES SET N = 0 without WHERE'],
    });
  });

  it('lets a script do as it likes with tables it creates itself', () => {
    const sql = `create table if not exists public."Users" (id int); create unique index on public."Users" (id);
      alter table only public."Users" add constraint pk primary key (id); update "Users" set id = 1; delete from "Users"`;
    expect(judged(sql)).toEqual({ phase: 'expand', risks: [] });
  });

  it('sees the drop in the rebuild of an SQLite table', () => {
    const sql =
      'create table n (id int); insert into n select * from notes; drop table notes; alter table n rename to notes';
    expect(judged(sql, 'sqlite')).toEqual({ phase: 'contract', risks: ['DROP TABLE NOTES'] });
  });

  it('looks into comments that MySQL runs, and knows MODIFY and CHANGE', () => {
    expect(judged('/*!40000 drop table notes */', 'mysql').phase).toBe('contract');
    expect(judged('alter table `notes` add column a int, modify b bigint', 'mysql')).toEqual({
      phase: 'contract',
      risks: ['ALTER TABLE `notes` MODIFY B BIGINT'],
    });
    expect(judged('alter table `notes` change b c int', 'mysql').phase).toBe('contract');
    expect(judged('alter table notes add index (a)', 'mysql').phase).toBe('expand');
  });

  it('shows no data in what it warns of, and keeps it short', () => {
    const [risk = ''] = judged(`update users set password = 'S3CRET-value', note = '${'x'.repeat(9_000)}'`).risks;
    expect(risk).not.toContain('S3CRET');
    expect(risk.length).toBeLessThanOrEqual(110);
  });
});
