import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Executables that keep a list of what they applied and speak as the real tools do: knex 3, dbmate 2.36 and drizzle-kit
// 0.31 as recorded from runs of them, prisma 7 after its source. A migration with the word BAD in it fails.
const COMMON = `#!/usr/bin/env node
const fs = require('node:fs');
const args = process.argv.slice(2);
const has = (word) => args.some((arg) => arg === word);
const applied = () => (fs.existsSync('applied') ? fs.readFileSync('applied', 'utf8').split('\\n').filter(Boolean) : []);
const record = (id) => fs.appendFileSync('applied', id + '\\n');
const isBad = (file) => fs.readFileSync('db/' + file, 'utf8').includes('BAD');
const say = (...lines) => process.stdout.write(lines.join('\\n') + '\\n');
const end = (code, ...lines) => { process.stderr.write(lines.join('\\n') + '\\n'); process.exit(code); };
if (!/^[a-z]+:/.test(process.env.DATABASE_URL ?? '')) end(9, 'no DATABASE_URL');
`;

const BODIES = {
  prisma: `
const names = fs.readdirSync('db').filter((name) => fs.statSync('db/' + name).isDirectory()).sort();
const open = names.filter((name) => !applied().includes(name));
say('Prisma schema loaded from prisma/schema.prisma', 'Datasource "db": SQLite database', '', names.length + ' migrations found in prisma/migrations');
if (has('status')) {
  if (open.length === 0) { say('', 'Database schema is up to date!'); process.exit(0); }
  say('Following migration' + (open.length > 1 ? 's' : '') + ' have not yet been applied:', ...open, '', 'To apply migrations in development run prisma migrate dev.', 'To apply migrations in production run prisma migrate deploy.');
  process.exit(1);
}
for (const name of open) {
  say('Applying migration \`' + name + '\`');
  if (isBad(name + '/migration.sql')) end(1, 'Error: P3018', '', 'A migration failed to apply. New migrations cannot be applied before the error is recovered from.', '', 'Migration name: ' + name, '', 'Database error code: 42P01');
  record(name);
}
say('All migrations have been successfully applied.');`,
  knex: `
const names = fs.readdirSync('db').sort();
const open = names.filter((name) => !applied().includes(name));
const list = (kind, found) => (found.length === 0 ? ['No ' + kind + ' Migration files Found.'] : ['Found ' + found.length + ' ' + kind + ' Migration file/files.', ...found]);
if (has('migrate:list')) { say(...list('Completed', applied()), ...list('Pending', open)); process.exit(0); }
for (const name of open) {
  if (isBad(name)) { say('migration file "' + name + '" failed', 'migration failed with error: select * from nope'); end(1, 'error: select * from nope'); }
  record(name);
}
say(open.length === 0 ? 'Already up to date' : 'Batch 1 run: ' + open.length + ' migrations');`,
  dbmate: `
const names = fs.readdirSync('db').sort();
const open = names.filter((name) => !applied().includes(name));
if (has('status')) {
  say(...names.map((name) => (open.includes(name) ? '[ ] ' : '[X] ') + name), '', 'Applied: ' + (names.length - open.length), 'Pending: ' + open.length);
  process.exit(open.length === 0 ? 0 : 1);
}
for (const name of open) {
  say('Applying: ' + name, 'Applied: ' + name + ' in 354µs');
  if (isBad(name)) end(2, 'Error: line: 2, column: 15, position: 29: pq: relation "nope" does not exist at position 2:15 (42P01)');
  record(name);
}`,
  'drizzle-kit': `
const { DatabaseSync } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@photostructure/sqlite'))});
const database = new DatabaseSync(process.env.DATABASE_URL.replace('sqlite:', ''), { timeout: 100 });
database.exec('create table if not exists __drizzle_migrations (id integer primary key, hash text, created_at numeric)');
const last = () => database.prepare('select max(created_at) as last from __drizzle_migrations').get().last ?? 0;
say("No config path provided, using default 'drizzle.config.ts'", "Reading config file 'drizzle.config.ts'");
for (const { tag, when } of JSON.parse(fs.readFileSync('db/meta/_journal.json', 'utf8')).entries) {
  if (when <= last()) continue;
  if (isBad(tag + '.sql')) end(1, '[⣷] applying migrations...', 'error in ' + tag);
  database.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('x', when);
  record(tag);
}
say('[✓] migrations applied successfully!');`,
  migrator: `
const names = fs.readdirSync('db').sort();
const open = names.filter((name) => !applied().includes(name));
if (has('pending')) { say(JSON.stringify(open)); process.exit(0); }
for (const name of open) {
  if (isBad(name)) end(1, name + ' failed');
  record(name);
}`,
} as const;

export type FakeTool = keyof typeof BODIES;

/** Puts the executable where the project's dependencies have theirs. */
export async function installFake(root: string, tool: FakeTool, body: string = BODIES[tool]): Promise<void> {
  const folder = join(root, 'node_modules/.bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, tool), COMMON + body);
  await chmod(join(folder, tool), 0o755);
}

/** A fake that always says the same. */
export function recording({
  stdout = '',
  stderr = '',
  exit = 0,
}: {
  stdout?: string;
  stderr?: string;
  exit?: number;
}): string {
  return `process.stdout.write(${JSON.stringify(stdout)}); process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = ${exit};`;
}
