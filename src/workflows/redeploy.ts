import type { RunReport } from '../core/run.ts';
import { planRedeploy } from '../plan/redeploy.ts';
import { applyPlan } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { observe } from './observe.ts';
import { currentVersion } from './version-lookup.ts';
import type { Workspace } from './workspace.ts';

/** Places the running version again, with the variables of today. */
export async function redeploy(
  workspace: Workspace,
  request: { env: string },
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: async () => {
      const version = await currentVersion(workspace, request.env);
      const observation = await observe(workspace, { env: request.env, version, judging: true });
      return { ...planRedeploy(observation.snapshot), observation, version };
    },
    command: 'redeploy',
    ...options,
  });
}
