import { DeployerError } from '../core/errors.ts';
import type { RunReport } from '../core/run.ts';
import type { EnvironmentState, StateDocument } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { RunOptions } from './deploy.ts';
import { underLock } from './lock.ts';
import { findTarget } from './observe.ts';
import { underPlatformLocks } from './platform-locks.ts';
import { valuesToGoOnWith } from './resume-values.ts';
import { perform, recordStart } from './run.ts';
import type { PerformRequest, ResumeOptions } from './run-request.ts';
import { resolveVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface ResumeRequest extends ResumeOptions {
  /** Left out: the one run that was cut off. */
  readonly run?: string;
}

/** Finishes a run that was cut off, or takes back what it did: from its own plan, context and journal. */
export async function resume(
  workspace: Workspace,
  request: ResumeRequest,
  options: Omit<RunOptions, 'approve'>,
): Promise<RunReport> {
  const { document } = await workspace.state.read();
  const run = request.run ?? onlyCutOff(document);
  const env = Object.values(document.environments).find((state) => canResume(state, run))?.name;
  if (!env) throw nothingToResume(run);
  return underLock({ workspace, command: 'resume', ...options }, env, async (locked) => {
    const parts = await readRun(workspace, { ...request, run, env });
    locked.stop.throwIfAborted();
    const { mode, services } = parts.context;
    const wish = { workspace, command: 'resume', ...options };
    return underPlatformLocks(
      { wish, locked, environment: { name: env, mode, services }, state: parts.before },
      (platforms) => goOn({ workspace, ...parts, lock: locked.lock, platforms, ...howToGoOn(request, options) }),
    );
  });
}

function howToGoOn(
  { direction, assumeDone, assumeNotDone }: ResumeRequest,
  { emit, concurrency }: Omit<RunOptions, 'approve'>,
): GoOn {
  return {
    emit,
    resume: { direction, assumeDone, assumeNotDone },
    ...(concurrency ? { concurrency } : {}),
  };
}

async function goOn(request: PerformRequest & GoOn): Promise<RunReport> {
  const {
    workspace,
    context,
    plan,
    platforms,
    resume: { direction },
  } = request;
  platforms.require(plan);
  await recordStart(workspace, context, {
    action: direction === 'back' ? 'rollback' : 'resume',
    detail: { direction },
  });
  return perform(request);
}

type GoOn = Pick<PerformRequest, 'emit' | 'concurrency'> & { readonly resume: ResumeOptions };

type RunParts = Pick<PerformRequest, 'plan' | 'context' | 'before' | 'variables' | 'version'>;

/** Everything the run had when it was cut off. Going on needs every value that it had; going back may do without. */
async function readRun(
  workspace: Workspace,
  { run, env, direction }: { run: string; env: string; direction: ResumeOptions['direction'] },
): Promise<RunParts> {
  const { runs, versions } = workspace.state;
  const { document } = await workspace.state.read();
  const state = document.environments[env];
  if (!state || !canResume(state, run)) throw nothingToResume(run);
  const { active_run: _open, ...before } = state;
  const [plan, context] = await Promise.all([runs.readPlan(run), runs.readContext(run)]);
  const environment = findTarget(workspace, document, { env, services: context.services });
  const given =
    direction === 'forward'
      ? await valuesToGoOnWith(workspace, { environment, plan, context })
      : { variables: await resolveVariables(workspace, environment, context.configuration), context };
  const version =
    plan.version_id === undefined ? undefined : await versions.get(plan.version_id).catch(() => undefined);
  return { plan, ...given, before: isNew(before) ? undefined : before, version };
}

/** A run that was cut off, or one whose new version is live although a later step failed. */
function canResume(state: EnvironmentState, run: string): boolean {
  return (state.active_run ?? flaggedRun(state)) === run;
}

/** The run whose version is live although a step after it failed. */
function flaggedRun({ deployments }: EnvironmentState): string | undefined {
  const last = deployments.at(-1);
  return last && !last.healthy ? last.run_id : undefined;
}

/** An environment that only exists because its first run had started. */
function isNew(state: {
  deployments: readonly unknown[];
  revisions: readonly unknown[];
  resources: object;
  template?: string;
}): boolean {
  return (
    state.deployments.length === 0 &&
    state.revisions.length === 0 &&
    Object.keys(state.resources).length === 0 &&
    !state.template
  );
}

function onlyCutOff(document: StateDocument): string {
  const runs = Object.values(document.environments).flatMap((state) => state.active_run ?? flaggedRun(state) ?? []);
  const [only] = runs;
  if (only && runs.length === 1) return only;
  if (!only) throw nothingToResume();
  throw new DeployerError({
    code: 'USAGE',
    reason: `Several runs were cut off: ${list(runs)}`,
    fix: 'Name one: deployer resume RUN',
    stage: 'resume',
  });
}

function nothingToResume(run?: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: run ? `${run} is not a run that was cut off` : 'No run was cut off',
    fix: 'See what ran: deployer runs',
    stage: 'resume',
  });
}
