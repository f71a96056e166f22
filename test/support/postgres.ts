import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { installed, type ServerProgram, sharedServer, unavailable } from './database-server.ts';

const PASSWORD = 'pg-S3cret/pass word';
const VERSIONS = '/usr/lib/postgresql';

const program: ServerProgram = {
  name: 'postgres',
  packages: ['postgresql'],
  users: ['postgres', 'nobody'],
  find() {
    const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
    return versions.map((version) => join(VERSIONS, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
  },
  async create(bin, folder, run) {
    const password = join(folder, 'password');
    await writeFile(password, PASSWORD, { mode: 0o644 });
    const user = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${password}`];
    run([join(bin, 'initdb'), '-D', join(folder, 'data'), ...user, '--no-sync', '--locale=C', '-E', 'UTF8']);
  },
  start: (bin, folder, port) => [
    join(bin, 'postgres'),
    ...['-D', join(folder, 'data'), '-p', String(port), '-k', folder],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'shared_buffers=32MB'],
  ],
  answers: async (port) => void (await sql(port, 'postgres', 'select 1')),
};

export const postgresUnavailable = unavailable(program);

/** Folder of the server's programs. */
export function postgresPrograms(): Promise<string> {
  return installed(program);
}

/** A new empty database on the test run's server. */
export async function postgresDatabase(): Promise<{
  readonly url: string;
  readonly port: number;
  readonly name: string;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}> {
  const port = await sharedServer(program, inject('servers'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await sql(port, 'postgres', `create database ${name}`);
  return { url: urlOf(port, name), port, name, sql: (text) => sql(port, name, text) };
}

function urlOf(port: number, name: string): string {
  return `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`;
}

async function sql(port: number, name: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: urlOf(port, name) });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
