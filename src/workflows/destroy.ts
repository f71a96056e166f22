import type { RunReport } from '../core/run.ts';
import { planDestroy } from '../plan/destroy.ts';
import { applyPlan, type Planned } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

/** What removing everything of an environment would do. It needs no variables and no database that answers. */
export async function planDestruction(workspace: Workspace, request: { env: string }): Promise<Planned> {
  const observation = await observe(workspace, request);
  const { plan, errors } = planDestroy(observation.snapshot);
  return { plan, errors, observation: { ...observation, snapshot: { ...observation.snapshot, findings: [] } } };
}

/** Removes everything an environment has on its platforms. Databases are left alone. */
export async function destroyEnvironment(
  workspace: Workspace,
  request: { env: string },
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: () => planDestruction(workspace, request),
    command: 'env destroy',
    ...options,
  });
}
