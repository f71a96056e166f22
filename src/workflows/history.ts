import { join } from 'node:path';
import type { Failure } from '../core/errors.ts';
import type { StampedEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { OperationReport, RunContext } from '../core/run.ts';
import { journalOf } from './carry-out.ts';
import { findTarget } from './observe.ts';
import type { Workspace } from './workspace.ts';

export interface VersionSummary {
  readonly id: string;
  readonly name?: string;
  readonly created_at: string;
  readonly built_in: string;
  readonly commit?: string;
  readonly runs_in: readonly string[];
}

/** Versions, newest first; with `env`, those that were deployed there. */
export async function listVersions(
  workspace: Workspace,
  request: { limit: number; env?: string },
): Promise<readonly VersionSummary[]> {
  const { document } = await workspace.state.read();
  const env = request.env ? findTarget(workspace, document, { env: request.env }).name : undefined;
  const deployed = env
    ? [...new Set((document.environments[env]?.deployments ?? []).map(({ version_id }) => version_id).reverse())]
    : undefined;
  const versions = deployed
    ? await Promise.all(deployed.slice(0, request.limit).map((id) => workspace.state.versions.get(id)))
    : (await workspace.state.versions.list({ limit: request.limit })).versions;
  return versions.map((version) => {
    const { id, name, created_at, built_in, source } = version;
    const runs_in = Object.values(document.environments)
      .filter(({ deployments }) => deployments.at(-1)?.version_id === id)
      .map((state) => state.name);
    return {
      id,
      ...(name ? { name } : {}),
      created_at,
      built_in,
      ...(source ? { commit: source.commit } : {}),
      runs_in,
    };
  });
}

export interface RunSummary {
  readonly run_id: string;
  readonly intent: Plan['intent'];
  readonly env: string;
  readonly status: 'succeeded' | 'held' | 'failed' | 'restored' | 'interrupted' | 'cut_off' | 'running';
  readonly started_at: string;
  readonly who: string;
  readonly version_id: string | null;
}

export async function listRuns(
  workspace: Workspace,
  request: { limit: number; env?: string },
): Promise<readonly RunSummary[]> {
  const ids = await workspace.state.runs.list({ limit: request.limit });
  const runs = await Promise.all(ids.map((id) => readRun(workspace, id).catch(() => undefined)));
  return runs.flatMap((run) => (run && (!request.env || run.context.env === request.env) ? [summarize(run)] : []));
}

export interface RunDetail extends RunSummary {
  readonly operations: readonly OperationReport[];
  readonly failure?: Failure;
  /** Folder of the operations' output. */
  readonly logs: string;
  readonly plan_id: string;
}

/** One run from its own files: what it planned and what its journal says. */
export async function showRun(workspace: Workspace, id: string): Promise<RunDetail> {
  const run = await readRun(workspace, id);
  const { events, plan } = run;
  const finished = events.findLast((event) => event.type === 'run.finished');
  return {
    ...summarize(run),
    plan_id: plan.id,
    operations: plan.operations.map(({ id: operation, type }) => operationFromEvents(operation, type, events)),
    ...(finished?.failure ? { failure: finished.failure } : {}),
    logs: join(workspace.state.runs.folder(id), 'logs'),
  };
}

interface RunFiles {
  readonly plan: Plan;
  readonly context: RunContext;
  readonly events: readonly StampedEvent[];
  /** Whether the environment still names it as under way, and whether somebody holds its lock. */
  readonly open: 'closed' | 'held' | 'abandoned';
}

async function readRun(workspace: Workspace, id: string): Promise<RunFiles> {
  const [plan, context] = await Promise.all([workspace.state.runs.readPlan(id), workspace.state.runs.readContext(id)]);
  const events = await journalOf(workspace, id);
  const { document } = await workspace.state.read();
  const active = document.environments[context.env]?.active_run === id;
  const holder = active ? await workspace.state.holder(context.env) : undefined;
  const open = !active ? 'closed' : holder && holder.condition !== 'dead' ? 'held' : 'abandoned';
  return { plan, context, events, open };
}

function summarize({ context, events, open }: RunFiles): RunSummary {
  const { run_id, intent, env, started_at, who, version_id } = context;
  const finished = events.findLast((event) => event.type === 'run.finished');
  const status = finished?.status ?? (open === 'held' ? 'running' : 'cut_off');
  return { run_id, intent, env, status, started_at, who, version_id };
}

function operationFromEvents(
  id: string,
  type: OperationReport['type'],
  events: readonly StampedEvent[],
): OperationReport {
  const mine = events.filter((event) => 'operation' in event && event.operation === id);
  const undone = mine.some(({ type: kind }) => kind === 'compensation.succeeded');
  const last = mine.findLast(
    ({ type: kind }) =>
      kind === 'operation.succeeded' ||
      kind === 'operation.failed' ||
      kind === 'operation.cancelled' ||
      kind === 'operation.skipped',
  );
  const base = { id, type, ...(undone ? { undone } : {}) };
  switch (last?.type) {
    case 'operation.succeeded':
      return { ...base, status: 'succeeded', duration_ms: last.duration_ms };
    case 'operation.failed':
      return { ...base, status: 'failed', duration_ms: last.duration_ms, failure: last.failure };
    case 'operation.cancelled':
      return { ...base, status: 'cancelled', duration_ms: last.duration_ms };
    case 'operation.skipped':
      return { ...base, status: 'skipped', duration_ms: 0 };
    default:
      return { ...base, status: 'not_started', duration_ms: 0 };
  }
}
