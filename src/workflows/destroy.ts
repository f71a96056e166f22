import type { RunReport } from '../core/run.ts';
import { planDestroy } from '../plan/destroy.ts';
import { applyPlan } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

/** Removes everything an environment has on its platforms. Databases are left alone. */
export async function destroyEnvironment(
  workspace: Workspace,
  request: { env: string },
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: async () => {
      const observation = await observe(workspace, request);
      const { plan, errors } = planDestroy(observation.snapshot);
      // Going away needs no variables and no database that answers.
      return { plan, errors, observation: { ...observation, snapshot: { ...observation.snapshot, findings: [] } } };
    },
    command: 'env destroy',
    ...options,
  });
}
