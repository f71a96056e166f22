import { formatDuration } from '../../core/duration.ts';
import { DeployerError } from '../../core/errors.ts';
import type { AppliedMigration, ApplyRequest, MigrationContext, MigrationTarget } from '../../core/migration.ts';
import { count } from '../../core/text.ts';
import { requireAddress } from '../database/address.ts';
import type { Session } from '../database/contract.ts';
import { writeSession } from '../database/session.ts';
import type { Watch } from '../database/watch.ts';
import { approved, refuseProblems } from '../files/approval.ts';
import { readSqlFiles, type SqlFile } from './files.ts';
import {
  ensureLedger,
  findRow,
  type LedgerRow,
  type LedgerState,
  readLedger,
  recordProgress,
  writeRow,
} from './ledger.ts';
import { runInTransaction, runStepwise } from './run-script.ts';
import { appliedOf, compare, isTransactional, refuseDirty, type Standing } from './standing.ts';

/** See `MigrationEngine.apply`. The lock comes first, then the ledger is read; everything on one connection. */
export async function apply(
  target: MigrationTarget,
  request: ApplyRequest,
  context: MigrationContext,
): Promise<readonly AppliedMigration[]> {
  const address = requireAddress(target);
  const found = readSqlFiles(target);
  if (found.files.length === 0 && found.problems.length === 0) return [];
  return await writeSession(target, address, context, async (session, watch) => {
    const stepwise = found.files.some(({ up }) => !isTransactional(session.dialect, up));
    await session.lock(stepwise ? 'run' : 'file');
    await ensureLedger(session);
    const standing = compare(target, found, await readLedger(session), session.dialect);
    refuseDirty(standing, target);
    const ids = approved(
      target,
      request,
      standing.pending.map(({ file }) => file),
      [...standing.rows.keys()],
      context,
    );
    refuseProblems(target, request, standing.problems);
    const run = { session, watch, target, context, standing };
    return await applyAll(
      run,
      standing.pending.filter(({ file }) => ids.has(file.id)),
    );
  });
}

interface Run {
  readonly session: Session;
  readonly watch: Watch;
  readonly target: MigrationTarget;
  readonly context: MigrationContext;
  readonly standing: Standing;
}

async function applyAll(run: Run, files: readonly SqlFile[]): Promise<readonly AppliedMigration[]> {
  const applied: AppliedMigration[] = [];
  for (const file of files) {
    const started = run.context.clock.monotonic();
    const row = await applyOne(run, file);
    if (row === undefined) continue;
    applied.push(appliedOf(row));
    run.watch.log(`${file.file.id} applied in ${formatDuration(run.context.clock.monotonic() - started)}`);
  }
  return applied;
}

/** `undefined` when another process has applied it in the meantime. */
async function applyOne(run: Run, file: SqlFile): Promise<LedgerRow | undefined> {
  if (!isTransactional(run.session.dialect, file.up)) return await applyStepwise(run, file);
  const started = stamp(run);
  let row: LedgerRow | undefined;
  await runInTransaction(run.session, run.target, file.up, {
    stillWanted: async () => isUnapplied(run, file, await findRow(run.session, file.file.id)),
    async finish() {
      row = ledgerRow(run, file, { state: 'done', done: 1, total: 1, started });
      await writeRow(run.session, row);
    },
  });
  return row;
}

function isUnapplied({ target }: Run, { file }: SqlFile, row: LedgerRow | undefined): boolean {
  if (row === undefined || row.state === 'continue') return true;
  if (row.state === 'done' && row.checksum === file.checksum) return false;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `Another process has just applied a different ${file.id} to database "${target.database}"`,
    fix: 'Find out which of the two is right before running anything',
  });
}

async function applyStepwise(run: Run, file: SqlFile): Promise<LedgerRow> {
  const { session, standing, watch } = run;
  const before = standing.rows.get(file.file.id)?.statements_done ?? 0;
  const started = stamp(run);
  const row = (state: LedgerState, done: number, total: number) =>
    ledgerRow(run, file, { state, done, total, started });
  let last = row('started', before, before);
  await runStepwise(session, run.target, file.up, {
    done: before,
    async start(total) {
      watch.log(`${file.file.id}: ${count(total, 'statement')}, not in one transaction`);
      await writeRow(session, row('started', before, total));
    },
    progress: (done) => recordProgress(session, file.file.id, done),
    async finish(total) {
      last = row('done', total, total);
      await writeRow(session, last);
    },
  });
  return last;
}

function ledgerRow(
  run: Run,
  { file }: SqlFile,
  { state, done, total, started }: { state: LedgerState; done: number; total: number; started: string },
): LedgerRow {
  return {
    id: file.id,
    checksum: file.checksum,
    phase: file.phase,
    state,
    statements_done: done,
    statements_total: total,
    started_at: started,
    finished_at: state === 'done' ? stamp(run) : null,
  };
}

function stamp({ watch }: Run): string {
  return new Date(watch.now()).toISOString();
}
