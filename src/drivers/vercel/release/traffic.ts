import type { DriverContext, Share, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { Vercel } from '../api/client.ts';
import type { DeploymentView, ProjectView } from '../api/types.ts';
import { isOf, sideOf } from '../names.ts';
import { isRolling } from '../options.ts';
import { findProject, requireProject } from '../project/project.ts';
import { assignAlias, removeAlias } from './aliases.ts';
import { sharesOf } from './inspection.ts';
import { removeDeployment } from './placement.ts';
import { isProduction, promote, rollBack, type Shift } from './promotion.ts';
import { activeRollout, endRollout, startRollout, switchOff } from './rollout.ts';
import { getDeployment } from './wait.ts';

/** Leads users to one release: by promotion on the production side, by the alias of the environment on the other. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const api = new Vercel(target, context);
  const project = await requireProject(api, target);
  const wanted = wantedOf(shares, project, target);
  if (wanted === undefined) return takeAway(api, project, target, context);
  const view = await requireDeployment(api, target, wanted.id);
  if (sideOf(target) === 'preview') return assignAlias(api, project, target, wanted.id);
  return shiftProduction(api, project, { view, percent: wanted.percent }, { target, context });
}

async function shiftProduction(
  api: Vercel,
  project: ProjectView,
  { view, percent }: { readonly view: DeploymentView; readonly percent: number },
  shift: Shift,
): Promise<void> {
  const { id } = view;
  const { mode, service } = shift.target;
  if (percent < 100) return startRollout(api, project, id, { percent, shift });
  if (!isRolling(mode, service.options)) return switchProduction(api, project, view, shift);
  const active = await activeRollout(api, project);
  if (active) await endRollout(api, project, { id, active, shift });
  await switchOff(api, project);
  await switchProduction(api, await requireProject(api, shift.target), view, shift);
}

/** Back to what was production before by Vercel's instant rollback; forward, and in taking something back, by promotion. */
async function switchProduction(api: Vercel, project: ProjectView, view: DeploymentView, shift: Shift): Promise<void> {
  const isBack = view.readySubstate === 'PROMOTED' && shift.context.undoing === undefined;
  const live = isBack ? project.targets?.production?.id : undefined;
  const current = live === undefined ? undefined : (await getDeployment(api, live)).body;
  const older = (view.createdAt ?? 0) < (current?.createdAt ?? 0);
  if (isBack && older) await rollBack(api, project, view.id, shift);
  else await promote(api, project, view.id, shift);
}

/** Removes one deployment. One that is gone is no failure, the live one is refused. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  if (!project) return;
  if ((await sharesOf(api, project, target)).has(String(ref))) throw live(target, String(ref));
  await removeDeployment(api, String(ref));
}

/** The one deployment that gets everybody, or the one that gets a share beside production. */
function wantedOf(
  shares: readonly Share[],
  project: ProjectView,
  { mode, service }: Target,
): { readonly id: string; readonly percent: number } | undefined {
  const some = shares.filter(({ percent }) => percent > 0);
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  if (some.length === 0) return undefined;
  const [wanted] = some.length === 1 ? some : some.filter(({ ref }) => !isProduction(project, String(ref)));
  const splits = some.length === 2 && isRolling(mode, service.options);
  if (wanted && sum === 100 && (some.length === 1 || splits))
    return { id: String(wanted.ref), percent: wanted.percent };
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `The Vercel driver cannot send a share of the requests to a new release of ${service.name}`,
    fix: 'Deploy without a canary, or set vercel.rolling_releases in production',
  });
}

/**
 * Nobody is to be led to what is live. An alias is simply removed; production goes back to what was there before the last
 * promotion, and where there was nothing, it is taken away with its deployment: Vercel has no other way to end serving.
 */
async function takeAway(api: Vercel, project: ProjectView, target: Target, context: DriverContext): Promise<void> {
  if (sideOf(target) === 'preview') return removeAlias(api, project, target);
  const live = project.targets?.production?.id;
  const { fromDeploymentId, toDeploymentId } = project.lastAliasRequest ?? {};
  // What was not switched by the last promotion, or is not ours, is not ours to take away.
  if (live === undefined || toDeploymentId !== live) return;
  if (!isOf(target, (await getDeployment(api, live)).body.meta)) return;
  const before = fromDeploymentId ?? undefined;
  const there = before !== undefined && (await getDeployment(api, before)).status < 400;
  if (there) return promote(api, project, before, { target, context });
  context.log(`nothing was in production before ${live}, so it is removed`);
  await removeDeployment(api, live);
}

async function requireDeployment(api: Vercel, { service, environment }: Target, id: string) {
  const { status, body } = await getDeployment(api, id);
  if (status < 400) return body;
  throw new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `The deployment ${id} of ${service.name} is not at Vercel any more`,
    fix: `Place it again: deployer redeploy --env ${environment}`,
  });
}

function live({ service }: Target, id: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The deployment ${id} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
