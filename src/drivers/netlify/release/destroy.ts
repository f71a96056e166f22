import type { DriverContext, Target } from '../../../core/driver.ts';
import { Netlify } from '../api/client.ts';
import type { SiteView } from '../api/types.ts';
import { markOf, part, sideOf } from '../names.ts';
import { isSplit } from '../options.ts';
import { findSite, ownerOf } from '../site/site.ts';
import { removeVariables } from '../site/variables.ts';
import { listDeploys, ofTarget } from './list.ts';
import { removeDeploy } from './placement.ts';
import { isOffline, takeOffline } from './publishing.ts';
import { endSplit } from './split.ts';

/**
 * Removes what carries this target's title: its deploys, and its variables; and the site, when we made it and nobody has
 * anything in it any more.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const api = new Netlify(context);
  const site = await findSite(api, target);
  if (!site) return;
  const owner = await ownerOf(api, site);
  if (owner !== undefined && owner !== markOf(target)) return;
  const deploys = await listDeploys(api, site);
  const own = ofTarget(deploys, target);
  const mine = new Set(own.map(({ id }) => id));
  const hasOthers = deploys.some((deploy) => !mine.has(deploy.id) && !isOffline(deploy));
  if (owner !== undefined && !hasOthers) return removeSite(api, site);
  if (sideOf(target) === 'production') await withdraw(api, site, { target, context });
  for (const { id } of own) await removeDeploy(api, id);
}

async function withdraw(
  api: Netlify,
  site: SiteView,
  shift: { readonly target: Target; readonly context: DriverContext },
): Promise<void> {
  const { mode, service } = shift.target;
  if (isSplit(mode, service.options)) await endSplit(api, site);
  await takeOffline(api, site, shift);
  await removeVariables(api, site);
}

async function removeSite(api: Netlify, site: SiteView): Promise<void> {
  const given = { doing: `remove the site ${site.name}`, accept: [404] };
  await api.call('DELETE', `/sites/${part(site.id)}`, given);
}
