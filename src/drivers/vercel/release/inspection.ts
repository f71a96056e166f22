import type { DriverContext, InspectedRelease, Inspection, Target } from '../../../core/driver.ts';
import { unreachable } from '../../../core/unreachable.ts';
import { Vercel } from '../api/client.ts';
import type { DeploymentItem, ProjectView, ReadyState } from '../api/types.ts';
import { META, sideOf } from '../names.ts';
import { bypassHeaders } from '../project/bypass.ts';
import { findProject, urlOf } from '../project/project.ts';
import { aliasedDeployment } from './aliases.ts';
import { listReleases } from './list.ts';

/** What Vercel has of a target, by its metadata and who has the domain: never by what we remember. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  if (!project) return { state: 'absent', releases: [] };
  const [items, live] = await Promise.all([listReleases(api, project, target), liveDeployment(api, project, target)]);
  if (items.length === 0) return { state: 'absent', releases: [] };
  const url = urlOf(project, target);
  return {
    state: 'present',
    url,
    probe_headers: bypassHeaders(project),
    releases: items.map((item) => inspected(item, item.uid === live ? url : undefined)),
  };
}

/** The deployment that users get; `undefined` when nobody gets any. */
export async function liveDeployment(api: Vercel, project: ProjectView, target: Target): Promise<string | undefined> {
  return sideOf(target) === 'production'
    ? (project.targets?.production?.id ?? undefined)
    : aliasedDeployment(api, project, target);
}

function inspected(
  { uid, url: host, meta, state, created }: DeploymentItem,
  url: string | undefined,
): InspectedRelease {
  const detail = detailOf(state);
  return {
    ref: uid,
    version_id: meta?.[META.version] ?? '',
    state: stateOf(state),
    percent: url === undefined ? 0 : 100,
    ...(url === undefined ? {} : { url }),
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
