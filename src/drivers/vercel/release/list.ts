import type { Target } from '../../../core/driver.ts';
import type { Vercel } from '../api/client.ts';
import type { DeploymentItem, ProjectView } from '../api/types.ts';
import { isOf, META, targetMeta } from '../names.ts';

/** Deployments of one target that are still there, the oldest first. */
export async function listReleases(
  api: Vercel,
  project: ProjectView,
  target: Target,
): Promise<readonly DeploymentItem[]> {
  const found = await list(api, project, targetMeta(target));
  const own = found.filter(({ meta }) => isOf(target, meta));
  return own.toSorted((one, other) => one.created - other.created);
}

/** The deployment of one operation, whatever became of it. */
export async function findByKey(
  api: Vercel,
  project: ProjectView,
  target: Target,
  key: string,
): Promise<DeploymentItem | undefined> {
  const found = await list(api, project, { ...targetMeta(target), [META.key]: key });
  return found.find(({ meta }) => isOf(target, meta) && meta?.[META.key] === key);
}

/** Whether anybody has a deployment in the project, other than the given ones. */
export async function hasOthers(api: Vercel, project: ProjectView, removed: ReadonlySet<string>): Promise<boolean> {
  const found = await list(api, project, {}, (items) => items.some(({ uid }) => !removed.has(uid)));
  return found.some(({ uid }) => !removed.has(uid));
}

async function list(
  api: Vercel,
  { id, name }: ProjectView,
  meta: Readonly<Record<string, string>>,
  enough?: (items: readonly DeploymentItem[]) => boolean,
): Promise<readonly DeploymentItem[]> {
  const filters = Object.entries(meta).map(([key, value]) => [`meta-${key}`, value] as const);
  const items = await api.pages<DeploymentItem>('/v7/deployments', {
    doing: `list the deployments of ${name}`,
    query: { projectId: id, ...Object.fromEntries(filters) },
    list: 'deployments',
    ...(enough ? { enough } : {}),
  });
  // A page may begin with the last item of the one before it.
  const unique = new Map(items.map((item) => [item.uid, item]));
  return [...unique.values()].filter((item) => !item.softDeletedByRetention);
}
