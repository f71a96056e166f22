import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../../src/core/errors.ts';
import type { MigrationTarget } from '../../../src/core/migration.ts';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { freePort } from '../../support/database-server.ts';
import { contextOf, targetOf } from '../context.ts';
import { dialects, type TestDatabase } from '../databases.ts';
import { project } from '../project.ts';
import { until } from '../until.ts';

const GOOD = { '0001_a.sql': 'create table a (id integer);' };

for (const dialect of dialects) {
  const suffix = dialect.unavailable === undefined ? '' : ` (skipped: ${dialect.unavailable})`;
  const slowFiles = {
    '0001_pace.sql': 'create table pace (seconds integer); insert into pace values (60);',
    '0002_slow.sql': `create table made (id integer); ${dialect.slow};`,
  };

  describe.skipIf(dialect.unavailable !== undefined)(`raw engine in trouble on ${dialect.name}${suffix}`, () => {
    /** An apply that is in its slow statement. */
    async function underWay(database: TestDatabase) {
      const target = targetOf(await project(slowFiles), database.url);
      const stop = new AbortController();
      const outcome = engine.apply(target, {}, contextOf({ signal: stop.signal, timeout: 60_000 })).then(
        () => undefined,
        (error: unknown) => error,
      );
      await until(
        async () => (await engine.status(target, contextOf())).applied.length === 1 && (await dialect.isSlow(database)),
      );
      return { target, stop, outcome };
    }

    it('waits for the lock of another session only as long as it may, and says who holds it', async () => {
      const { target, stop, outcome } = await underWay(await dialect.create());
      const started = performance.now();
      await expect(engine.apply(target, {}, contextOf({ timeout: 2_000 }))).rejects.toMatchObject({
        code: 'STATE_LOCKED',
        message: expect.stringMatching(/^The migration lock is held by (?:the session with .* \d+|another process)/),
      });
      expect(performance.now() - started).toBeLessThan(10_000);
      stop.abort();
      await outcome;
    });

    it('ends the running statement when it is cancelled, and frees the lock', async () => {
      const database = await dialect.create();
      const { target, stop, outcome } = await underWay(database);
      const started = performance.now();
      stop.abort();
      expect(await outcome).toMatchObject({
        code: 'INTERRUPTED',
        failure: { detail: [expect.stringContaining('db/0002_slow.sql')] },
      });
      expect(performance.now() - started).toBeLessThan(5_000);
      await until(async () => !(await dialect.isSlow(database)));
      const status = await engine.status(target, contextOf());
      expect(status.applied).toHaveLength(1);
      expect(status.dirty === undefined).toBe(dialect.transactional);
    });

    it('ends the running statement when the time is over', async () => {
      const database = await dialect.create();
      const target = targetOf(await project(slowFiles), database.url);
      await expect(engine.apply(target, {}, contextOf({ timeout: 1_500 }))).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: 'Work on database "main" took longer than 1.5s and was cancelled',
      });
      await until(async () => !(await dialect.isSlow(database)));
    });

    it('reads the status while another session migrates', async () => {
      const { target, stop, outcome } = await underWay(await dialect.create());
      // What is under way is not half done: a plan that is made meanwhile must not be refused for it.
      const status = await engine.status(target, contextOf({ timeout: 5_000 }));
      expect(status).toMatchObject({ applied: [{ id: '0001_pace' }], pending: [{ id: '0002_slow' }], problems: [] });
      expect(status.dirty).toBeUndefined();
      stop.abort();
      await outcome;
    });
  });
}

describe.skipIf(dialects.some(({ unavailable }) => unavailable !== undefined))('servers that refuse', () => {
  const servers = dialects.filter(({ name }) => name !== 'sqlite');

  it.each(servers)('tells a wrong password on $name', async ({ create }) => {
    const { url } = await create();
    const wrong = url.replace(/:[^:@]+@/, ':wr0ng-S3cret@');
    await expectFailure(wrong, 'AUTH_FAILED', 'database "main" refused the credentials');
  });

  it.each(servers)('tells a database that is not there on $name', async ({ create }) => {
    const { url } = await create();
    await expectFailure(url.replace(/[^/]+$/, 'nowhere'), 'PLATFORM_UNAVAILABLE', 'cannot be reached');
  });

  it.each(servers)('tells a server that does not answer on $name', async ({ create }) => {
    const { url } = await create();
    await expectFailure(url.replace(/:\d+\//, `:${await freePort()}/`), 'PLATFORM_UNAVAILABLE', 'ECONNREFUSED');
  });

  it('tells a read-only server on postgres', async () => {
    const { url, sql } = await created('postgres');
    const name = await user(sql);
    await sql(
      `create role ${name} login password 'reader-S3cret'; alter role ${name} set default_transaction_read_only = on`,
    );
    await expectFailure(as(url, name), 'INSUFFICIENT_PERMISSIONS', 'is read-only');
  });

  it('tells a read-only server on mariadb', async () => {
    const { url, sql } = await created('mariadb');
    const name = await user(sql);
    await sql(`create user ${name}@'127.0.0.1' identified by 'reader-S3cret'`);
    await sql(`grant all on \`${new URL(url).pathname.slice(1)}\`.* to ${name}@'127.0.0.1'`);
    await sql('set global read_only = 1');
    try {
      await expectFailure(as(url, name), 'INSUFFICIENT_PERMISSIONS', 'is read-only');
    } finally {
      await sql('set global read_only = 0');
    }
  });

  it.each(servers)('tells a role without rights on $name', async ({ name: dialect }) => {
    const { url, sql } = await created(dialect);
    const name = await user(sql);
    if (dialect === 'postgres') await sql(`create role ${name} login password 'reader-S3cret'`);
    else {
      await sql(`create user ${name}@'127.0.0.1' identified by 'reader-S3cret'`);
      await sql(`grant select on \`${new URL(url).pathname.slice(1)}\`.* to ${name}@'127.0.0.1'`);
    }
    await expectFailure(as(url, name), 'INSUFFICIENT_PERMISSIONS', 'denied a right');
  });

  it.each(servers)('tells a server that goes away in the middle on $name', async (dialect) => {
    const database = await dialect.create();
    const target = targetOf(
      await project({
        '0001_a.sql': `create table pace (seconds integer); insert into pace values (60); ${dialect.slow};`,
      }),
      database.url,
    );
    const outcome = engine.apply(target, {}, contextOf()).catch((error: unknown) => error);
    const find =
      dialect.name === 'postgres'
        ? "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
        : "select id as pid from information_schema.processlist where db = database() and state = 'User sleep'";
    await until(async () => (await database.sql(find)).length > 0);
    const pid = (await database.sql(find))[0]?.['pid'];
    await database.sql(dialect.name === 'postgres' ? `select pg_terminate_backend(${pid})` : `kill ${pid}`);
    expect(await outcome).toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: expect.stringContaining('db/0001_a.sql'),
    });
    const status = await engine.status(target, contextOf());
    if (dialect.transactional) expect(status).toMatchObject({ applied: [], pending: [{ id: '0001_a' }] });
    else expect(status).toMatchObject({ dirty: { statements_done: 2, statements_total: 3 } });
  });

  it('strips the password from what the database says', async () => {
    const { url } = await created('postgres');
    const password = decodeURIComponent(new URL(url).password);
    const target = targetOf(
      await project({ '0001_a.sql': `do $$ begin raise exception 'oops ${password}'; end $$;` }),
      url,
    );
    const error = await engine.apply(target, {}, contextOf()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('oops [secret]') });
    expectNoSecret(error, target);
  });

  async function created(name: string): Promise<TestDatabase> {
    const dialect = dialects.find((one) => one.name === name);
    if (dialect === undefined) throw new Error(name);
    return await dialect.create();
  }

  async function user(sql: TestDatabase['sql']): Promise<string> {
    const [row] = await sql("select concat('reader_', floor(random() * 1000000000)) as name").catch(() =>
      sql("select concat('reader_', floor(rand() * 1000000000)) as name"),
    );
    return String(row?.['name']);
  }

  function as(url: string, name: string): string {
    return url.replace(/\/\/[^@]+@/, `//${name}:reader-S3cret@`);
  }

  async function expectFailure(url: string, code: string, text: string): Promise<void> {
    const target = targetOf(await project(GOOD), url);
    const error = await engine.apply(target, {}, contextOf()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expectNoSecret(error, target);
  }

  function expectNoSecret(error: unknown, target: MigrationTarget): void {
    const url = target.url.reveal();
    const shown = inspect([error, (error as DeployerError).failure], { depth: 9 });
    for (const part of [url, new URL(url).password, decodeURIComponent(new URL(url).password)])
      expect(shown).not.toContain(part);
  }
});

describe('URLs', () => {
  it.each([
    ['sqlite::memory:', 'names no file'],
    ['sqlite:?mode=memory', 'names no file'],
    ['postgres://user:pa ss@ho st/db', 'is not a valid URL'],
    ['mysql://user:S3cret@localhost', 'names no database'],
    ['mongodb://localhost/db', 'is not the URL of a database that can be migrated here'],
    ['S3cret-without-scheme', 'is not the URL of a database that can be migrated here'],
  ])('refuses %s without showing it', async (url, text) => {
    const target = targetOf(await project(GOOD), url);
    for (const call of [engine.apply(target, {}, contextOf()), engine.status(target, contextOf())]) {
      const error = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DeployerError);
      expect(error).toMatchObject({ code: 'INVALID_ENV', message: expect.stringContaining(text) });
      expect(inspect(error)).not.toContain(url);
    }
  });
});
