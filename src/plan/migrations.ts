import type { DatabaseConfig, MigrationStrategy } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { MigrationFile, MigrationStatus } from '../core/migration.ts';
import type { Change } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { count } from '../core/text.ts';
import type { WayBack } from './operations.ts';
import { type Step, step } from './step.ts';

/** A database with the files that a plan runs on it. */
export interface DatabaseWork {
  readonly database: DatabaseConfig;
  readonly strategy: MigrationStrategy;
  readonly timeout: number;
  readonly observed: MigrationStatus;
  readonly files: readonly MigrationFile[];
}

export interface MigrationSteps {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  readonly wayBack: WayBack;
}

export const NO_MIGRATIONS: MigrationSteps = { before: [], after: [], wayBack: { state: 'open', until: [] } };

/** Databases with migrations, by name; `files` are those that are pending. */
export function pendingWork(snapshot: Snapshot): DatabaseWork[] {
  return Object.keys(snapshot.environment.databases)
    .sort()
    .flatMap((name) => {
      const database = snapshot.environment.databases[name];
      const observed = snapshot.databases[name];
      if (!database?.migrations || !observed) return [];
      const { strategy, timeout } = database.migrations;
      return [{ database, strategy, timeout, observed, files: observed.pending }];
    });
}

/**
 * Takes away what older code needs. Whoever wrote the file knows better than its statements do: a file that says that
 * older code runs on after it counts as safe.
 */
export function takesAway(file: Pick<MigrationFile, 'phase' | 'compatible'>): boolean {
  return file.phase === 'contract' && !file.compatible;
}

/** The migrations of a deploy or promotion, on both sides of its releases, and how far code can go back beside them. */
export function migrationSteps(work: readonly DatabaseWork[], live: { readonly code: boolean }): MigrationSteps {
  const steps = (strategy: MigrationStrategy) =>
    work.filter((one) => one.strategy === strategy && one.files.length > 0);
  const before = steps('pre_deploy');
  const after = steps('post_deploy');
  return {
    before: before.map(upStep),
    after: after.map(upStep),
    wayBack: {
      state: live.code && before.some(irreversible) ? 'closed' : 'open',
      until: after.filter(irreversible).map((one) => `migrate:${one.database.name}:post_deploy`),
    },
  };
}

export function upStep({ database, strategy, timeout, files }: DatabaseWork): Step {
  const taking = files.filter(takesAway).map((file) => file.id);
  const point = taking.length > 0 ? `; no way back after ${taking.join(', ')}` : '';
  return step({
    id: `migrate:${database.name}:${strategy}`,
    type: 'migration',
    title: migrationTitle(database.name, strategy),
    because: `${count(files.length, 'migration')} pending${point}`,
    changes: files.map((file) => `+ ${file.id} (${describe(file)})`),
    action: { do: 'migrate', database: database.name, strategy, files: files.map(approved), direction: 'up' },
    // The new code is live by then and stays live; `resume` runs what is missing.
    ...(strategy === 'post_deploy' ? { on_failure: 'keep' as const } : {}),
    timeout_ms: timeout,
  });
}

/** Reverts files after older code is back; newest first. */
export function downStep(work: DatabaseWork, because: string): Step {
  const { database, strategy, timeout, files } = work;
  return step({
    id: `migrate:${database.name}:down`,
    type: 'migration',
    title: `Migrate ${database.name} down`,
    because,
    changes: files.map((file) => `- ${file.id}`),
    action: { do: 'migrate', database: database.name, strategy, files: files.map(approved), direction: 'down' },
    timeout_ms: timeout,
  });
}

export function migrationChanges(work: readonly DatabaseWork[]): Change[] {
  return work.flatMap(({ database, files }) =>
    files.map((file) => ({
      kind: 'migration' as const,
      name: `${database.name}/${file.id}`,
      change: 'add' as const,
      to: describe(file),
    })),
  );
}

/** Files that changed, went missing or stopped half way: nothing may run on such a database. */
export function schemaErrors(work: readonly DatabaseWork[], environment: string): Finding[] {
  return work.flatMap(({ database, observed }) => [
    ...observed.problems.map((problem) => ({ ...problem, level: 'error' as const })),
    ...(observed.dirty ? [dirtyFinding(database.name, observed.dirty, environment)] : []),
  ]);
}

export function dirtyFinding(
  database: string,
  dirty: NonNullable<MigrationStatus['dirty']>,
  environment: string,
): Finding {
  return {
    level: 'error',
    code: 'MIGRATION_REFUSED',
    message: `${dirty.id} on ${database} stopped after statement ${dirty.statements_done} of ${dirty.statements_total}`,
    path: `databases.${database}`,
    fix: `Look at the database, put it right, then: deployer migrate resolve --env ${environment} --database ${database}`,
  };
}

function irreversible({ files }: DatabaseWork): boolean {
  return files.some(takesAway);
}

function approved({ id, checksum, phase }: MigrationFile) {
  return { id, checksum, phase };
}

/** `expand`, `contract, guessed: DROP TABLE notes`. */
function describe(file: MigrationFile): string {
  const guessed = file.phase_source === 'guessed' && file.phase === 'contract' ? ', guessed' : '';
  const compatible = file.phase === 'contract' && file.compatible ? ', older code runs on' : '';
  const risks = file.risks.length > 0 ? `: ${file.risks.join(', ')}` : '';
  return `${file.phase}${guessed}${compatible}${risks}`;
}

function migrationTitle(database: string, strategy: MigrationStrategy): string {
  if (strategy === 'manual') return `Run manual migrations of ${database}`;
  return strategy === 'pre_deploy' ? `Migrate ${database} before the deploy` : `Migrate ${database} after the deploy`;
}
