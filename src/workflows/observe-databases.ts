import type { DatabaseConfig, EnvironmentConfig } from '../core/config.ts';
import { DeployerError, type Failure, toFailure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { MigrationContext, MigrationEngine, MigrationStatus, MigrationTarget } from '../core/migration.ts';
import { reveal, Secret } from '../core/secret.ts';
import type { EnvironmentVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

type Migrations = NonNullable<DatabaseConfig['migrations']>;

export interface DatabasesObserved {
  readonly observed: Readonly<Record<string, MigrationStatus>>;
  readonly findings: readonly Finding[];
}

/** Asks every database with migrations what is applied and pending. Reads only; one that cannot be asked is an error finding. */
export async function observeDatabases(
  workspace: Workspace,
  environment: EnvironmentConfig,
  variables: EnvironmentVariables,
): Promise<DatabasesObserved> {
  const findings: Finding[] = [];
  const observed: Record<string, MigrationStatus> = {};
  for (const database of Object.values(environment.databases)) {
    const target = migrationTarget(workspace, database, variables);
    if (!target) continue;
    const answer = await observeOne(workspace, database, target);
    if ('failure' in answer) findings.push(unreachableFinding(database, answer.failure));
    else observed[database.name] = answer;
  }
  return { observed, findings };
}

/** What an engine gets; `undefined` for a database without migrations or without a URL (which is a finding of its own). */
export function migrationTarget(
  workspace: Workspace,
  database: DatabaseConfig,
  variables: EnvironmentVariables,
): MigrationTarget | undefined {
  const url = variables.values[database.migration_env ?? database.connection_env];
  if (!database.migrations || url === undefined) return undefined;
  return {
    database: database.name,
    url: new Secret(reveal(url)),
    connection_env: database.connection_env,
    root: workspace.config.root,
    path: database.migrations.path,
    options: database.migrations.options,
  };
}

/** The engine a database names; `INVALID_CONFIG` when there is none of that name. */
export async function requireEngine(
  workspace: Workspace,
  database: DatabaseConfig & { readonly migrations: Migrations },
): Promise<MigrationEngine> {
  const { engines } = workspace.runtime;
  const engine = await engines.load(database.migrations.engine);
  if (engine) return engine;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `There is no migration engine "${database.migrations.engine}" (databases.${database.name}.migrations.engine)`,
    fix: `Engines there are: ${engines.names.join(', ')}`,
    stage: 'config',
  });
}

async function observeOne(
  workspace: Workspace,
  database: DatabaseConfig,
  target: MigrationTarget,
): Promise<MigrationStatus | { readonly failure: Failure }> {
  const { migrations } = database;
  if (!migrations) return { failure: { code: 'INTERNAL', reason: `${database.name} has no migrations` } };
  try {
    const engine = await requireEngine(workspace, { ...database, migrations });
    return await engine.status(target, readContext(workspace));
  } catch (error) {
    return { failure: toFailure(error, 'migration') };
  }
}

function readContext({ runtime }: Workspace): MigrationContext {
  return {
    clock: runtime.clock,
    processes: runtime.processes,
    signal: new AbortController().signal,
    timeout: 30_000,
    log: () => {},
  };
}

function unreachableFinding(database: DatabaseConfig, failure: Failure): Finding {
  return {
    level: 'error',
    code: failure.code,
    message: `Database ${database.name}: ${failure.reason}`,
    path: `databases.${database.name}`,
    ...(failure.fix ? { fix: failure.fix } : {}),
  };
}
