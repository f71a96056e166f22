import type { DriverContext, Share, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { isOf, readTitle, sideOf } from '../names.ts';
import { isSplit } from '../options.ts';
import { findSite, requireSite } from '../site/site.ts';
import { sharesAt } from './inspection.ts';
import { liveDeploy, recentDeploys } from './list.ts';
import { removeDeploy } from './placement.ts';
import { publish, takeOffline } from './publishing.ts';
import { endSplit, startSplit } from './split.ts';
import { getDeploy } from './wait.ts';

/** Leads users to one release by publishing it, or a share of them to a second one by a split test. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const api = new Netlify(context);
  const site = await requireSite(api, target);
  const { mode, service } = target;
  if (sideOf(target) === 'preview') return requireNewest(api, site, target, shares);
  const wanted = wantedOf(shares, site, target);
  const split = isSplit(mode, service.options);
  if (wanted === undefined) {
    if (split) await endSplit(api, site);
    return takeOffline(api, site, { target, context });
  }
  const deploy = await requireDeploy(api, target, wanted.id);
  const live = site.published_deploy;
  if (wanted.percent < 100 && live) return startSplit(api, site, { live, canary: deploy, percent: wanted.percent });
  await publish(api, site, deploy.id, { target, context });
  // Until now those who had the new one keep it: nobody is moved twice.
  if (split) await endSplit(api, site);
}

/**
 * Removes one deploy. One that is gone, or somebody else's, is no failure; the live one is refused, but for taking its placing
 * back.
 */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const api = new Netlify(context);
  const site = await findSite(api, target);
  if (!site) return;
  const deploy = await getDeploy(api, String(ref));
  if (!deploy || !isOf(target, readTitle(deploy.title))) return;
  const takenBack = context.undoing === true && sideOf(target) === 'preview';
  if (!takenBack) {
    const deploys = await recentDeploys(api, site, target);
    if ((await sharesAt(api, site, deploys, target)).has(String(ref))) throw live(target, String(ref));
  }
  await removeDeploy(api, String(ref));
}

/** The one deploy that gets everybody, or the one that gets a share beside what is published. */
function wantedOf(
  shares: readonly Share[],
  { published_deploy }: SiteView,
  { mode, service }: Target,
): { readonly id: string; readonly percent: number } | undefined {
  const some = shares.filter(({ percent }) => percent > 0);
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  if (some.length === 0) return undefined;
  const [wanted] = some.length === 1 ? some : some.filter(({ ref }) => String(ref) !== published_deploy?.id);
  const splits =
    some.length === 2 && isSplit(mode, service.options) && some.some(({ ref }) => ref === published_deploy?.id);
  if (wanted && sum === 100 && (some.length === 1 || splits))
    return { id: String(wanted.ref), percent: wanted.percent };
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `The Netlify driver cannot send a share of the requests to a new release of ${service.name}`,
    fix: 'Deploy without a canary, or set netlify.split_testing in production',
  });
}

/** A branch leads to its newest deploy by itself. */
async function requireNewest(api: Netlify, site: SiteView, target: Target, shares: readonly Share[]): Promise<void> {
  const newest = liveDeploy(site, await recentDeploys(api, site, target), target);
  if (shares.every(({ ref, percent }) => percent === (ref === newest?.id ? 100 : 0))) return;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `The preview of ${target.service.name} leads to the newest deploy of its branch, and to no other`,
    fix: `Place the release again: deployer redeploy --env ${target.environment}`,
  });
}

async function requireDeploy(api: Netlify, { service, environment }: Target, id: string): Promise<DeployView> {
  const deploy = await getDeploy(api, id);
  if (deploy) return deploy;
  throw new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `The deploy ${id} of ${service.name} is not at Netlify any more`,
    fix: `Place it again: deployer redeploy --env ${environment}`,
  });
}

function live({ service }: Target, id: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The deploy ${id} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
