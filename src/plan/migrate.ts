import type { MigrationStrategy } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import { nearest } from '../core/name.ts';
import type { Gate } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { list } from '../core/text.ts';
import { finishPlan, type Planned } from './finish.ts';
import { force } from './gates.ts';
import { riskWarnings } from './migration-warnings.ts';
import { type DatabaseWork, migrationChanges, pendingWork, schemaErrors, takesAway, upStep } from './migrations.ts';

export interface MigrateRequest {
  /** Only this one; all when left out. */
  readonly database?: string | undefined;
  /** All when left out, for this is also how manual migrations run. */
  readonly strategies?: readonly MigrationStrategy[] | undefined;
  readonly force?: boolean | undefined;
}

/** Pending migrations alone, without a release. */
export function planMigrate(snapshot: Snapshot, request: MigrateRequest = {}): Planned {
  const asked = pendingWork(snapshot).filter(
    ({ database, strategy }) =>
      (request.database === undefined || database.name === request.database) &&
      (request.strategies === undefined || request.strategies.includes(strategy)),
  );
  const due = asked.filter(({ files }) => files.length > 0);
  const passed = force(canarySchemaGate(snapshot, due), request.force);
  return finishPlan(snapshot, {
    intent: 'migrate',
    steps: due.map(upStep),
    changes: migrationChanges(due),
    gates: passed.gates,
    warnings: [...due.flatMap(riskWarnings), ...liveWarnings(snapshot, due), ...passed.warnings],
    errors: [...unknownDatabase(snapshot, request.database), ...schemaErrors(asked, snapshot.environment.name)],
  });
}

/** Old and new code both run while a canary is under way. */
function canarySchemaGate({ current, environment }: Snapshot, work: readonly DatabaseWork[]): Gate[] {
  const taking = takingAway(work);
  if (!current?.canary || taking.length === 0) return [];
  return [
    {
      name: 'migration_phase',
      met: false,
      message: `${list(taking)} would take away what one side of the canary needs`,
      fix: `End the canary first: deployer canary promote --env ${environment.name}, or deployer canary abort --env ${environment.name}`,
    },
  ];
}

function liveWarnings({ current, environment }: Snapshot, work: readonly DatabaseWork[]): Finding[] {
  const taking = takingAway(work);
  if (taking.length === 0 || Object.keys(current?.current ?? {}).length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'MIGRATION_REFUSED',
      message: `Point of no return: ${list(taking)} may take away what the code that is live in ${environment.name} needs`,
      fix: 'Deploy code that no longer needs it first',
    },
  ];
}

function takingAway(work: readonly DatabaseWork[]): string[] {
  return work.flatMap(({ files }) => files.filter(takesAway).map((file) => file.id));
}

function unknownDatabase({ environment }: Snapshot, name: string | undefined): Finding[] {
  if (name === undefined || environment.databases[name]?.migrations) return [];
  const known = Object.keys(environment.databases).sort();
  const near = nearest(name, known);
  return [
    {
      level: 'error',
      code: 'NOT_FOUND',
      message: `There is no database ${name} with migrations in ${environment.name}`,
      fix: near ? `Did you mean ${near}?` : `There are: ${known.length > 0 ? list(known) : 'none'}`,
    },
  ];
}
