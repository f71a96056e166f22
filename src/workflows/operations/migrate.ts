import { DeployerError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { AppliedMigration, MigrationContext, MigrationEngine, MigrationTarget } from '../../core/migration.ts';
import type { Action } from '../../core/plan.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { migrationTarget, requireEngine } from '../observe-databases.ts';
import type { Session } from './session.ts';

type Migrate = Extract<Action, { do: 'migrate' }>;

/** Applies (or reverts) exactly the files that were approved, and answers what the ledger holds afterwards. */
export async function migrate(session: Session, action: Migrate, scope: OperationContext): Promise<Json> {
  const { engine, target, context } = await engineFor(session, action, scope);
  const ids = action.files.map(({ id }) => id);
  if (action.direction === 'down') await revert(engine, target, ids, context);
  else await applyApproved({ engine, target, action, context });
  const { applied } = await engine.status(target, context);
  return { applied: applied.map(recordOf) as unknown as Json };
}

/** The ledger knows what was done before a crash; what is dirty stops the run inside `apply`. */
export async function findMigrated(
  session: Session,
  action: Migrate,
  scope: OperationContext,
): Promise<{ found: Json } | 'repeat'> {
  const { engine, target, context } = await engineFor(session, action, scope);
  const { applied, dirty } = await engine.status(target, context);
  const known = new Set(applied.map(({ id }) => id));
  const done = action.files.every(({ id }) => known.has(id) === (action.direction === 'up'));
  return done && !dirty ? { found: { applied: applied.map(recordOf) as unknown as Json } } : 'repeat';
}

async function applyApproved(request: {
  engine: MigrationEngine;
  target: MigrationTarget;
  action: Migrate;
  context: MigrationContext;
}): Promise<void> {
  const { engine, target, action, context } = request;
  const { files } = await engine.files(target);
  const now = new Map(files.map(({ id, checksum }) => [id, checksum]));
  const changed = action.files.filter(({ id, checksum }) => now.get(id) !== checksum);
  if (changed.length > 0) {
    throw new DeployerError({
      code: 'PLAN_STALE',
      reason: `Migration files changed since the plan was made: ${changed.map(({ id }) => id).join(', ')}`,
      fix: 'Plan again',
      stage: 'migration',
    });
  }
  await engine.apply(target, { only: action.files.map(({ id }) => id) }, context);
}

async function revert(
  engine: MigrationEngine,
  target: MigrationTarget,
  ids: readonly string[],
  context: MigrationContext,
): Promise<void> {
  if (!engine.revert)
    throw new DeployerError({
      code: 'UNSUPPORTED',
      reason: `The engine ${engine.name} cannot go back`,
      fix: 'Write a migration that undoes the change',
      stage: 'migration',
    });
  await engine.revert(target, ids, context);
}

async function engineFor(session: Session, action: Migrate, scope: OperationContext) {
  const { workspace, context: run } = session;
  const database = run.databases[action.database];
  const target = database && migrationTarget(workspace, database, session.variables);
  if (!target || !database.migrations) {
    throw new DeployerError({
      code: 'MISSING_ENV',
      reason: `Database ${action.database} has no URL`,
      fix: `Give ${database?.connection_env ?? 'its variable'} a value`,
      stage: 'migration',
    });
  }
  const engine = await requireEngine(workspace, { ...database, migrations: database.migrations });
  return { engine, target, context: contextFor(session, scope) };
}

function contextFor({ workspace }: Session, scope: OperationContext): MigrationContext {
  const { clock, processes } = workspace.runtime;
  return { clock, processes, signal: scope.signal, timeout: scope.remaining(), log: (line) => scope.log(line) };
}

function recordOf({ id, phase, checksum }: AppliedMigration) {
  return { id, phase, checksum };
}
