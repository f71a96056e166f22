import type { Finding } from '../core/finding.ts';
import type { MigrationFile } from '../core/migration.ts';
import type { Change, Gate } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Deployment } from '../core/state.ts';
import { list } from '../core/text.ts';
import {
  type DatabaseWork,
  dirtyFinding,
  downStep,
  type MigrationSteps,
  pendingWork,
  takesAway,
} from './migrations.ts';

interface SchemaBack {
  readonly migrations: MigrationSteps;
  readonly changes: readonly Change[];
  readonly gates: readonly Gate[];
  readonly warnings: readonly Finding[];
  readonly errors: readonly Finding[];
}

/**
 * What older code finds in the databases: the migrations that ran since it was deployed, which of them it can live
 * with, and which are reverted on request: newest first, as far as down files reach. Reverting comes after the older
 * code is back, for the newer one may need what it takes away.
 */
export function schemaBack(
  snapshot: Snapshot,
  past: Deployment | undefined,
  request: { readonly migrateDown?: boolean | undefined },
): SchemaBack {
  const all = pendingWork(snapshot).map((work) => backOf(work, snapshot, past, request.migrateDown === true));
  const reverted = all.filter(({ revert }) => revert.length > 0);
  const steps = reverted.map(({ work, revert }) =>
    downStep({ ...work, files: revert }, 'asked for, and older code is back by then'),
  );
  return {
    migrations: {
      before: [],
      after: steps,
      wayBack: { state: 'open', until: steps.map(({ operation }) => operation.id) },
    },
    changes: reverted.flatMap(({ work, revert }) =>
      revert.map(({ id }) => ({ kind: 'migration', name: `${work.database.name}/${id}`, change: 'remove' })),
    ),
    gates: all.some(({ since }) => since.length > 0) ? [compatibilityGate(all)] : [],
    warnings: all.flatMap(sinceWarning),
    errors: reverted.flatMap(({ work }) =>
      work.observed.dirty ? [dirtyFinding(work.database.name, work.observed.dirty, snapshot.environment.name)] : [],
    ),
  };
}

interface DatabaseBack {
  readonly work: DatabaseWork;
  /** Ran since, oldest first. */
  readonly since: readonly MigrationFile[];
  /** Newest first. */
  readonly revert: readonly MigrationFile[];
  /** Stay although older code cannot live with them. */
  readonly blocking: readonly MigrationFile[];
}

function backOf(
  work: DatabaseWork,
  snapshot: Snapshot,
  past: Deployment | undefined,
  migrateDown: boolean,
): DatabaseBack {
  const { name } = work.database;
  const then = new Set((past ?? snapshot.version)?.migrations[name]?.map(({ id }) => id));
  const files = new Map(work.observed.files.map((file) => [file.id, file]));
  const since = work.observed.applied
    .filter(({ id }) => !then.has(id))
    .map((applied) => files.get(applied.id) ?? withoutFile(applied));
  const newestFirst = since.toReversed();
  const end = newestFirst.findIndex((file) => !file.has_down);
  const revert = migrateDown ? newestFirst.slice(0, end === -1 ? undefined : end) : [];
  const stay = since.slice(0, since.length - revert.length);
  return { work, since, revert, blocking: stay.filter(takesAway) };
}

/** Of a migration whose file is gone only the ledger's word on its phase is left. */
function withoutFile({ id, checksum, phase }: Pick<MigrationFile, 'id' | 'checksum' | 'phase'>): MigrationFile {
  return {
    id,
    path: '',
    checksum,
    phase,
    phase_source: 'said',
    has_down: false,
    compatible: phase === 'expand',
    risks: [],
  };
}

function compatibilityGate(all: readonly DatabaseBack[]): Gate {
  const blocking = all.flatMap((one) => one.blocking);
  const ids = list(blocking.map(({ id }) => id));
  if (blocking.length === 0) {
    return {
      name: 'migrations_compatible',
      met: true,
      message: 'The older code runs on with every migration that stays',
    };
  }
  const reversible = blocking.every((file) => file.has_down);
  return {
    name: 'migrations_compatible',
    met: false,
    message: `${ids} ran since and ${blocking.length === 1 ? 'takes' : 'take'} away what the older code may need`,
    fix: reversible
      ? 'Add --migrate-down to revert what ran since, or --force to roll back the code alone'
      : `Write down files for ${ids} and add --migrate-down, or add --force to roll back the code alone`,
  };
}

function sinceWarning({ work, since, revert }: DatabaseBack): Finding[] {
  if (since.length === 0) return [];
  const ids = list(since.map(({ id }) => id));
  const what =
    revert.length === since.length ? 'reverted' : revert.length === 0 ? 'left as they are' : 'partly reverted';
  return [
    {
      level: 'warning',
      code: 'MIGRATION_REFUSED',
      message: `Ran on ${work.database.name} since that version, and ${what}: ${ids}`,
      path: `databases.${work.database.name}`,
    },
  ];
}
