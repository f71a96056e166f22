import { DeployerError } from '../core/errors.ts';
import type { MigrationStatus, Resolution } from '../core/migration.ts';
import type { RunReport } from '../core/run.ts';
import { planMigrate } from '../plan/migrate.ts';
import { applyPlan } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { underLock } from './lock.ts';
import { observe } from './observe.ts';
import { migrationTarget, requireEngine } from './observe-databases.ts';
import { recordAction } from './record.ts';
import { refuseErrors } from './refuse.ts';
import type { Workspace } from './workspace.ts';

const RESOLVE_LIMIT = 60_000;

export interface MigrateRequest {
  readonly env: string;
  readonly database?: string;
}

/** What is applied and pending in each database. */
export async function migrationStatus(
  workspace: Workspace,
  request: MigrateRequest,
): Promise<Readonly<Record<string, MigrationStatus>>> {
  const { snapshot } = await observe(workspace, request);
  refuseErrors(snapshot.findings.filter(({ path }) => path?.startsWith('databases.') || path?.includes('.secrets.')));
  if (request.database === undefined) return snapshot.databases;
  const wanted = Object.entries(snapshot.databases).filter(([name]) => name === request.database);
  if (wanted.length === 0) throw noDatabase(snapshot.environment.name, request.database);
  return Object.fromEntries(wanted);
}

/** Applies pending migrations, those with strategy `manual` too. */
export async function runMigrations(
  workspace: Workspace,
  request: MigrateRequest,
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: async () => {
      const observation = await observe(workspace, request);
      return {
        ...planMigrate(observation.snapshot, request.database ? { database: request.database } : {}),
        observation,
      };
    },
    command: 'migrate run',
    ...options,
  });
}

/** Puts a database's ledger right after a crash, under the environment's lock, with an audit entry. */
export async function resolveMigration(
  workspace: Workspace,
  request: MigrateRequest & { resolution: Resolution },
): Promise<void> {
  const { snapshot, variables } = await observe(workspace, request);
  const database = request.database
    ? snapshot.environment.databases[request.database]
    : Object.values(snapshot.environment.databases).find(({ migrations }) => migrations);
  const target = database && migrationTarget(workspace, database, variables);
  if (!database?.migrations || !target) throw noDatabase(snapshot.environment.name, request.database);
  const engine = await requireEngine(workspace, { ...database, migrations: database.migrations });
  if (!engine.resolve)
    throw new DeployerError({
      code: 'UNSUPPORTED',
      reason: `The engine ${engine.name} mends its ledger by its own command`,
      fix: 'See its documentation',
      stage: 'migration',
    });
  const { name: env } = snapshot.environment;
  const resolve = engine.resolve.bind(engine);
  await underLock({ workspace, command: 'migrate resolve' }, env, async ({ stop: signal }) => {
    const { clock, processes } = workspace.runtime;
    await resolve(target, request.resolution, { clock, processes, signal, timeout: RESOLVE_LIMIT, log: () => {} });
    const detail = { database: database.name, ...request.resolution };
    await recordAction(workspace, { action: 'migrate resolve', environment: env, detail });
  });
}

function noDatabase(env: string, name = 'with migrations'): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `${env} has no database ${name}`,
    fix: 'Name it: --database NAME',
    stage: 'migration',
  });
}
