import type { DatabaseConfig } from '../../core/config.ts';
import type { JsonObject } from '../../core/json.ts';
import type { WrittenDatabase } from '../schema/project.ts';
import { milliseconds, plain } from './service.ts';

/** A checked database with every default filled in. `timeout` in ms. */
export function completeDatabase(name: string, written: WrittenDatabase, timeout: number): DatabaseConfig {
  const { connection_env, migration_env, migrations } = written;
  return {
    name,
    connection_env,
    ...(migration_env === undefined ? {} : { migration_env }),
    ...(migrations === undefined ? {} : { migrations: completeMigrations(migrations, timeout) }),
  };
}

function completeMigrations(written: NonNullable<WrittenDatabase['migrations']>, timeout: number) {
  return {
    engine: written.engine ?? 'raw',
    path: plain(written.path),
    strategy: written.strategy ?? ('pre_deploy' as const),
    timeout: milliseconds(written.timeout, timeout),
    options: (written.options ?? {}) as JsonObject,
  };
}
