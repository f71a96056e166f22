import type { StampedEvent } from '../core/event.ts';
import { placesNew } from '../core/plan.ts';
import { type RunContext, versionOf } from '../core/run.ts';
import type { EnvironmentState, Release, Version } from '../core/state.ts';
import type { ExecutionResult } from '../execute/result.ts';
import { type FoldRequest, foldRun, outputsOf } from './fold.ts';
import { makesVersion } from './run-context.ts';
import type { PerformRequest } from './run-request.ts';
import type { Workspace } from './workspace.ts';

/** A run in another environment may have built what is not in any state yet. */
const SPARED_MS = 3_600_000;

export interface CloseRequest extends PerformRequest {
  readonly result: ExecutionResult;
  readonly events: readonly StampedEvent[];
}

/** Interrupted, or with something left to undo: `resume` and `rollback` find it as it was. */
export function staysOpen({ status, compensations }: ExecutionResult): boolean {
  return status === 'interrupted' || compensations.some((compensation) => compensation.status !== 'succeeded');
}

/**
 * Ends a run: its version is recorded, its outcomes become state, what nobody needs any more is removed. One that stays
 * open is still named by `active_run`, and its facts so far are left to the journal.
 */
export async function closeRun(request: CloseRequest): Promise<EnvironmentState | undefined> {
  const { workspace, context, lock, result, plan, events, before } = request;
  if (staysOpen(result)) return before;
  const at = new Date(workspace.runtime.clock.now()).toISOString();
  await recordVersion(request);
  const closing = closingOf(request);
  const after = foldRun({ before, plan, context, events, closing, at });
  await workspace.state.update(context.env, () => after, { lock });
  // What is not tidied now is tidied next time; it is no reason to call a deploy failed.
  if (result.status === 'succeeded' || result.status === 'held') await tidy(workspace).catch(() => undefined);
  return after;
}

function closingOf({ result, plan }: CloseRequest): FoldRequest['closing'] {
  if (result.status === 'succeeded' || result.status === 'held') return 'succeeded';
  if (result.status === 'restored') return 'undone';
  const kept = new Set(plan.operations.filter(({ on_failure }) => on_failure === 'keep').map(({ id }) => id));
  const failed = result.operations.filter(({ status }) => status === 'failed' || status === 'cancelled');
  return failed.length > 0 && failed.every(({ id }) => kept.has(id)) ? 'flagged' : 'failed';
}

/**
 * A version exists as soon as everything of it is built, whether or not its release went well. Its record is the same
 * whenever it is written, so that a run that was killed behind it can be closed again.
 */
async function recordVersion(request: CloseRequest): Promise<void> {
  const { workspace, plan, context } = request;
  const services = makesVersion(plan) ? versionServices(request) : undefined;
  if (!services) return;
  await workspace.state.versions.create({
    format: 1,
    id: versionOf(context),
    ...(await nameOf(workspace, context)),
    created_at: context.started_at,
    project: workspace.config.project,
    built_in: context.env,
    run_id: context.run_id,
    source: context.source,
    config_digest: context.config_digest,
    services,
    variables: [...new Set(Object.values(context.inputs).flatMap(({ variables }) => Object.keys(variables)))].sort(),
    migrations: context.migrations,
  });
}

/** What was built now, what the version it starts from has, or what runs already; `undefined` when a build is missing. */
function versionServices({ plan, context, before, events, version }: CloseRequest): Version['services'] | undefined {
  const built = builtArtifacts(events);
  const wanted = plan.operations.flatMap(({ action }) => (action.do === 'build' ? [action.service] : []));
  if (!wanted.every((name) => built.has(name))) return undefined;
  return Object.fromEntries(
    Object.values(context.services).flatMap(({ name, driver }) => {
      const earlier = placesNew(plan, name) ? undefined : version?.services[name]?.artifact;
      const artifact = built.get(name) ?? earlier ?? before?.current[name]?.artifact;
      const inputs = context.inputs[name];
      return artifact && inputs ? [[name, { driver, artifact, inputs }]] : [];
    }),
  );
}

/** A run in another environment may have taken the name meanwhile; what was built is recorded all the same. */
async function nameOf({ state }: Workspace, { version_id, version_name }: RunContext): Promise<{ name?: string }> {
  if (version_name === undefined) return {};
  const owner = await state.versions.idOf(version_name);
  return owner === undefined || owner === version_id ? { name: version_name } : {};
}

function builtArtifacts(events: readonly StampedEvent[]) {
  return new Map(
    events.flatMap((event) => {
      if (event.type !== 'operation.succeeded' || !event.operation.startsWith('build:')) return [];
      const artifact = outputsOf<'build'>(event.outputs)?.artifact;
      return artifact ? [[event.operation.slice('build:'.length), artifact] as const] : [];
    }),
  );
}

async function tidy(workspace: Workspace): Promise<void> {
  const { document } = await workspace.state.read();
  const environments = Object.values(document.environments);
  saveSources(workspace, environments);
  if (environments.every(({ active_run }) => active_run === undefined)) await pruneArtifacts(workspace, environments);
}

/** Artifacts stay while something runs on them, or one of the newest `keep` deployments of an environment had them. */
async function pruneArtifacts(workspace: Workspace, environments: readonly EnvironmentState[]): Promise<void> {
  const keep = new Set(environments.flatMap(liveReleases).map(({ artifact }) => artifact.digest));
  for (const { deployments } of environments) {
    for (const { version_id } of deployments.slice(-workspace.config.keep - 1)) {
      const version = await workspace.state.versions.get(version_id);
      for (const { artifact } of Object.values(version.services)) keep.add(artifact.digest);
    }
  }
  await workspace.artifacts.prune(keep, { idle_ms: SPARED_MS });
}

function liveReleases({ current, canary }: EnvironmentState): Release[] {
  return [...Object.values(current), ...Object.values(canary?.releases ?? {})];
}

/** The stat cache, and the file lists that tell how many files differ from what is live. */
function saveSources(workspace: Workspace, environments: readonly EnvironmentState[]): void {
  const live = environments.flatMap(liveReleases);
  workspace.sources().save(new Set(live.map(({ inputs }) => inputs.files)));
}
