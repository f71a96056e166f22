import { DeployerError } from '../core/errors.ts';
import type { RunReport } from '../core/run.ts';
import { planRollback } from '../plan/rollback.ts';
import { applyPlan, type Planned } from './apply.ts';
import { journalOf } from './carry-out.ts';
import type { RunOptions } from './deploy.ts';
import { findTarget, observe, requireState } from './observe.ts';
import { resume } from './resume.ts';
import { rollbackTarget } from './version-lookup.ts';
import { contextOf, type Workspace } from './workspace.ts';

export interface RollbackRequest {
  readonly env: string;
  readonly to?: string;
  readonly migrateDown?: boolean;
  readonly force?: boolean;
}

/**
 * Makes an earlier version live again with the configuration it ran with. When a run was cut off, going back means
 * taking back what that run did; one that was about to end is ended first.
 */
export async function rollback(
  workspace: Workspace,
  request: RollbackRequest,
  options: RunOptions,
): Promise<RunReport> {
  const { document } = await workspace.state.read();
  const env = findTarget(workspace, document, request).name;
  const cutOff = document.environments[env]?.active_run;
  if (cutOff && !request.to) {
    const direction = (await isPastReturn(workspace, cutOff)) ? 'forward' : 'back';
    const report = await resume(workspace, { run: cutOff, direction, assumeDone: [], assumeNotDone: [] }, options);
    // What a run brought that came to its end is what there is to go back from.
    if (direction === 'back' || report.status !== 'succeeded') return report;
  }
  return applyPlan({
    workspace,
    makePlan: () => planRollbackTo(workspace, { ...request, env }),
    command: 'rollback',
    forced: request.force ? ['force'] : [],
    ...options,
  });
}

/** Behind the new release the old ones are removed, and users cannot simply be moved back. */
async function isPastReturn(workspace: Workspace, run: string): Promise<boolean> {
  const { operations } = await workspace.state.runs.readPlan(run);
  const removing = new Set(operations.filter(({ action }) => action.do === 'retire').map(({ id }) => id));
  const events = await journalOf(workspace, run);
  return events.some((event) => event.type === 'operation.started' && removing.has(event.operation));
}

async function planRollbackTo(workspace: Workspace, request: RollbackRequest): Promise<Planned> {
  const { document } = await workspace.state.read();
  const state = requireState(document, request.env);
  if (state.canary) throw canaryFirst(request.env);
  const wanted = request.to ? await workspace.state.versions.get(request.to) : undefined;
  const target = rollbackTarget(state.deployments, request.env, wanted);
  const version = wanted ?? (await workspace.state.versions.get(target.version_id));
  const context = await contextOf(workspace, target.run_id);
  const observation = await observe(workspace, {
    env: request.env,
    version,
    configuration: target.configuration,
    ...(context ? { services: context.services } : {}),
  });
  const { migrateDown, force } = request;
  return {
    ...planRollback(observation.snapshot, { migrateDown, force, given: context?.inputs }),
    observation,
    version,
  };
}

function canaryFirst(env: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `A canary is under way in ${env}; the version before it still runs`,
    fix: `Take the canary back: deployer canary abort --env ${env}`,
    stage: 'plan',
  });
}
