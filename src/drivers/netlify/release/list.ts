import type { Target } from '../../../core/driver.ts';
import type { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { isOf, part, readTitle, sideOf, wantedBranch } from '../names.ts';

type Enough = (deploys: readonly DeployView[]) => boolean;

/** Deploys of a site that are still there, whoever made them; the newest first. */
export async function listDeploys(api: Netlify, site: SiteView, enough?: Enough): Promise<readonly DeployView[]> {
  const found = await api.pages<DeployView>(`/sites/${part(site.id)}/deploys`, {
    doing: `list the deploys of ${site.name}`,
    ...(enough ? { enough } : {}),
  });
  // What is made meanwhile moves the last of a page to the next.
  return [...new Map(found.map((deploy) => [deploy.id, deploy])).values()];
}

/** Those of one target, the newest first. */
export function ofTarget(deploys: readonly DeployView[], target: Target): readonly DeployView[] {
  return deploys.filter(({ title }) => isOf(target, readTitle(title)));
}

/** What one operation has made, whatever became of it. */
export async function findByKey(api: Netlify, site: SiteView, key: string): Promise<readonly DeployView[]> {
  const isIt = ({ title }: DeployView) => readTitle(title)?.key === key;
  return (await listDeploys(api, site)).filter(isIt);
}

/** The deploy that users get; `undefined` when nobody gets any. */
export function liveDeploy(site: SiteView, deploys: readonly DeployView[], target: Target): DeployView | undefined {
  if (sideOf(target) === 'production') return site.published_deploy ?? undefined;
  const branch = wantedBranch(site.name, target);
  return deploys.find((deploy) => deploy.branch === branch && deploy.draft !== true && isReady(deploy));
}

export function isReady({ state }: DeployView): boolean {
  return state === 'ready' || state === 'current' || state === 'old';
}

export function isFailed({ state }: DeployView): boolean {
  return state === 'error' || state === 'rejected';
}
