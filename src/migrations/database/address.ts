import { isAbsolute, resolve } from 'node:path';
import { DeployerError } from '../../core/errors.ts';
import type { MigrationTarget } from '../../core/migration.ts';
import type { SqlDialect } from '../sql/lexer.ts';
import type { Address } from './contract.ts';

const SCHEMES: Readonly<Record<string, SqlDialect>> = {
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

/** The database that a URL means; `undefined` when its scheme is none of ours. Throws without showing the URL. */
export function readAddress(target: MigrationTarget): Address | undefined {
  const url = target.url.reveal().trim();
  const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase();
  const dialect = scheme === undefined ? undefined : SCHEMES[scheme];
  if (dialect === undefined) return undefined;
  if (dialect === 'sqlite') return { dialect, url, file: sqliteFile(target, url) };
  if (!URL.canParse(url))
    throw invalid(target, 'is not a valid URL', 'Percent-encode special characters of the password');
  if (dialect === 'mysql' && new URL(url).pathname.length < 2) {
    throw invalid(target, 'names no database', 'End the URL with "/" and the name of the database');
  }
  return { dialect, url, file: '' };
}

/** The same for those who need one of our dialects. */
export function requireAddress(target: MigrationTarget): Address {
  const address = readAddress(target);
  if (address !== undefined) return address;
  throw invalid(
    target,
    'is not the URL of a database that can be migrated here',
    `Use a URL that starts with ${Object.keys(SCHEMES).join(':, ')}:`,
  );
}

/** Texts that must not show up in anything that is printed about this database. */
export function sensitiveParts(url: string): readonly string[] {
  const password = URL.canParse(url) ? new URL(url).password : '';
  return [url, password, decoded(password)].filter((part) => part.length >= 4);
}

function sqliteFile(target: MigrationTarget, url: string): string {
  const path = url.slice('sqlite:'.length).replace(/\?.*$/s, '').replace(/^\/\//, '');
  if (path === '' || path === ':memory:') {
    throw invalid(target, 'names no file, so that nothing would be kept', 'Use sqlite: and the path of a file');
  }
  return isAbsolute(path) ? path : resolve(target.root, path);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(target: MigrationTarget, what: string, fix: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    stage: 'migration',
    reason: `The value of ${target.connection_env} for database "${target.database}" ${what}`,
    fix,
  });
}
