import { newestOfBranch, slugOf } from './deploys.ts';
import {
  type Answer,
  type Call,
  type Handler,
  newDeployId,
  type Platform,
  Refusal,
  type Site,
  type Split,
  siteOf,
} from './platform.ts';

/** The branch that a site without git publishes. */
const MAIN = 'main';

/** Split tests between branches. */
export const SPLIT_HANDLERS: Readonly<Record<string, Handler>> = {
  createSplitTest: (platform, call) => create(platform, call),
  updateSplitTest: (platform, call) => update(platform, call),
  getSplitTests: (platform, call) => list(platform, siteOf(platform, call)),
  getSplitTest: (platform, call) => ({
    status: 200,
    body: viewOf(siteOf(platform, call), splitOf(siteOf(platform, call), call)),
  }),
  enableSplitTest: (platform, call) => activate(platform, call, { active: true }),
  disableSplitTest: (platform, call) => activate(platform, call, { active: false }),
};

export function activeSplit(site: Site): Split | undefined {
  return [...site.splits.values()].find(({ active }) => active);
}

export function productionBranch({ repo }: Site): string {
  return repo?.branch ?? MAIN;
}

function list(platform: Platform, site: Site): Answer {
  requireSplits(platform);
  return { status: 200, body: [...site.splits.values()].map((split) => viewOf(site, split)) };
}

function requireSplits({ splits }: Platform): void {
  if (splits === 'refused') throw new Refusal(422, 'Split testing is not available for this site');
}

function create(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const now = Date.now();
  const split: Split = {
    id: newDeployId(),
    branches: wanted(platform, site, call),
    active: true,
    created: now,
    updated: now,
  };
  for (const other of site.splits.values()) other.active = false;
  site.splits.set(split.id, split);
  return { status: 201, body: viewOf(site, split) };
}

function update(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const split = splitOf(site, call);
  split.branches = wanted(platform, site, call);
  split.updated = Date.now();
  return { status: 201, body: viewOf(site, split) };
}

function activate(platform: Platform, call: Call, { active }: { readonly active: boolean }): Answer {
  const site = siteOf(platform, call);
  const split = splitOf(site, call);
  if (active) for (const other of site.splits.values()) other.active = false;
  split.active = active;
  return { status: 204 };
}

/** Branches that are deployed, with whole percentages that make a hundred. */
function wanted(platform: Platform, site: Site, { json }: Call): Readonly<Record<string, number>> {
  requireSplits(platform);
  const branches = json.branch_tests as Readonly<Record<string, number>>;
  const shares = Object.entries(branches ?? {});
  const sum = shares.reduce((total, [, percent]) => total + percent, 0);
  if (shares.length < 2 || sum !== 100 || shares.some(([, percent]) => !Number.isInteger(percent) || percent < 1))
    throw new Refusal(422, 'branch_tests must add up to 100');
  for (const [branch] of shares)
    if (branch !== productionBranch(site) && !newestOfBranch(platform, site, slugOf(branch)))
      throw new Refusal(422, `${branch} is not deployed`);
  return branches;
}

function splitOf(site: Site, { given }: Call): Split {
  const found = site.splits.get(given['split_test_id'] ?? '');
  if (!found) throw new Refusal(404, 'Not Found');
  return found;
}

function viewOf(site: Site, { id, branches, active, created, updated }: Split): object {
  return {
    id,
    site_id: site.id,
    name: `split-${id}`,
    path: '/',
    branches: Object.entries(branches).map(([branch, percentage]) => ({ branch, percentage })),
    active,
    created_at: new Date(created).toISOString(),
    updated_at: new Date(updated).toISOString(),
    unpublished_at: active ? null : new Date(updated).toISOString(),
  };
}
