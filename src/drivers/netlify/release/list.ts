import type { Target } from '../../../core/driver.ts';
import { type Netlify, PAGE } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { isOf, part, readTitle, sideOf, wantedBranch } from '../names.ts';

interface Some {
  readonly branch?: string;
  readonly enough?: (deploys: readonly DeployView[]) => boolean;
}

/** Deploys of a site that are still there, whoever made them; the newest first. */
export async function listDeploys(api: Netlify, site: SiteView, some: Some = {}): Promise<readonly DeployView[]> {
  const { branch, enough } = some;
  const found = await api.pages<DeployView>(`/sites/${part(site.id)}/deploys`, {
    doing: `list the deploys of ${site.name}`,
    query: { branch },
    ...(enough ? { enough } : {}),
  });
  return unique(found);
}

/**
 * The same without what lies behind pages of others: a site that git deploys to has thousands, and a token 500 requests a
 * minute. What users get is always among them.
 */
export async function recentDeploys(api: Netlify, site: SiteView, target: Target): Promise<readonly DeployView[]> {
  const enough = (deploys: readonly DeployView[]) => ofTarget(deploys.slice(-PAGE), target).length === 0;
  if (sideOf(target) === 'production') {
    const { published_deploy } = site;
    return unique([...(await listDeploys(api, site, { enough })), ...(published_deploy ? [published_deploy] : [])]);
  }
  const branch = wantedBranch(site.name, target);
  const lists = await Promise.all([listDeploys(api, site, { enough }), listDeploys(api, site, { branch, enough })]);
  return unique(lists.flat());
}

/** What is made meanwhile moves the last of a page to the next. */
function unique(deploys: readonly DeployView[]): readonly DeployView[] {
  const found = [...new Map(deploys.map((deploy) => [deploy.id, deploy])).values()];
  return found.sort((one, other) => timeOf(other) - timeOf(one));
}

function timeOf({ created_at }: DeployView): number {
  return Date.parse(created_at ?? '') || 0;
}

/** Those of one target, the newest first. */
export function ofTarget(deploys: readonly DeployView[], target: Target): readonly DeployView[] {
  return deploys.filter(({ title }) => isOf(target, readTitle(title)));
}

/** What one operation has made within a week, whatever became of it. */
export async function findByKey(api: Netlify, site: SiteView, key: string): Promise<readonly DeployView[]> {
  const isIt = ({ title }: DeployView) => readTitle(title)?.key === key;
  const since = api.terms.clock.now() - WEEK;
  const enough = (deploys: readonly DeployView[]) => deploys.some((deploy) => timeOf(deploy) < since);
  return (await listDeploys(api, site, { enough })).filter(isIt);
}

const WEEK = 7 * 24 * 3_600_000;

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
