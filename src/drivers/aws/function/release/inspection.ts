import type { DriverContext, Target } from '../../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../../core/inspection.ts';
import { requestCounts } from '../../figures.ts';
import { openSite, type Site } from '../site.ts';
import { type AliasView, findAlias, LIVE, urlOf, WAITING } from './entrance.ts';
import { listReleases, type Release } from './versions.ts';

/** What Lambda has of a target, by the descriptions of versions and the alias: never by what we remember. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const site = await openSite(target, context);
  const found = await listReleases(site);
  if (found.length === 0) return { state: 'absent', releases: [] };
  const [live, url] = await Promise.all([findAlias(site, LIVE), urlOf(site, LIVE)]);
  const shares = live ? sharesOf(live) : new Map<string, number>();
  const releases = await Promise.all(found.map((one) => shown(site, one, { shares, url })));
  return { state: 'present', ...(url === undefined ? {} : { url }), releases };
}

async function shown(
  site: Site,
  { ref, label, state, at, detail }: Release,
  { shares, url }: { readonly shares: ReadonlyMap<string, number>; readonly url: string | undefined },
): Promise<InspectedRelease> {
  return {
    ref,
    version_id: label.version,
    state,
    percent: shares.get(ref) ?? 0,
    ...(at === undefined ? {} : { started_at: at }),
    ...(url !== undefined && shares.has(ref) ? { url } : {}),
    ...(detail === undefined ? {} : { detail }),
    // Lambda counts by version only while an alias leads to two.
    ...(shares.size > 1 && shares.has(ref) ? await versionCounts(site, ref, at) : {}),
  };
}

/** Calls by users, and those that threw, ended or ran out of time or memory; not answers that say 500 themselves. */
function versionCounts(site: Site, version: string, at: string | undefined) {
  return requestCounts(site, {
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: site.name, Resource: `${site.name}:${LIVE}`, ExecutedVersion: version },
    requests: 'Invocations',
    errors: 'Errors',
    since: at === undefined ? undefined : new Date(at),
  });
}

/** Percentages by version. */
export function sharesOf({ FunctionVersion = '', RoutingConfig, Description }: AliasView): ReadonlyMap<string, number> {
  if (Description === WAITING) return new Map();
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  const others = weights.map(([version, weight]) => [version, Math.round(weight * 100)] as const);
  const rest = 100 - others.reduce((sum, [, percent]) => sum + percent, 0);
  return new Map([[FunctionVersion, rest], ...others]);
}
