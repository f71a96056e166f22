import {
  type Answer,
  type Call,
  digest,
  type Handler,
  newDeployId,
  type Platform,
  paged,
  Refusal,
  type Site,
  siteOf,
} from './platform.ts';

interface DeployVariable {
  readonly key: string;
  readonly value: string;
}

export interface Deploy {
  readonly id: string;
  readonly site: string;
  /** Of all deploys, by when they were made. */
  readonly number: number;
  readonly created: number;
  readonly title: string | undefined;
  draft: boolean;
  branch: string | undefined;
  /** Path → SHA-1; `undefined` until it was told. */
  files: ReadonlyMap<string, string> | undefined;
  /** Name → SHA-256. */
  functions: ReadonlyMap<string, string>;
  variables: readonly DeployVariable[];
  async: boolean;
  /** When the files were told, and when the last byte of them was there; ms. */
  told: number;
  uploaded: number | undefined;
  publishedAt: number | undefined;
  locked: boolean;
  error: string | undefined;
}

/** Making deploys, bringing their bytes, and what becomes of them. */
export const DEPLOY_HANDLERS: Readonly<Record<string, Handler>> = {
  createSiteDeploy: (platform, call) => createDeploy(platform, call),
  updateSiteDeploy: (platform, call) => updateDeploy(platform, call),
  uploadDeployFile: (platform, call) => takeFile(platform, call),
  uploadDeployFunction: (platform, call) => takeFunction(platform, call),
  getDeploy: (platform, call) => ({ status: 200, body: view(platform, deployOf(platform, call)) }),
  getSiteDeploy: (platform, call) => ({ status: 200, body: view(platform, deployOf(platform, call)) }),
  listSiteDeploys: (platform, call) => listDeploys(platform, call),
  restoreSiteDeploy: (platform, call) => restore(platform, call),
  lockDeploy: (platform, call) => setLock(platform, call, { locked: true }),
  unlockDeploy: (platform, call) => setLock(platform, call, { locked: false }),
  cancelSiteDeploy: (platform, call) => cancel(platform, call),
  deleteDeploy: (platform, call) => remove(platform, call),
  deleteSiteDeploy: (platform, call) => remove(platform, call),
  searchSiteFunctions: (platform, call) => listFunctions(platform, call),
};

/** How long it takes may be as short as nothing, so it is settled whenever somebody looks. */
export function settle(platform: Platform): void {
  for (const deploy of platform.deploys.values()) {
    const site = platform.sites.get(deploy.site);
    if (!site || deploy.publishedAt !== undefined || stateOf(platform, deploy) !== 'ready') continue;
    deploy.publishedAt = Date.now();
    const isLocked = platform.deploys.get(site.published ?? '')?.locked === true;
    if (isProduction(site, deploy) && !isLocked) site.published = deploy.id;
  }
}

export function published(platform: Platform, site: Site): Deploy | undefined {
  settle(platform);
  return platform.deploys.get(site.published ?? '');
}

/** The deploy that a branch's own host leads to: the newest of it that is ready. */
export function newestOfBranch(platform: Platform, site: Site, slug: string): Deploy | undefined {
  const own = platform.deploysOf(site).filter(({ branch }) => branch !== undefined && slugOf(branch) === slug);
  return own.find((deploy) => stateOf(platform, deploy) === 'ready');
}

export function slugOf(branch: string): string {
  return branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

export function stateOf(platform: Platform, deploy: Deploy): string {
  if (deploy.error !== undefined) return 'error';
  if (deploy.files === undefined) return 'new';
  if (deploy.async && Date.now() < deploy.told + platform.prepareTime) return 'preparing';
  if (missing(platform, deploy).length > 0)
    return deploy.async && deploy.uploaded === undefined ? 'prepared' : 'uploading';
  deploy.uploaded ??= Date.now();
  if (platform.fate === 'error') deploy.error = 'Failed during stage "post-processing"';
  if (platform.fate) return platform.fate;
  return Date.now() < deploy.uploaded + platform.processTime ? 'processing' : 'ready';
}

export function view(platform: Platform, deploy: Deploy): object {
  const site = platform.sites.get(deploy.site);
  if (!site) throw new Refusal(404, 'Not Found');
  settle(platform);
  const state = stateOf(platform, deploy);
  const open = deploy.files !== undefined && state !== 'preparing' && state !== 'error';
  const domain = `${site.name}.netlify.app`;
  const label = deploy.branch === undefined ? deploy.id : slugOf(deploy.branch);
  const own = isProduction(site, deploy) ? `https://${site.customDomain ?? domain}` : `https://${label}--${domain}`;
  const at = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
  return {
    id: deploy.id,
    site_id: site.id,
    state,
    name: site.name,
    url: own.replace('https', 'http'),
    ssl_url: own,
    admin_url: `https://app.netlify.com/projects/${site.name}`,
    deploy_url: `http://${deploy.id}--${domain}`,
    deploy_ssl_url: `https://${deploy.id}--${domain}`,
    draft: deploy.draft,
    required: open ? missing(platform, deploy) : [],
    required_functions: open ? missingFunctions(platform, deploy) : [],
    error_message: deploy.error ?? null,
    branch: deploy.branch ?? null,
    commit_ref: null,
    review_id: null,
    created_at: at(deploy.created),
    updated_at: at(deploy.uploaded ?? deploy.told),
    published_at: at(deploy.publishedAt),
    title: deploy.title ?? null,
    context: contextOf(site, deploy),
    locked: deploy.locked,
  };
}

function contextOf(site: Site, deploy: Deploy): string {
  if (isProduction(site, deploy)) return 'production';
  return deploy.branch === undefined ? 'deploy-preview' : 'branch-deploy';
}

function isProduction({ repo }: Site, { draft, branch }: Deploy): boolean {
  return !draft && (branch === undefined || branch === repo?.branch);
}

function missing(platform: Platform, { site, files = new Map() }: Deploy): readonly string[] {
  const { known } = platform.sites.get(site) ?? { known: new Set() };
  return [...new Set(files.values())].filter((sha) => !known.has(sha));
}

function missingFunctions(platform: Platform, { site, functions }: Deploy): readonly string[] {
  const { known } = platform.sites.get(site) ?? { known: new Set() };
  return [...new Set(functions.values())].filter((sha) => !known.has(sha));
}

function createDeploy(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const deploy: Deploy = {
    id: newDeployId(),
    site: site.id,
    number: platform.next(),
    created: Date.now(),
    title: call.query.get('title') ?? undefined,
    draft: false,
    branch: undefined,
    files: undefined,
    functions: new Map(),
    variables: [],
    async: false,
    told: Date.now(),
    uploaded: undefined,
    publishedAt: undefined,
    locked: false,
    error: undefined,
  };
  tell(deploy, site, call.json ?? {});
  platform.deploys.set(deploy.id, deploy);
  return { status: 200, body: view(platform, deploy) };
}

function updateDeploy(platform: Platform, call: Call): Answer {
  const deploy = deployOf(platform, call);
  if (deploy.files !== undefined) throw new Refusal(422, 'The deploy has its files already');
  tell(deploy, siteOf(platform, call), call.json);
  return { status: 200, body: view(platform, deploy) };
}

// biome-ignore lint/suspicious/noExplicitAny: a body is checked against the document before it comes here
function tell(deploy: Deploy, site: Site, json: any): void {
  if (typeof json.branch === 'string' && json.branch.length > 255) throw new Refusal(422, 'branch is too long');
  deploy.draft = json.draft ?? deploy.draft;
  deploy.branch = json.branch ?? deploy.branch;
  deploy.async = json.async ?? false;
  if (site.gitOnly && isProduction(site, deploy)) throw new Refusal(422, 'Production deploys come from git only');
  if (json.environment) deploy.variables = json.environment;
  if (json.files === undefined && json.functions === undefined) return;
  const files = Object.entries(json.files ?? {}).map(([path, sha]) => [path.replace(/^\//, ''), String(sha)] as const);
  const wrong = files.find(([path, sha]) => /[#?]/.test(path) || !/^[0-9a-f]{40}$/.test(sha));
  if (wrong) throw new Refusal(422, `Invalid file: ${wrong[0]}`);
  deploy.files = new Map(files);
  deploy.functions = new Map(Object.entries(json.functions ?? {}));
  deploy.told = Date.now();
}

function deployOf(platform: Platform, { given, account }: Call): Deploy {
  return platform.deploy(given['deploy_id'] ?? '', account);
}

function takeFile(platform: Platform, call: Call): Answer {
  const deploy = deployOf(platform, call);
  const path = (call.given['path'] ?? '').replace(/^\//, '');
  const sha = digest('sha1', call.raw);
  if (deploy.files?.get(path) !== sha)
    throw new Refusal(422, `${path} is not a file of the deploy, or has other bytes`);
  take(platform, deploy, sha, call.raw);
  const body = { id: `/${path}`, path: `/${path}`, sha, mime_type: 'application/octet-stream', size: call.raw.length };
  return { status: 200, body };
}

function takeFunction(platform: Platform, call: Call): Answer {
  const deploy = deployOf(platform, call);
  const name = call.given['name'] ?? '';
  const sha = digest('sha256', call.raw);
  if (deploy.functions.get(name) !== sha) throw new Refusal(422, `${name} is not a function of the deploy`);
  take(platform, deploy, sha, call.raw);
  return { status: 200, body: { id: sha, name, sha } };
}

function take(platform: Platform, deploy: Deploy, sha: string, bytes: Buffer): void {
  platform.blobs.set(sha, bytes);
  platform.sites.get(deploy.site)?.known.add(sha);
}

function listDeploys(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const { query } = call;
  settle(platform);
  const found = platform.deploysOf(site).filter((deploy) => {
    const state = query.get('state');
    const branch = query.get('branch');
    const production = query.get('production');
    return (
      (state === null || stateOf(platform, deploy) === state) &&
      (branch === null || deploy.branch === branch) &&
      (production !== 'true' || contextOf(site, deploy) === 'production')
    );
  });
  return { status: 200, body: paged(found, query).map((deploy) => view(platform, deploy)) };
}

/** Publishes a deploy that is there, whatever context it was made in. */
function restore(platform: Platform, call: Call): Answer {
  const [site, deploy] = [siteOf(platform, call), deployOf(platform, call)];
  if (stateOf(platform, deploy) !== 'ready') throw new Refusal(422, 'The deploy is not ready');
  if (published(platform, site)?.locked) throw new Refusal(422, 'Publishing is locked');
  site.published = deploy.id;
  deploy.publishedAt = Date.now();
  return { status: 201, body: view(platform, deploy) };
}

function setLock(platform: Platform, call: Call, { locked }: { readonly locked: boolean }): Answer {
  const deploy = deployOf(platform, call);
  deploy.locked = locked;
  return { status: 200, body: view(platform, deploy) };
}

function cancel(platform: Platform, call: Call): Answer {
  const deploy = deployOf(platform, call);
  if (stateOf(platform, deploy) !== 'ready') deploy.error = 'Canceled build';
  return { status: 201, body: view(platform, deploy) };
}

function remove(platform: Platform, call: Call): Answer {
  const deploy = deployOf(platform, call);
  const site = platform.sites.get(deploy.site);
  if (site && published(platform, site)?.id === deploy.id)
    throw new Refusal(422, 'The published deploy cannot be deleted');
  const state = stateOf(platform, deploy);
  if (state === 'processing' || state === 'preparing') throw new Refusal(422, 'The deploy is in progress');
  platform.deploys.delete(deploy.id);
  return { status: 204 };
}

/** Those of what is published, and of the newest deploy of each branch. */
function listFunctions(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const live = published(platform, site);
  const branches = [...new Set(platform.deploysOf(site).flatMap(({ branch }) => branch ?? []))];
  const newest = branches.map((branch) => newestOfBranch(platform, site, slugOf(branch)));
  const shown = [live, ...newest].flatMap((deploy) => deploy ?? []);
  const body = shown.map((deploy) => ({
    id: deploy.id,
    branch: deploy.branch ?? null,
    functions: [...deploy.functions.keys()].map((name) => ({ n: name })),
    provider: 'aws',
    log_type: 'socketeer',
  }));
  return { status: 200, body };
}
