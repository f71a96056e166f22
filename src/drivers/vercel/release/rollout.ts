import { DeployerError } from '../../../core/errors.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { part } from '../names.ts';
import { type Shift, settle, switchTo } from './promotion.ts';

/** A rolling release under way. */
export interface Rollout {
  readonly canary: string;
  readonly current: string;
  /** Of the canary. */
  readonly percent: number;
}

interface RolloutAnswer {
  readonly rollingRelease?: {
    readonly canaryDeployment?: { readonly id?: string } | null;
    readonly currentDeployment?: { readonly id?: string } | null;
    readonly activeStage?: { readonly targetPercentage?: number } | null;
  } | null;
}

export async function activeRollout(api: Vercel, project: ProjectView): Promise<Rollout | undefined> {
  const { body } = await api.call<RolloutAnswer>('GET', pathOf(project), {
    doing: `look at the rolling release of ${project.name}`,
    query: { state: 'ACTIVE' },
    accept: [404],
  });
  const { canaryDeployment, currentDeployment, activeStage } = body.rollingRelease ?? {};
  const [canary, current] = [canaryDeployment?.id, currentDeployment?.id];
  if (canary === undefined || current === undefined) return undefined;
  return { canary, current, percent: activeStage?.targetPercentage ?? 0 };
}

/**
 * Gives a deployment its share beside the one in production. The stages are set for this one rollout, which then waits at the
 * first: Vercel never changes those of a rollout that has begun.
 */
export async function startRollout(
  api: Vercel,
  project: ProjectView,
  canary: string,
  { percent, shift }: { readonly percent: number; readonly shift: Shift },
): Promise<void> {
  const active = await activeRollout(api, project);
  if (active?.canary === canary && active.percent === percent) return;
  if (active) throw underWay(project, shift);
  const stages = [{ targetPercentage: percent }, { targetPercentage: 100 }];
  await api.call('PATCH', `${pathOf(project)}/config`, {
    doing: `set the stages of the rolling release of ${project.name}`,
    body: { enabled: true, advancementType: 'manual-approval', stages },
    repeat: 'always',
  });
  await api.call('POST', `${pathOf(project)}/start`, {
    doing: `start the rolling release of ${canary}`,
    body: { canaryDeploymentId: canary },
    repeat: 'always',
  });
}

/** Ends a rollout in favour of one of its two deployments. */
export async function endRollout(
  api: Vercel,
  project: ProjectView,
  { id, active, shift }: { readonly id: string; readonly active: Rollout; readonly shift: Shift },
): Promise<void> {
  if (id === active.canary) await complete(api, project, id, shift);
  else if (id === active.current) await abort(api, project, id, shift);
  else throw underWay(project, shift);
}

/** Later promotions switch at once again. */
export async function switchOff(api: Vercel, project: ProjectView): Promise<void> {
  const doing = `switch the rolling releases of ${project.name} off`;
  await api.call('DELETE', `${pathOf(project)}/config`, { doing, accept: [404] });
}

async function complete(api: Vercel, project: ProjectView, id: string, shift: Shift): Promise<void> {
  await api.call('POST', `${pathOf(project)}/complete`, {
    doing: `complete the rolling release of ${id}`,
    body: { canaryDeploymentId: id },
    repeat: 'always',
  });
  await settle(api, id, { ...shift, way: 'promote' });
}

/** Vercel has no other way to abort than a rollback to what is in production already. */
async function abort(api: Vercel, project: ProjectView, id: string, shift: Shift): Promise<void> {
  await switchTo(api, project, id, { ...shift, way: 'rollback' });
  if (project.autoAssignCustomDomains === false) return;
  await api.call('PATCH', `/v9/projects/${part(project.id)}`, {
    doing: `leave autoAssignCustomDomains of ${project.name} switched on`,
    body: { autoAssignCustomDomains: true },
    repeat: 'always',
  });
}

function pathOf({ id }: ProjectView): string {
  return `/v1/projects/${part(id)}/rolling-release`;
}

function underWay({ name }: ProjectView, { target }: Shift): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'traffic',
    reason: `Another rolling release of ${name} is under way at Vercel`,
    fix: `Complete or abort it there, or: deployer canary abort --env ${target.environment}`,
  });
}
