import type { RunReport } from '../core/run.ts';
import { type DestroyRequest, planDestroy } from '../plan/destroy.ts';
import { applyPlan, type Planned } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

export type DestructionRequest = DestroyRequest & { readonly env: string };

/** What removing everything of an environment would do. It needs no variables and no database that answers. */
export async function planDestruction(workspace: Workspace, request: DestructionRequest): Promise<Planned> {
  const observation = await observe(workspace, request);
  const { plan, errors } = planDestroy(observation.snapshot, request);
  return { plan, errors, observation: { ...observation, snapshot: { ...observation.snapshot, findings: [] } } };
}

/** Removes everything an environment has on its platforms. Databases are left alone, and so is data unless asked for. */
export async function destroyEnvironment(
  workspace: Workspace,
  request: DestructionRequest,
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: () => planDestruction(workspace, request),
    command: 'env destroy',
    ...options,
  });
}
