import type { Change, Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import { planPromote } from '../plan/promote.ts';
import { applyPlan, type Planned } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { findTarget, observe } from './observe.ts';
import { currentVersion } from './version-lookup.ts';
import type { Workspace } from './workspace.ts';

export interface PromoteRequest {
  readonly source: string;
  readonly target: string;
  readonly force?: boolean;
}

/** What a promotion would do: the version that runs in the source, with the target's own configuration. */
export async function planPromotion(workspace: Workspace, request: PromoteRequest): Promise<Planned> {
  const { document } = await workspace.state.read();
  const from = findTarget(workspace, document, { env: request.source }).name;
  const version = await currentVersion(workspace, from);
  const observation = await observe(workspace, { env: request.target, version, from, judging: true });
  return { ...planPromote(observation.snapshot, request.force ? { force: true } : {}), observation, version };
}

/** Deploys the same built bytes to another environment. */
export async function promote(workspace: Workspace, request: PromoteRequest, options: RunOptions): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: () => planPromotion(workspace, request),
    command: 'env promote',
    forced: request.force ? ['force'] : [],
    ...options,
  });
}

/** What `--plan-only` answers. */
export function promotionDocument(planned: Planned): Record<string, unknown> {
  const { plan } = planned;
  return {
    status: plan.gates.every(({ met }) => met) ? 'ready_for_deploy' : 'blocked',
    version: { id: plan.version_id, name: plan.version_name ?? null },
    from: plan.from_env ?? null,
    environment: plan.env,
    diff_from_previous: groupChanges(plan.changes),
    gates: plan.gates,
    plan,
  };
}

function groupChanges(changes: Plan['changes']): Record<string, readonly Change[]> {
  const groups: Record<string, Change[]> = {
    service: [],
    variable: [],
    secret: [],
    flag: [],
    migration: [],
    option: [],
  };
  for (const change of changes) groups[change.kind]?.push(change);
  return groups;
}
