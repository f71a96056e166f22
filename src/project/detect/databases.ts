import type { DatabaseDraft } from '../../core/draft.ts';
import { isVariableName } from '../../core/name.ts';
import { type Folder, firstFile, openFolder, readText } from './folder.ts';

const DEFAULT_ENV = 'DATABASE_URL';
const DRIZZLE_CONFIGS = ['ts', 'js', 'mjs', 'json'].map((ending) => `drizzle.config.${ending}`);
const KNEX_FILES = ['js', 'ts', 'cjs', 'mjs'].map((ending) => `knexfile.${ending}`);
const SQL_FOLDERS = ['db/migrations', 'database/migrations', 'migrations'];

/** A database without its name. `path` is where the migrations lie, root-relative. */
export type DatabaseFacts = Omit<DatabaseDraft, 'name'>;

/** The database whose migrations lie in a folder, told by the tool that keeps them; tools before plain SQL files. */
export function detectDatabase(root: string, folder: Folder): DatabaseFacts | undefined {
  return detectPrisma(folder) ?? detectDrizzle(folder) ?? detectKnex(folder) ?? detectSql(root, folder);
}

function detectPrisma(folder: Folder): DatabaseFacts | undefined {
  if (!folder.folders.has('prisma')) return undefined;
  const schema = readText(folder, 'prisma/schema.prisma');
  if (schema === '') return undefined;
  const named = /^[ \t]*url\s*=\s*env\(\s*"(\w+)"\s*\)/m.exec(schema)?.[1];
  return { engine: 'prisma', path: inside(folder, 'prisma/migrations'), connection_env: variable(named) };
}

function detectDrizzle(folder: Folder): DatabaseFacts | undefined {
  const config = firstFile(folder, DRIZZLE_CONFIGS);
  if (!config) return undefined;
  const text = readText(folder, config);
  const out = /["']?\bout["']?\s*:\s*["'](?:\.\/)?([\w./-]+)["']/.exec(text)?.[1];
  return {
    engine: 'drizzle',
    path: inside(folder, plain(out) ?? 'drizzle'),
    connection_env: variable(mentioned(text)),
  };
}

function detectKnex(folder: Folder): DatabaseFacts | undefined {
  const config = firstFile(folder, KNEX_FILES);
  if (!config) return undefined;
  const text = readText(folder, config);
  const directory = /\bdirectory\s*:\s*["'](?:\.\/)?([\w./-]+)["']/.exec(text)?.[1];
  return {
    engine: 'knex',
    path: inside(folder, plain(directory) ?? 'migrations'),
    connection_env: variable(mentioned(text)),
  };
}

/** dbmate's files say `-- migrate:up`; the rest is for the built-in engine. */
function detectSql(root: string, folder: Folder): DatabaseFacts | undefined {
  for (const path of SQL_FOLDERS) {
    if (!folder.folders.has(path.split('/')[0] ?? '')) continue;
    const migrations = openFolder(root, inside(folder, path));
    const first = [...migrations.files].sort().find((file) => file.endsWith('.sql'));
    if (!first) continue;
    const engine = /^--\s*migrate:up\b/m.test(readText(migrations, first)) ? 'dbmate' : 'raw';
    return { engine, path: migrations.path, connection_env: DEFAULT_ENV };
  }
  return undefined;
}

function inside(folder: Folder, path: string): string {
  return folder.path === '.' ? path : `${folder.path}/${path}`;
}

/** A path of a foreign file, if it is one that may stand in the config. */
function plain(path: string | undefined): string | undefined {
  return path?.split('/').every((part) => part !== '' && part !== '.' && part !== '..') ? path : undefined;
}

function mentioned(text: string): string | undefined {
  return /process\.env(?:\.|\[["'])(\w*(?:DATABASE|DB|POSTGRES|MYSQL)\w*UR[LI]\w*)/.exec(text)?.[1];
}

function variable(name: string | undefined): string {
  return name && isVariableName(name) ? name : DEFAULT_ENV;
}
