import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { contextOf, targetOf } from '../context.ts';
import { project } from '../project.ts';

const GOOD = { '0001_a.sql': 'create table a (id integer);' };

describe('raw engine on SQLite', () => {
  it('makes no file by looking, and takes an empty one for an empty database', async () => {
    const root = await project(GOOD);
    const target = targetOf(root, 'sqlite:data/app.db');
    expect(await engine.status(target, contextOf())).toMatchObject({ applied: [], pending: [{ id: '0001_a' }] });
    expect(existsSync(join(root, 'data'))).toBe(false);
    await mkdir(join(root, 'data'));
    await writeFile(join(root, 'data/app.db'), '');
    expect(await engine.status(target, contextOf())).toMatchObject({ applied: [], pending: [{ id: '0001_a' }] });
  });

  it('makes the folder of a new database, and leaves nothing but the database in it', async () => {
    const root = await project({ ...GOOD, '0002_wal.sql': '-- deployer:no-transaction\npragma journal_mode = wal;' });
    await engine.apply(targetOf(root, 'sqlite:data/app.db'), {}, contextOf());
    expect((await readdir(join(root, 'data'))).sort()).toEqual(['app.db', 'app.db.deployer-lock']);
  });

  it.each([
    ['sqlite:app.db'],
    ['sqlite:./app.db'],
    ['sqlite://app.db'],
    ['sqlite:app.db?mode=rw'],
    ['SQLITE:app.db'],
  ])('takes %s for a path inside the project', async (url) => {
    const root = await project(GOOD);
    await engine.apply(targetOf(root, url), {}, contextOf());
    expect(existsSync(join(root, 'app.db'))).toBe(true);
  });

  it.each([['sqlite:'], ['sqlite://']])('takes an absolute path behind %s', async (scheme) => {
    const root = await project(GOOD);
    await engine.apply(targetOf(root, `${scheme}${root}/app.db`), {}, contextOf());
    expect(existsSync(join(root, 'app.db'))).toBe(true);
  });

  it('tells a file that is no database', async () => {
    const root = await project(GOOD);
    await writeFile(join(root, 'app.db'), 'this is not a database, but long enough to be taken for one '.repeat(100));
    for (const call of ['apply', 'status'] as const) {
      const target = targetOf(root, 'sqlite:app.db');
      const outcome = call === 'apply' ? engine.apply(target, {}, contextOf()) : engine.status(target, contextOf());
      await expect(outcome).rejects.toMatchObject({
        code: 'PLATFORM_UNAVAILABLE',
        message: expect.stringContaining('SQLITE_NOTADB'),
      });
    }
  });

  it('keeps the rows that point to a table while that table is rebuilt', async () => {
    const root = await project({
      '0001_a.sql': `create table users (id integer primary key); create table notes (id integer, user_id integer references users (id) on delete cascade);
        insert into users values (1); insert into notes values (1, 1);`,
      '0002_rebuild.sql': `create table n (id integer primary key, name text); insert into n (id) select id from users;
        drop table users; alter table n rename to users;`,
    });
    await engine.apply(targetOf(root, 'sqlite:app.db'), {}, contextOf());
    expect(rows(root, 'select * from notes')).toEqual([{ id: 1, user_id: 1 }]);
  });

  it('refuses a file that leaves rows pointing to nothing', async () => {
    const root = await project({
      '0001_a.sql':
        'create table users (id integer primary key); create table notes (user_id integer references users (id)); insert into users values (1); insert into notes values (1);',
      '0002_bad.sql': 'delete from users where id = 1;',
    });
    await expect(engine.apply(targetOf(root, 'sqlite:app.db'), {}, contextOf())).rejects.toMatchObject({
      message: expect.stringContaining('FOREIGN KEY constraint failed'),
    });
    expect(rows(root, 'select id from users')).toEqual([{ id: 1 }]);
  });

  it('refuses files that would end the transaction they run in, unless they ask for none', async () => {
    const text = 'create table a (id integer); commit; begin; create table b (id integer);';
    const root = await project({ '0001_a.sql': text });
    const target = targetOf(root, 'sqlite:app.db');
    expect((await engine.status(target, contextOf())).problems).toMatchObject([
      {
        message: 'db/0001_a.sql controls transactions, but is run in one',
        fix: expect.stringContaining('Remove its COMMIT'),
      },
    ]);
    await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    await writeFile(
      join(root, 'db/0001_a.sql'),
      '-- deployer:no-transaction\nbegin; create table a (id integer); commit;',
    );
    expect(await engine.apply(target, {}, contextOf())).toHaveLength(1);
  });

  it('runs triggers and savepoints as they stand', async () => {
    const root = await project({
      '0001_a.sql': `create table a (id integer, n integer default 0); savepoint s; release s;
        create trigger t after insert on a begin update a set n = case when new.id > 1 then 2 else 1 end where id = new.id; end;
        insert into a (id) values (1), (5);`,
    });
    await engine.apply(targetOf(root, 'sqlite:app.db'), {}, contextOf());
    expect(rows(root, 'select * from a')).toEqual([
      { id: 1, n: 1 },
      { id: 5, n: 2 },
    ]);
  });

  it('keeps the event loop free while SQLite works', async () => {
    const root = await project({
      '0001_slow.sql':
        'create table a as with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000000) select count(*) as n from c;',
    });
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const started = performance.now();
    await engine.apply(targetOf(root, 'sqlite:app.db'), {}, contextOf());
    clearInterval(timer);
    expect(longest).toBeLessThan((performance.now() - started) / 2);
  });

  function rows(root: string, sql: string) {
    const database = new DatabaseSync(join(root, 'app.db'), { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }
});
