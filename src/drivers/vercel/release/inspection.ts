import type { DriverContext, Target } from '../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../core/inspection.ts';
import { unreachable } from '../../../core/unreachable.ts';
import { Vercel } from '../api/client.ts';
import type { DeploymentItem, ProjectView, ReadyState } from '../api/types.ts';
import { META, sideOf } from '../names.ts';
import { isRolling } from '../options.ts';
import { bypassHeaders } from '../project/bypass.ts';
import { findProject, urlOf } from '../project/project.ts';
import { aliasedDeployment } from './aliases.ts';
import { listReleases } from './list.ts';
import { activeRollout } from './rollout.ts';

/** What Vercel has of a target, by its metadata and who has the domain: never by what we remember. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  if (!project) return { state: 'absent', releases: [] };
  const [items, shares] = await Promise.all([listReleases(api, project, target), sharesOf(api, project, target)]);
  if (items.length === 0) return { state: 'absent', releases: [] };
  const url = urlOf(project, target);
  return {
    state: 'present',
    url,
    probe_headers: bypassHeaders(project),
    releases: items.map((item) => inspected(item, { percent: shares.get(item.uid) ?? 0, url })),
  };
}

/** The deployment that users get; `undefined` when nobody gets any. */
export async function liveDeployment(api: Vercel, project: ProjectView, target: Target): Promise<string | undefined> {
  return sideOf(target) === 'production'
    ? (project.targets?.production?.id ?? undefined)
    : aliasedDeployment(api, project, target);
}

/** Deployments that users get, with their percentages. */
export async function sharesOf(
  api: Vercel,
  project: ProjectView,
  target: Target,
): Promise<ReadonlyMap<string, number>> {
  const rolling = isRolling(target.mode, target.service.options) ? await activeRollout(api, project) : undefined;
  if (rolling)
    return new Map([
      [rolling.current, 100 - rolling.percent],
      [rolling.canary, rolling.percent],
    ]);
  const live = await liveDeployment(api, project, target);
  return new Map(live === undefined ? [] : [[live, 100]]);
}

function inspected(
  { uid, url: host, meta, state, created }: DeploymentItem,
  { percent, url }: { readonly percent: number; readonly url: string },
): InspectedRelease {
  const detail = detailOf(state);
  return {
    ref: uid,
    version_id: meta?.[META.version] ?? '',
    state: stateOf(state),
    percent,
    ...(percent > 0 ? { url } : {}),
    internal_url: `https://${host}`,
    started_at: new Date(created).toISOString(),
    ...(detail ? { detail } : {}),
  };
}

function stateOf(state: ReadyState): InspectedRelease['state'] {
  switch (state) {
    case 'READY':
      return 'running';
    case 'ERROR':
    case 'CANCELED':
    case 'BLOCKED':
      return 'failed';
    case 'QUEUED':
    case 'INITIALIZING':
    case 'ANALYZING':
    case 'BUILDING':
    case 'DEPLOYING':
      return 'starting';
    default:
      return unreachable(state);
  }
}

function detailOf(state: ReadyState): string | undefined {
  if (state === 'BLOCKED') return 'is held back by Vercel';
  if (state === 'CANCELED') return 'was cancelled';
  return state === 'ERROR' ? 'could not be built' : undefined;
}
