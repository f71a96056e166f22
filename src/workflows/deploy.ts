import type { Listener } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import { type ApplyRequest, applyPlan } from './apply.ts';
import { type PlanDeployRequest, planDeployment } from './plan-deployment.ts';
import type { Workspace } from './workspace.ts';

/** Everything the verbs that change something have in common. */
export interface RunOptions {
  readonly approve: ApplyRequest['approve'];
  readonly emit: Listener;
  readonly concurrency?: number;
  readonly lockWaitMs?: number;
  /** Told in a sentence whom it waits for, and from whom it took over. */
  readonly tell?: (sentence: string) => void;
}

export interface DeployRequest extends PlanDeployRequest {
  /** A saved plan. */
  readonly approved?: Plan;
  readonly versionName?: string;
}

/** Builds what changed, migrates, places, switches and checks. */
export async function deploy(workspace: Workspace, request: DeployRequest, options: RunOptions): Promise<RunReport> {
  const { approved, versionName, ...typed } = request;
  const wanted = approved ? { env: approved.env, ...askedBy(approved) } : typed;
  if (versionName !== undefined) await workspace.state.versions.requireFree(versionName);
  return applyPlan({
    workspace,
    makePlan: () => planDeployment(workspace, wanted),
    command: 'deploy',
    forced: wanted.force ? ['force'] : [],
    ...(approved ? { approved } : {}),
    ...(versionName ? { versionName } : {}),
    ...options,
  });
}

/** What was asked for when a saved plan was made; nothing that is typed now changes it. */
function askedBy({ request = {} }: Plan): Omit<PlanDeployRequest, 'env'> {
  const { services, canary_percent, force } = request;
  return {
    ...(services ? { services } : {}),
    ...(canary_percent === undefined ? {} : { canaryPercent: canary_percent }),
    ...(force ? { force } : {}),
  };
}
