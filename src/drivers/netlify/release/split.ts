import { DeployerError } from '../../../core/errors.ts';
import type { Netlify } from '../api/client.ts';
import type { DeployView, SiteView, SplitView } from '../api/types.ts';
import { part } from '../names.ts';
import { mainBranch } from '../site/site.ts';

/** A split test under way. */
export interface Split {
  readonly id: string;
  /** Branch → percentage. */
  readonly shares: ReadonlyMap<string, number>;
}

export async function activeSplit(api: Netlify, site: SiteView): Promise<Split | undefined> {
  return activeOf(await listSplits(api, site));
}

function activeOf(splits: readonly SplitView[]): Split | undefined {
  const found = splits.find(({ active }) => active === true);
  return found && { id: found.id, shares: sharesOf(found) };
}

/** Deploys that users get, with their percentages: branches lead to what was last deployed to them. */
export function splitShares(
  { shares }: Split,
  site: SiteView,
  deploys: readonly DeployView[],
): ReadonlyMap<string, number> {
  const found = [...shares].flatMap(([branch, percent]): [string, number][] => {
    const own = deploys.find((deploy) => deploy.branch === branch);
    const id = own?.id ?? (branch === mainBranch(site) ? site.published_deploy?.id : undefined);
    return id === undefined ? [] : [[id, percent]];
  });
  return new Map(found);
}

/** Gives a deploy its share beside the published one. Done again it changes nothing. */
export async function startSplit(
  api: Netlify,
  site: SiteView,
  { live, canary, percent }: { readonly live: DeployView; readonly canary: DeployView; readonly percent: number },
): Promise<void> {
  if (!canary.branch) throw withoutBranch(canary);
  const branches = { [live.branch ?? mainBranch(site)]: 100 - percent, [canary.branch]: percent };
  const splits = await listSplits(api, site);
  const active = activeOf(splits);
  if (active && isSame(active, branches)) return;
  const given = {
    doing: `split the users of ${site.name}`,
    body: { branch_tests: branches },
    refusal: REFUSED,
  } as const;
  const old = active?.id ?? splits[0]?.id;
  const { body } =
    old === undefined
      ? await api.call<SplitView>('POST', pathOf(site), { ...given, member: 'id' })
      : await api.call<SplitView>('PUT', pathOf(site, old), { ...given, member: 'id', repeat: 'always' });
  if (body.active === true) return;
  const path = `${pathOf(site, body.id)}/publish`;
  await api.call('POST', path, { doing: `start the split test of ${site.name}`, refusal: REFUSED, repeat: 'always' });
}

/** Everybody gets what is published again. */
export async function endSplit(api: Netlify, site: SiteView): Promise<void> {
  const active = await activeSplit(api, site);
  if (!active) return;
  const given = { doing: `end the split test of ${site.name}`, accept: [404], repeat: 'always' } as const;
  await api.call('POST', `${pathOf(site, active.id)}/unpublish`, given);
}

const REFUSED = {
  code: 'UNSUPPORTED',
  fix: 'Deploy without a canary; see whether the site may have split tests at Netlify',
} as const;

export async function listSplits(api: Netlify, site: SiteView): Promise<readonly SplitView[]> {
  const { body } = await api.call<readonly SplitView[]>('GET', pathOf(site), {
    doing: `look at the split tests of ${site.name}`,
    refusal: REFUSED,
    member: 'length',
  });
  return body;
}

/** What stands in a split test is not written down by Netlify beyond that it names branches. */
function sharesOf({ branches }: SplitView): ReadonlyMap<string, number> {
  return new Map(
    (branches ?? []).flatMap((entry): [string, number][] => {
      const name = entry['branch'] ?? entry['name'];
      const percent = Number(entry['percentage'] ?? entry['percent']);
      return typeof name === 'string' && Number.isFinite(percent) ? [[name, percent]] : [];
    }),
  );
}

function isSame({ shares }: Split, branches: Readonly<Record<string, number>>): boolean {
  const wanted = Object.entries(branches);
  return shares.size === wanted.length && wanted.every(([branch, percent]) => shares.get(branch) === percent);
}

function pathOf({ id }: SiteView, split?: string): string {
  const base = `/sites/${part(id)}/traffic_splits`;
  return split === undefined ? base : `${base}/${part(split)}`;
}

function withoutBranch({ id }: DeployView): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `The deploy ${id} belongs to no branch, and Netlify splits users between branches`,
    fix: 'Place it again, now that netlify.split_testing is set: deployer redeploy',
  });
}
