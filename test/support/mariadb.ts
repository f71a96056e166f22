import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { type ServerProgram, sharedServer, unavailable } from './database-server.ts';

const PASSWORD = 'maria-S3cret/pass word';

const program: ServerProgram = {
  name: 'mariadb',
  packages: ['mariadb-server'],
  users: ['mysql', 'nobody'],
  find: () => (existsSync('/usr/sbin/mariadbd') ? '/usr' : undefined),
  async create(bin, folder, run) {
    const data = `--datadir=${join(folder, 'data')}`;
    run([
      join(bin, 'bin/mariadb-install-db'),
      '--no-defaults',
      data,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]);
  },
  start: (bin, folder, port) => [
    join(bin, 'sbin/mariadbd'),
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    ...['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--skip-log-bin'],
  ],
  answers: async (port) => void (await sql(port, 'mysql', 'select 1').catch(() => setPassword(port))),
};

export const mariadbUnavailable = unavailable(program);

/** A new empty database on the test run's server. */
export async function mariadbDatabase(): Promise<{
  readonly url: string;
  readonly port: number;
  readonly name: string;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}> {
  const port = await sharedServer(program, inject('servers'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await sql(port, 'mysql', `create database ${name} character set utf8mb4`);
  const url = `mysql://root:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`;
  return { url, port, name, sql: (text) => sql(port, name, text) };
}

async function setPassword(port: number): Promise<void> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await connection.query(`alter user root@localhost identified by '${PASSWORD}'`);
  await connection.query(`grant all on *.* to root@'127.0.0.1' identified by '${PASSWORD}' with grant option`);
  await connection.end();
}

async function sql(port: number, database: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', password: PASSWORD, database });
  try {
    const [rows] = await connection.query(text);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}
