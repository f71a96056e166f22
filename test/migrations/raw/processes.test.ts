import { beforeAll, describe, expect, it } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { whenBusy } from '../../support/busy-machine.ts';
import { contextOf, targetOf } from '../context.ts';
import { dialects } from '../databases.ts';
import { project } from '../project.ts';
import { until } from '../until.ts';
import { bundleMigrator } from './migrate-process.ts';

let migrate: Awaited<ReturnType<typeof bundleMigrator>>;
beforeAll(async () => {
  migrate = await bundleMigrator();
});

for (const dialect of dialects) {
  const suffix = dialect.unavailable === undefined ? '' : ` (skipped: ${dialect.unavailable})`;
  describe.skipIf(dialect.unavailable !== undefined)(`processes on ${dialect.name}${suffix}`, () => {
    it('applies each file once when four processes migrate an empty database at once', async () => {
      const database = await dialect.create();
      const root = await project({
        '0001_counter.sql': 'create table counter (value integer); insert into counter values (100);',
        '0002_slow.sql': `create table pace (seconds integer); insert into pace values (1); ${dialect.slow};`,
        '0003_count.sql': 'update counter set value = value + 1;',
      });
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => migrate(root, database.url).outcome));
      expect(outcomes.map(({ code, failed }) => ({ code, failed }))).toEqual(
        Array(4).fill({ code: 0, failed: undefined }),
      );
      expect(outcomes.flatMap(({ applied }) => applied).sort()).toEqual(['0001_counter', '0002_slow', '0003_count']);
      expect(await database.sql('select value from counter')).toEqual([{ value: 101 }]);
    });

    it(`${dialect.transactional ? 'resumes' : 'tells file and statement'} after a kill in a slow statement`, async () => {
      const database = await dialect.create();
      const root = await project({
        '0001_pace.sql': `create table pace (seconds integer); insert into pace values (${dialect.transactional ? 60 : 2});`,
        '0002_slow.sql': `create table made (id integer); ${dialect.slow}; insert into made values (7);`,
      });
      const { child, outcome } = migrate(root, database.url);
      await until(async () => (await isApplied(database, '0001_pace')) && (await dialect.isSlow(database)));
      child.kill('SIGKILL');
      await outcome;
      if (dialect.transactional) await resumes(database, root);
      else await isDirty(database, root);
    });
  });

  async function resumes(database: Awaited<ReturnType<typeof dialect.create>>, root: string) {
    const killed = performance.now();
    await until(async () => !(await dialect.isSlow(database)));
    expect(performance.now() - killed).toBeLessThan(whenBusy(2_000));
    await database.sql('update pace set seconds = 0');
    const applied = await engine.apply(targetOf(root, database.url), {}, contextOf());
    expect(applied.map(({ id }) => id)).toEqual(['0002_slow']);
    expect(await database.sql('select id from made')).toEqual([{ id: 7 }]);
  }

  async function isDirty(database: Awaited<ReturnType<typeof dialect.create>>, root: string) {
    const target = targetOf(root, database.url);
    const dirty = { id: '0002_slow', statements_done: 1, statements_total: 3 };
    // As long as the server runs the statement of the dead client, the migration is under way.
    await until(async () => (await engine.status(target, contextOf())).dirty !== undefined);
    expect(await engine.status(target, contextOf())).toMatchObject({
      dirty,
      applied: [{ id: '0001_pace' }],
      pending: [],
    });
    await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
      code: 'MIGRATION_REFUSED',
      message: expect.stringContaining(
        'db/0002_slow.sql of database "main" is half applied: 1 of 3 statements are through, statement 2',
      ),
    });
    await engine.resolve?.(target, { as: 'continue-from', id: '0002_slow', from: 3 }, contextOf());
    expect(await engine.status(target, contextOf())).toMatchObject({ pending: [{ id: '0002_slow' }], problems: [] });
    expect((await engine.apply(target, {}, contextOf())).map(({ id }) => id)).toEqual(['0002_slow']);
    expect(await database.sql('select id from made')).toEqual([{ id: 7 }]);
  }
}

async function isApplied({ sql }: { sql(text: string): Promise<readonly unknown[]> }, id: string): Promise<boolean> {
  return await sql(`select 1 from deployer_migrations where id = '${id}'`).then(
    (rows) => rows.length > 0,
    () => false,
  );
}
