import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { contextOf, targetOf } from '../context.ts';
import { dialects } from '../databases.ts';
import { addFiles, project } from '../project.ts';

for (const dialect of dialects) {
  const suffix = dialect.unavailable === undefined ? '' : ` (skipped: ${dialect.unavailable})`;
  describe.skipIf(dialect.unavailable !== undefined)(`raw engine on ${dialect.name}${suffix}`, () => {
    const scene = async (files: Readonly<Record<string, string>>) => {
      const database = await dialect.create();
      const root = await project(files);
      return { ...database, root, target: targetOf(root, database.url) };
    };
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

    it('says file and statement of an SQL error, and leaves nothing of the file, or says how far it came', async () => {
      const { target, sql } = await scene({
        '0001_five.sql': `create table one (id integer primary key);
          create table two (id integer);
          insert into one values (1), (1);
          create table four (id integer);
          create table five (id integer);`,
      });
      const failure = expect(engine.apply(target, {}, contextOf())).rejects;
      await failure.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringMatching(
          /^db\/0001_five\.sql, statement 3: the database refused it \([A-Z0-9_]+\): .*(?:UNIQUE|[Dd]uplicate)/,
        ),
      });
      const status = await engine.status(target, contextOf());
      if (dialect.transactional) {
        await expect(sql('select * from one')).rejects.toThrow();
        expect(status).toMatchObject({ applied: [], pending: [{ id: '0001_five' }] });
        expect(status.dirty).toBeUndefined();
      } else {
        await sql('select * from two');
        expect(status).toMatchObject({
          applied: [],
          dirty: { id: '0001_five', statements_done: 2, statements_total: 5 },
        });
      }
    });

    it('says the statement of a fault of grammar too', async () => {
      const { target } = await scene({
        '0001_a.sql': "create table a (note text); -- é 😀 ;\ninsert into a values ('😀😀');\nselekt 1;",
      });
      await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
        message: expect.stringMatching(/^db\/0001_a\.sql, statement 3: /),
      });
    });

    it('refuses to go on when an applied file was changed, but not for line ends or a BOM', async () => {
      const { root, target } = await scene({ '0001_a.sql': 'create table a (id integer);\n' });
      await engine.apply(target, {}, contextOf());
      await addFiles(root, {
        '0001_a.sql': '\ufeffcreate table a (id integer);\r\n',
        '0002_b.sql': 'create table b (id integer);',
      });
      expect(ids(await engine.apply(target, {}, contextOf()))).toEqual(['0002_b']);
      await addFiles(root, {
        '0001_a.sql': 'create table a (id bigint);\n',
        '0003_c.sql': 'create table c (id integer);',
      });
      await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
        code: 'MIGRATION_REFUSED',
        message: 'Database "main": db/0001_a.sql was changed after it had been applied',
      });
      expect((await engine.status(target, contextOf())).problems).toMatchObject([{ code: 'MIGRATION_REFUSED' }]);
    });

    it('refuses to go on when the file of an applied migration is gone', async () => {
      const { root, target, url } = await scene({ '0001_a.sql': 'create table a (id integer);' });
      await engine.apply(target, {}, contextOf());
      const elsewhere = targetOf(await project({ '0002_b.sql': 'create table b (id integer);' }), url);
      await expect(engine.apply(elsewhere, {}, contextOf())).rejects.toMatchObject({
        message: 'Database "main": db/0001_a was applied but its file is missing',
      });
      expect((await engine.status(targetOf(root, url), contextOf())).problems).toEqual([]);
    });

    it('applies a file below the newest one only when that is allowed', async () => {
      const { root, target } = await scene({ '0002_b.sql': 'create table b (id integer);' });
      await engine.apply(target, {}, contextOf());
      await addFiles(root, { '0001_a.sql': 'create table a (id integer);' });
      await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
        message: 'Database "main": db/0001_a.sql is not applied, but the later 0002_b is',
      });
      expect(ids(await engine.apply(target, { allowOutOfOrder: true }, contextOf()))).toEqual(['0001_a']);
    });

    it('refuses faulty files before it touches the database', async () => {
      const { target, sql } = await scene({ '0001_a.sql': 'create table a (id integer);', '0001_b.sql': 'select 1;' });
      await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
      await expect(sql('select * from a')).rejects.toThrow();
    });

    it('leaves pending what was not approved, and says so', async () => {
      const { target } = await scene({
        '0001_a.sql': 'create table a (id integer);',
        '0002_b.sql': 'create table b (id integer);',
      });
      const context = contextOf();
      expect(ids(await engine.apply(target, { only: ['0001_a'] }, context))).toEqual(['0001_a']);
      expect(context.lines).toContain('0002_b stays pending: it was not approved');
    });

    it('undoes migrations by their down files, newest first', async () => {
      const { target, sql } = await scene({
        '0001_a.sql': 'create table a (id integer);',
        '0001_a.down.sql': 'drop table a;',
        '0002_b.sql': 'create table b (id integer); insert into a values (1);',
        '0002_b.down.sql': 'delete from a; drop table b;',
        '0003_c.sql': 'create table c (id integer);',
      });
      await engine.apply(target, {}, contextOf());
      const revert = (list: readonly string[]) => engine.revert?.(target, list, contextOf());
      await expect(revert(['0002_b', '0003_c'])).rejects.toMatchObject({
        code: 'MIGRATION_REFUSED',
        message: '0003_c of database "main" cannot be undone: there is no db/0003_c.down.sql',
      });
      expect(await revert(['0001_a', '0002_b'])).toEqual(['0002_b', '0001_a']);
      await expect(sql('select * from a')).rejects.toThrow();
      expect(await engine.status(target, contextOf())).toMatchObject({
        applied: [{ id: '0003_c' }],
        pending: [{ id: '0001_a' }, { id: '0002_b' }],
      });
      await expect(revert(['0001_a'])).rejects.toMatchObject({
        message: '0001_a of database "main" cannot be undone: it is not applied',
      });
    });

    it('takes a person at their word: applied, rolled back', async () => {
      const { target, root } = await scene({ '0001_there.sql': 'create table missing_rights (id integer);' });
      const resolve = (as: 'applied' | 'rolled-back', id: string) => engine.resolve?.(target, { as, id }, contextOf());
      await resolve('applied', '0001_there');
      expect(await engine.status(target, contextOf())).toMatchObject({ applied: [{ id: '0001_there' }], pending: [] });
      await addFiles(root, { '0001_there.sql': 'create table missing_rights (id bigint);' });
      expect((await engine.status(target, contextOf())).problems).toHaveLength(1);
      await resolve('applied', '0001_there');
      expect((await engine.status(target, contextOf())).problems).toEqual([]);
      await resolve('rolled-back', '0001_there');
      expect(await engine.status(target, contextOf())).toMatchObject({ applied: [], pending: [{ id: '0001_there' }] });
      await expect(resolve('rolled-back', '0001_there')).rejects.toMatchObject({ code: 'MIGRATION_REFUSED' });
      await expect(resolve('applied', '0009_nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('goes on within a file without transaction from the statement that a person names', async () => {
      const { target, root, sql } = await scene({
        '0001_steps.sql':
          '-- deployer:no-transaction\ncreate table a (id integer);\ninsert into nowhere values (1);\ninsert into a values (3);',
      });
      await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
        message: expect.stringContaining('statement 2'),
      });
      const resolution = { as: 'continue-from', id: '0001_steps' } as const;
      await expect(engine.resolve?.(target, { ...resolution, from: 9 }, contextOf())).rejects.toMatchObject({
        message: expect.stringContaining('has statements 1 to 3, not 9'),
      });
      await addFiles(root, {
        '0001_steps.sql':
          '-- deployer:no-transaction\ncreate table a (id integer);\ninsert into a values (2);\ninsert into a values (3);',
      });
      await engine.resolve?.(target, { ...resolution, from: 2 }, contextOf());
      expect(ids(await engine.apply(target, {}, contextOf()))).toEqual(['0001_steps']);
      expect(await sql('select id from a order by id')).toEqual([{ id: 2 }, { id: 3 }]);
      await expect(engine.resolve?.(target, { ...resolution, from: 2 }, contextOf())).rejects.toMatchObject({
        code: 'MIGRATION_REFUSED',
      });
    });

    it('keeps the ledger right whatever settings a file leaves behind', async () => {
      const leftovers = {
        sqlite: 'pragma foreign_keys = on;',
        postgres: "select pg_catalog.set_config('search_path', '', false); set role leftover; set lock_timeout = 0;",
        mariadb: 'set autocommit = 0; set sql_mode = ansi_quotes; set foreign_key_checks = 0; use mysql;',
      }[dialect.name];
      const before =
        dialect.name === 'postgres'
          ? 'create role leftover; grant leftover to postgres; grant all on schema public to leftover;'
          : '';
      const { target, sql } = await scene({
        '0001_a.sql': `${before} create table a (id integer); ${leftovers}`,
        '0002_b.sql': 'create table b (id integer);',
      });
      await sql(dialect.name === 'postgres' ? 'drop role if exists leftover' : 'select 1');
      expect(ids(await engine.apply(target, {}, contextOf()))).toEqual(['0001_a', '0002_b']);
      expect(ids((await engine.status(target, contextOf())).applied)).toEqual(['0001_a', '0002_b']);
      await sql('select * from b');
    });

    it('takes names of any length, and files with nothing in them', async () => {
      const id = `0001_${'é'.repeat(100)}`;
      const { target } = await scene({ [`${id}.sql`]: '-- nothing yet\n', '0002_empty.sql': '' });
      expect(ids(await engine.apply(target, {}, contextOf()))).toEqual([id, '0002_empty']);
      expect((await engine.status(target, contextOf())).pending).toEqual([]);
    });
  });
}
