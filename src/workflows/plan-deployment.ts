import type { Planned } from './apply.ts';
import { observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

export interface PlanDeployRequest {
  readonly env: string;
  readonly services?: readonly string[];
  readonly canaryPercent?: number;
  readonly force?: boolean;
}

/** What a deploy would do. Changes nothing. */
export async function planDeployment(workspace: Workspace, request: PlanDeployRequest): Promise<Planned> {
  const observation = await observe(workspace, { env: request.env, judging: true, building: true });
  const { planDeploy } = await import('../plan/deploy.ts');
  const { env: _, ...options } = request;
  return { ...planDeploy(observation.snapshot, options), observation };
}
