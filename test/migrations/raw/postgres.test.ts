import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { postgresDatabase, postgresUnavailable } from '../../support/postgres.ts';
import { contextOf, targetOf } from '../context.ts';
import { project } from '../project.ts';
import { until } from '../until.ts';

const LONG = process.env['DEPLOYER_LONG'] !== undefined;
const suffix = postgresUnavailable === undefined ? '' : ` (skipped: ${postgresUnavailable})`;

describe.skipIf(postgresUnavailable !== undefined)(`raw engine on PostgreSQL${suffix}`, () => {
  it('builds an index concurrently while a second migrator waits', async () => {
    const { url, sql } = await postgresDatabase();
    const root = await project({
      '0001_t.sql': 'create table t (id integer); insert into t select generate_series(1, 1000);',
      '0002_i.sql': '-- deployer:no-transaction\ncreate index concurrently i on t (id);',
    });
    const target = targetOf(root, url);
    await engine.apply(target, { only: ['0001_t'] }, contextOf());
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('begin; lock table t in row exclusive mode');
    const both = [engine.apply(target, {}, contextOf()), engine.apply(target, {}, contextOf())];
    await until(
      async () =>
        (await sql("select 1 from pg_stat_activity where query like 'create index%' and wait_event_type = 'Lock'"))
          .length > 0,
    );
    await until(
      async () =>
        (
          await sql(
            "select 1 from pg_stat_activity where query like '%pg_try_advisory_lock%' and datname = current_database()",
          )
        ).length > 0,
    );
    await other.query('commit');
    await other.end();
    expect((await Promise.all(both)).flat().map(({ id }) => id)).toEqual(['0002_i']);
    expect(await sql("select indisvalid from pg_index where indexrelid = 'i'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });

  it('gives up on a table lock soon, so that readers do not queue up behind it', async () => {
    const { url, sql } = await postgresDatabase();
    await sql('create table t (id integer)');
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('begin; select * from t');
    const target = targetOf(await project({ '0001_a.sql': 'alter table t add column n integer;' }), url);
    await expect(engine.apply(target, {}, contextOf())).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: 'db/0001_a.sql: somebody else kept a lock for too long (55P03)',
    });
    await other.end();
  });

  it('refuses a pooler, unless the URL says that it keeps sessions', async () => {
    const { url, port } = await postgresDatabase();
    const pooler = await poolerTo(port);
    const pooled = url.replace(`:${port}/`, `:${pooler.port}/`);
    const root = await project({ '0001_a.sql': 'create table a (id integer);' });
    expect((await engine.status(targetOf(root, pooled), contextOf())).pending).toHaveLength(1);
    await expect(engine.apply(targetOf(root, pooled), {}, contextOf())).rejects.toMatchObject({
      code: 'MIGRATION_REFUSED',
      message: 'The database URL leads to a connection pooler, through which no lock can be held',
    });
    expect(await engine.apply(targetOf(root, `${pooled}?pooler=session`), {}, contextOf())).toHaveLength(1);
    pooler.close();
  });

  it('keeps schemas of one database apart', async () => {
    const { url, sql } = await postgresDatabase();
    await sql('create schema other');
    const root = await project({ '0001_a.sql': 'create table a (id integer);' });
    await engine.apply(targetOf(root, url), {}, contextOf());
    const other = targetOf(root, `${url}?options=${encodeURIComponent('-c search_path=other')}`);
    expect(await engine.apply(other, {}, contextOf())).toHaveLength(1);
    expect(
      await sql("select table_schema as s from information_schema.tables where table_name = 'a' order by 1"),
    ).toEqual([{ s: 'other' }, { s: 'public' }]);
  });

  it(`applies 300 files and one of five megabytes in time that grows with them${LONG ? '' : ' (a tenth of it; all in the long set)'}`, async () => {
    const { url } = await postgresDatabase();
    const many = LONG ? 300 : 30;
    const large = `create table big (t text);\n${`insert into big values ('${'x'.repeat(900)}; it''s');\n`.repeat(LONG ? 5_600 : 560)}`;
    const small = Array.from({ length: many }, (_, index) => {
      const number = String(index + 1).padStart(4, '0');
      return [`${number}_${'long-name-'.repeat(20)}.sql`, `create table t${number} (id integer);`];
    });
    const root = await project({ ...Object.fromEntries(small), '9999_big.sql': large });
    const started = performance.now();
    expect(await engine.apply(targetOf(root, url), {}, contextOf({ timeout: 60_000 }))).toHaveLength(many + 1);
    expect((await engine.status(targetOf(root, url), contextOf())).pending).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

/** Like PgBouncer it tells clients a process id of its own. */
async function poolerTo(port: number): Promise<{ readonly port: number; close(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    sockets.push(client, upstream);
    client.pipe(upstream);
    upstream.on('data', (chunk) => void client.write(disguised(chunk)));
    for (const socket of [client, upstream]) {
      socket.on('error', () => {});
      socket.on('close', () => void [client, upstream].map((end) => end.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: address.port, close };
}

/** BackendKeyData: `K`, length 12, process id, secret key. */
function disguised(chunk: Buffer): Buffer {
  const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at !== -1) chunk.writeInt32BE(99_999_999, at + 5);
  return chunk;
}
