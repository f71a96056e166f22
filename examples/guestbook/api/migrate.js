// The release command: brings the database to what this version needs, each file once, in one transaction.
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const folder = new URL('migrations/', import.meta.url);
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('begin');
await client.query('create table if not exists migrations (name text primary key)');
// Others wait here until this one is done.
await client.query('lock table migrations in exclusive mode');
const { rows } = await client.query('select name from migrations');
const done = new Set(rows.map(({ name }) => name));
for (const name of (await readdir(folder)).sort().filter((name) => !done.has(name))) {
  console.log(`applying ${name}`);
  await client.query(await readFile(new URL(name, folder), 'utf8'));
  await client.query('insert into migrations (name) values ($1)', [name]);
}
await client.query('commit');
await client.end();
