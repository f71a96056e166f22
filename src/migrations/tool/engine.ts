import { DeployerError } from '../../core/errors.ts';
import type {
  AppliedMigration,
  ApplyRequest,
  MigrationContext,
  MigrationEngine,
  MigrationFile,
  MigrationStatus,
  MigrationTarget,
  Resolution,
} from '../../core/migration.ts';
import { list } from '../../core/text.ts';
import { requireAddress } from '../database/address.ts';
import { readSession } from '../database/session.ts';
import { withWatch } from '../database/watch.ts';
import { approved, refuseProblems } from '../files/approval.ts';
import { historyProblems, type Kinded, withoutKind } from '../files/history.ts';
import type { Tool, ToolState } from './contract.ts';
import { withLock } from './lock.ts';
import { optionProblems } from './options.ts';
import { runTool, type ToolRun, toolFailure } from './run.ts';

/** The engine for a tool that the team already uses. The tool's own record of what is applied is the truth. */
export function toolEngine(tool: Tool): MigrationEngine {
  return {
    name: tool.name,
    files: (folder) => filesOf(tool, folder),
    async status(target, context) {
      return statusOf(await standingOf(tool, target, context));
    },
    apply: (target, request, context) => applyLocked(tool, target, request, context),
    ...(tool.resolve === undefined ? {} : { resolve: (...args: ResolveArguments) => resolve(tool, ...args) }),
  };
}

/** All steps share the one time limit: waiting for the lock, asking, applying, asking again. */
async function applyLocked(tool: Tool, target: MigrationTarget, request: ApplyRequest, context: MigrationContext) {
  return await withWatch(context, subjectOf(tool, target), async (watch) => {
    const rest = () => ({ ...context, signal: watch.signal, timeout: watch.left() });
    return await withLock(tool, target, rest(), () => apply(tool, target, request, rest()));
  });
}

type ResolveArguments = readonly [MigrationTarget, Resolution, MigrationContext];

async function filesOf(tool: Tool, folder: Parameters<MigrationEngine['files']>[0]) {
  const { files, problems } = tool.files(folder);
  return { files, problems: [...optionProblems(folder, tool.name, tool.options), ...problems] };
}

interface Standing {
  readonly files: readonly MigrationFile[];
  readonly state: ToolState;
  readonly problems: readonly Kinded[];
}

async function standingOf(tool: Tool, target: MigrationTarget, context: MigrationContext): Promise<Standing> {
  const { files, problems } = await filesOf(tool, target);
  const state = await stateOf(tool, target, context, files);
  const applied = [...state.applied, ...(state.missing ?? [])].map((id) => ({ id }));
  const history = historyProblems(target, { files, applied });
  return { files, state, problems: [...problems.map((finding) => ({ kind: 'file', finding }) as const), ...history] };
}

async function stateOf(
  tool: Tool,
  target: MigrationTarget,
  context: MigrationContext,
  files: readonly MigrationFile[],
): Promise<ToolState> {
  const { state } = tool;
  if (state.from === 'table') {
    return await readSession(target, requireAddress(target), context, {
      absent: () => state.empty(files),
      present: (session) => state.read(session, target, files),
    });
  }
  const command = state.command(target);
  if (command === undefined) return { applied: [], pending: files.map(({ id }) => id) };
  return await inRun(tool, target, context, async (run) => {
    const result = await runTool(run, command, { narrate: 'nothing' });
    const found = state.read(result, files);
    if (found === undefined) throw toolFailure(run, result);
    return found;
  });
}

function statusOf({ files, state, problems }: Standing): MigrationStatus {
  const pending = new Set(state.pending);
  return {
    files,
    applied: appliedOf(files, state.applied),
    pending: files.filter(({ id }) => pending.has(id)),
    ...(state.dirty === undefined ? {} : { dirty: { id: state.dirty, statements_done: 0, statements_total: 0 } }),
    problems: problems.map(withoutKind),
  };
}

/** Tools keep neither our checksum nor, most of them, a time that they would tell: what the file says now stands in. */
function appliedOf(files: readonly MigrationFile[], ids: readonly string[]): readonly AppliedMigration[] {
  const applied = new Set(ids);
  return files
    .filter(({ id }) => applied.has(id))
    .map(({ id, checksum, phase }) => ({ id, checksum, phase, applied_at: '' }));
}

async function apply(
  tool: Tool,
  target: MigrationTarget,
  request: ApplyRequest,
  context: MigrationContext,
): Promise<readonly AppliedMigration[]> {
  const before = await standingOf(tool, target, context);
  refuseDirty(tool, target, before.state);
  const pending = before.files.filter(({ id }) => before.state.pending.includes(id));
  const ids = approved(target, request, pending, before.state.applied, { log: () => {} });
  refuseProblems(target, request, before.problems);
  refuseUnapproved(
    tool,
    target,
    pending.filter(({ id }) => !ids.has(id)),
  );
  if (pending.length === 0) return [];
  return await inRun(tool, target, context, async (run) => {
    const result = await runTool(run, tool.apply(target), { narrate: 'lines' });
    if (result.exitCode !== 0) throw toolFailure(run, result);
    const now = new Date(run.watch.now()).toISOString();
    const left = await leftover(tool, target, context, pending);
    return appliedOf(
      before.files,
      [...ids].filter((id) => !left.has(id)),
    ).map((one) => ({ ...one, applied_at: now }));
  });
}

/** What the tool itself still calls pending afterwards; not its narration, which some write before they know. */
async function leftover(
  tool: Tool,
  target: MigrationTarget,
  context: MigrationContext,
  pending: readonly MigrationFile[],
): Promise<ReadonlySet<string>> {
  if (tool.state.from === 'output' && tool.state.command(target) === undefined) return new Set();
  const { state } = await standingOf(tool, target, context);
  const left = pending.map(({ id }) => id).filter((id) => state.pending.includes(id));
  if (left.length === 0) return new Set();
  context.log(`${list(left)} stays pending: ${tool.name} did not apply it`);
  return new Set(left);
}

async function resolve(tool: Tool, ...[target, resolution, context]: ResolveArguments): Promise<void> {
  const invocation = tool.resolve?.(target, resolution);
  if (invocation === undefined) {
    throw new DeployerError({
      code: 'UNSUPPORTED',
      stage: 'migration',
      reason: `${tool.name} cannot resolve a migration with --${resolution.as}`,
      fix: 'Use --applied or --rolled-back',
    });
  }
  await inRun(tool, target, context, async (run) => {
    const result = await runTool(run, invocation, { narrate: 'lines' });
    if (result.exitCode !== 0) throw toolFailure(run, result);
  });
}

async function inRun<T>(
  tool: Tool,
  target: MigrationTarget,
  context: MigrationContext,
  work: (run: ToolRun) => Promise<T>,
): Promise<T> {
  return await withWatch(context, subjectOf(tool, target), async (watch) => {
    watch.throwIfStopped();
    return await work({ tool, target, processes: context.processes, watch });
  });
}

function subjectOf(tool: Tool, target: MigrationTarget): string {
  return `Work of ${tool.name} on database "${target.database}"`;
}

function refuseDirty(tool: Tool, target: MigrationTarget, { dirty }: ToolState): void {
  if (dirty === undefined) return;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `${tool.name} remembers that ${dirty} failed half-way on database "${target.database}"`,
    fix: `Look at the database, then run "deployer migrate resolve --database ${target.database}" with --applied or --rolled-back`,
  });
}

/** Tools apply everything that is pending; what was not approved can only be kept out by not starting them. */
function refuseUnapproved(tool: Tool, target: MigrationTarget, unapproved: readonly MigrationFile[]): void {
  if (unapproved.length === 0) return;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: `${tool.name} would also apply ${list(unapproved.map(({ id }) => id))} to database "${target.database}", which was not approved`,
    fix: 'Plan again, so that all pending migrations are in the plan',
  });
}
