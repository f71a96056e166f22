import { DeployerError } from '../core/errors.ts';
import type { RunReport } from '../core/run.ts';
import type { CanaryState } from '../core/state.ts';
import { planCanaryAbort, planCanaryPromote } from '../plan/canary.ts';
import { applyPlan } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { findTarget, observe, requireState } from './observe.ts';
import { contextOf, type Workspace } from './workspace.ts';

/** Gives the candidate everybody, or takes it away. */
export async function endCanary(
  workspace: Workspace,
  request: { env: string; outcome: 'promote' | 'abort' },
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: async () => {
      const { canary, env } = await requireCanary(workspace, request.env);
      const version = await workspace.state.versions.get(canary.version_id);
      const context = await contextOf(workspace, canary.run_id);
      const promoted =
        request.outcome === 'promote'
          ? { configuration: canary.configuration, ...(context ? { services: context.services } : {}) }
          : {};
      const observation = await observe(workspace, { env, version, ...promoted });
      const made =
        request.outcome === 'promote' ? planCanaryPromote(observation.snapshot) : planCanaryAbort(observation.snapshot);
      return { ...made, observation, version };
    },
    command: `canary ${request.outcome}`,
    ...options,
  });
}

/** The canary under way; `NOT_FOUND` without one. */
export async function requireCanary(workspace: Workspace, name: string): Promise<{ env: string; canary: CanaryState }> {
  const { document } = await workspace.state.read();
  const env = findTarget(workspace, document, { env: name }).name;
  const { canary } = requireState(document, env);
  if (canary) return { env, canary };
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `No canary is under way in ${env}`,
    fix: `Start one: deployer deploy --env ${env} --canary 10`,
    stage: 'state',
  });
}
