import type { DriverContext, Target } from '../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../core/inspection.ts';
import { printableLine } from '../../../core/text.ts';
import { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { readTitle } from '../names.ts';
import { isSplit } from '../options.ts';
import { findSite, urlOf } from '../site/site.ts';
import { isFailed, isReady, liveDeploy, ofTarget, recentDeploys } from './list.ts';
import { hostOf } from './placement.ts';
import { activeSplit, splitShares } from './split.ts';

/**
 * What Netlify has of a target, by the titles of deploys and what the site says: never by what we remember. What users get is
 * among it, whoever made it.
 */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const api = new Netlify(context);
  const site = await findSite(api, target);
  if (!site) return { state: 'absent', releases: [] };
  const deploys = await recentDeploys(api, site, target);
  const own = ofTarget(deploys, target);
  if (own.length === 0) return { state: 'absent', releases: [] };
  const shares = await sharesAt(api, site, deploys, target);
  const url = urlOf(site, target);
  const shown = deploys.filter((deploy) => own.includes(deploy) || shares.has(deploy.id));
  const releases = shown.map((deploy) => inspected(deploy, site, { percent: shares.get(deploy.id) ?? 0, url }));
  return { state: 'present', url, releases: releases.toReversed() };
}

/** Deploys that users get, with their percentages. */
export async function sharesAt(
  api: Netlify,
  site: SiteView,
  deploys: readonly DeployView[],
  target: Target,
): Promise<ReadonlyMap<string, number>> {
  const split = isSplit(target.mode, target.service.options) ? await activeSplit(api, site) : undefined;
  if (split && split.shares.size > 0) return splitShares(split, site, deploys);
  const live = liveDeploy(site, deploys, target);
  return new Map(live ? [[live.id, 100]] : []);
}

function inspected(
  deploy: DeployView,
  site: SiteView,
  { percent, url }: { readonly percent: number; readonly url: string },
): InspectedRelease {
  const detail = detailOf(deploy);
  return {
    ref: deploy.id,
    version_id: readTitle(deploy.title)?.version ?? `deploy ${deploy.id}`,
    state: isReady(deploy) ? 'running' : isFailed(deploy) || deploy.state === 'pending_review' ? 'failed' : 'starting',
    percent,
    ...(percent > 0 ? { url } : {}),
    internal_url: hostOf(deploy, site),
    ...(deploy.created_at ? { started_at: deploy.created_at } : {}),
    ...(detail ? { detail } : {}),
  };
}

function detailOf({ state, title, error_message }: DeployView): string | undefined {
  if (!readTitle(title)) return 'was not made by deployer';
  if (state === 'pending_review') return 'waits for a reviewer';
  return error_message ? printableLine(error_message).slice(0, 300) : undefined;
}
