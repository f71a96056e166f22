import type { DriverContext, Target } from '../../../../core/driver.ts';
import type { Inspection } from '../../../../core/inspection.ts';
import { openSite } from '../site.ts';
import { type AliasView, findAlias, LIVE, urlOf, WAITING } from './entrance.ts';
import { listReleases } from './versions.ts';

/** What Lambda has of a target, by the descriptions of versions and the alias: never by what we remember. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const site = await openSite(target, context);
  const releases = await listReleases(site);
  if (releases.length === 0) return { state: 'absent', releases: [] };
  const [live, url] = await Promise.all([findAlias(site, LIVE), urlOf(site, LIVE)]);
  const shares = live ? sharesOf(live) : new Map<string, number>();
  return {
    state: 'present',
    ...(url === undefined ? {} : { url }),
    releases: releases.map(({ ref, label, state, at, detail }) => ({
      ref,
      version_id: label.version,
      state,
      percent: shares.get(ref) ?? 0,
      ...(at === undefined ? {} : { started_at: at }),
      ...(url !== undefined && shares.has(ref) ? { url } : {}),
      ...(detail === undefined ? {} : { detail }),
    })),
  };
}

/** Percentages by version. */
export function sharesOf({ FunctionVersion = '', RoutingConfig, Description }: AliasView): ReadonlyMap<string, number> {
  if (Description === WAITING) return new Map();
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  const others = weights.map(([version, weight]) => [version, Math.round(weight * 100)] as const);
  const rest = 100 - others.reduce((sum, [, percent]) => sum + percent, 0);
  return new Map([[FunctionVersion, rest], ...others]);
}
