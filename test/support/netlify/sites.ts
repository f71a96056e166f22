import { view as deployView, published } from './deploys.ts';
import {
  type Account,
  type Answer,
  type Call,
  type Handler,
  type Platform,
  paged,
  Refusal,
  type Site,
  siteOf,
} from './platform.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Who asks, and the sites. */
export const SITE_HANDLERS: Readonly<Record<string, Handler>> = {
  getCurrentUser: () => ({
    status: 200,
    body: { id: 'user1', uid: null, full_name: 'Dev', email: 'dev@acme.test', site_count: 0 },
  }),
  listAccountsForUser: (_, { account }) => ({ status: 200, body: [{ ...account, type: 'TEAM' }] }),
  listSites: (platform, call) => listSites(platform, call),
  listSitesForAccount: (platform, call) => listSites(platform, call, call.given['account_slug']),
  createSite: (platform, call) => createSite(platform, call, call.account),
  createSiteInTeam: (platform, call) => createSite(platform, call, requireAccount(call)),
  getSite: (platform, call) => ({ status: 200, body: viewOf(platform, siteOf(platform, call)) }),
  updateSite: (platform, call) => updateSite(platform, call),
  deleteSite: (platform, call) => deleteSite(platform, call),
  listSiteFiles: (platform, call) => listFiles(platform, call),
};

function listSites(platform: Platform, { query, account }: Call, slug = account.slug): Answer {
  const name = query.get('name');
  const own = [...platform.sites.values()].filter((site) => site.account === account && account.slug === slug);
  const found = own.filter((site) => name === null || site.name.includes(name));
  return { status: 200, body: paged(found, query).map((site) => viewOf(platform, site)) };
}

function requireAccount({ given, account }: Call): Account {
  if (given['account_slug'] === account.slug || given['account_slug'] === account.id) return account;
  throw new Refusal(404, 'Not Found');
}

function createSite(platform: Platform, { json }: Call, account: Account): Answer {
  const name = json?.name ?? `site-${platform.next()}`;
  refuseName(platform, name);
  const site = platform.addSite(name, account);
  site.customDomain = json?.custom_domain ?? undefined;
  return { status: 201, body: viewOf(platform, site) };
}

/** Names are the whole world's. */
function refuseName(platform: Platform, name: string): void {
  const invalid = !NAME.test(name);
  if (!invalid && ![...platform.sites.values()].some((site) => site.name === name)) return;
  const words = invalid ? 'is invalid' : 'must be unique';
  throw new Refusal(422, words, { errors: { subdomain: [words] } });
}

function updateSite(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const { name, custom_domain } = call.json;
  if (typeof name === 'string' && name !== site.name) {
    refuseName(platform, name);
    site.name = name;
  }
  if (custom_domain !== undefined) site.customDomain = custom_domain ?? undefined;
  return { status: 200, body: viewOf(platform, site) };
}

function deleteSite(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  for (const deploy of platform.deploysOf(site)) platform.deploys.delete(deploy.id);
  platform.sites.delete(site.id);
  return { status: 204 };
}

function listFiles(platform: Platform, call: Call): Answer {
  const files = published(platform, siteOf(platform, call))?.files ?? new Map<string, string>();
  const body = [...files].map(([path, sha]) => {
    const size = platform.blobs.get(sha)?.length ?? 0;
    return { id: `/${path}`, path: `/${path}`, sha, mime_type: 'application/octet-stream', size };
  });
  return { status: 200, body };
}

function viewOf(platform: Platform, site: Site): object {
  const host = site.customDomain ?? `${site.name}.netlify.app`;
  const live = published(platform, site);
  return {
    id: site.id,
    state: 'current',
    plan: 'nf_team_pro',
    name: site.name,
    custom_domain: site.customDomain ?? null,
    domain_aliases: [],
    url: `http://${host}`,
    ssl_url: `https://${host}`,
    admin_url: `https://app.netlify.com/projects/${site.name}`,
    created_at: new Date(site.created).toISOString(),
    updated_at: new Date(site.created).toISOString(),
    account_id: site.account.id,
    account_name: site.account.name,
    account_slug: site.account.slug,
    published_deploy: live ? deployView(platform, live) : null,
    capabilities: {},
    build_settings: site.repo ? { repo_url: site.repo.url, repo_branch: site.repo.branch, stop_builds: false } : {},
    prevent_non_git_prod_deploys: site.gitOnly,
  };
}
