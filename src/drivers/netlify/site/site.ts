import type { DriverContext, Provisioned, Target } from '../../../core/driver.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import { strangeAnswer } from '../../web-service.ts';
import { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { MARK, markOf, part, sideOf, wantedBranch, wantedSite } from '../names.ts';
import { isSiteId, readOptions } from '../options.ts';
import { listVariables, setMark } from './marks.ts';

/** How long a site may take to show after its answer was lost; ms between looks. */
const LOOKS = [500, 1_500, 3_000];

/** What is there of a target's site: the one that the config names, else the one of before. `undefined`: nothing that the token sees. */
export async function findSite(api: Netlify, target: Target): Promise<SiteView | undefined> {
  const known = knownSite(target);
  const found = known === undefined ? undefined : await getSite(api, known);
  const names = readOptions(target.service.options).site !== undefined;
  if (found && (!names || isNamed(found, target))) return found;
  const wanted = wantedSite(target);
  return isSiteId(wanted) ? getSite(api, wanted) : findByName(api, wanted);
}

/** Like `findSite`, for work that cannot be done without. */
export async function requireSite(api: Netlify, target: Target): Promise<SiteView> {
  const site = await findSite(api, target);
  if (site) return site;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `Netlify has no site ${wantedSite(target)} any more`,
    fix: `Make it again: deployer deploy --env ${target.environment}`,
  });
}

/** Where users come. */
export function urlOf(site: SiteView, target: Target): string {
  if (sideOf(target) === 'production') return site.ssl_url ?? site.url ?? `https://${site.name}.netlify.app`;
  return `https://${wantedBranch(site.name, target)}--${site.name}.netlify.app`;
}

/** What a site publishes that is not linked to git. */
const MAIN = 'main';

export function mainBranch({ build_settings }: SiteView): string {
  return build_settings?.repo_branch ?? MAIN;
}

/** A deploy to the branch that the site publishes would be published. */
export function refuseMainBranch(site: SiteView, target: Target): void {
  const branch = wantedBranch(site.name, target);
  if (sideOf(target) === 'production' || branch !== mainBranch(site)) return;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `The branch ${branch} is what the Netlify site ${site.name} publishes, so it cannot be a preview`,
    fix: `Set netlify.branch of ${target.service.name} in ${target.environment} to another name`,
  });
}

/** Creates the site, or adopts one that was made for this service or is named in the config. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const api = new Netlify(context);
  const found = await findSite(api, target);
  const site = found ?? (await createSite(api, target, context));
  if (found) await takeOver(api, found, target);
  else await setMark(api, site, target);
  const known = knownSite(target) === site.id;
  const outcome = found ? (known ? 'unchanged' : 'adopted') : 'created';
  return { resource: { site: site.id }, outcome, url: urlOf(site, target) };
}

/** A blank one of our name is what an attempt has made that was cut off before it could mark it. */
async function takeOver(api: Netlify, site: SiteView, target: Target): Promise<void> {
  if (knownSite(target) === site.id) return;
  const owner = await ownerOf(api, site);
  if (owner === undefined && !isNamed(site, target) && (await isBlank(api, site))) return setMark(api, site, target);
  refuseStranger(site, owner, target);
}

/** For whom we made a site; `undefined` for one that we did not make. */
export async function ownerOf(api: Netlify, site: SiteView): Promise<string | undefined> {
  const found = (await listVariables(api, site)).find(({ key }) => key === MARK);
  return found?.values?.find(({ context }) => context === 'dev')?.value ?? undefined;
}

/** A site of that name must be meant: it may be somebody's live site. */
export function refuseStranger({ id, name }: SiteView, owner: string | undefined, target: Target): void {
  const meant = isNamed({ id, name }, target) || knownSite(target) === id;
  if (owner === markOf(target) || (owner === undefined && meant)) return;
  const fix = `Set netlify.site of ${target.service.name} to another name`;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason:
      owner === undefined
        ? `Netlify has a site ${name} already, and deployer did not make it`
        : `The Netlify site ${name} was made for ${owner}, and not for ${markOf(target)}`,
    fix: owner === undefined ? `${fix}, or to ${name} to deploy to it` : fix,
  });
}

export function nameTaken({ service }: Target, name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `The name ${name} is taken at Netlify: names of sites are the whole world's`,
    fix: `Set netlify.site of ${service.name} to another name`,
  });
}

function isNamed({ id, name }: Pick<SiteView, 'id' | 'name'>, { service }: Target): boolean {
  const { site } = readOptions(service.options);
  return site === name || site === id;
}

/** Nothing was ever done with it, by anybody. */
export async function isBlank(api: Netlify, site: SiteView): Promise<boolean> {
  if (site.published_deploy || site.custom_domain || site.build_settings?.repo_url) return false;
  const variables = await listVariables(api, site);
  if (variables.length > 0) return false;
  const { body } = await api.call<readonly DeployView[]>('GET', `/sites/${part(site.id)}/deploys`, {
    doing: `list the deploys of ${site.name}`,
    query: { per_page: 1 },
    member: 'length',
  });
  return body.length === 0;
}

/** The one that was provisioned. */
export function knownSite({ resource }: Target): string | undefined {
  const known = resource as { readonly site?: unknown } | null;
  return typeof known?.site === 'string' ? known.site : undefined;
}

async function getSite(api: Netlify, id: string): Promise<SiteView | undefined> {
  const given = { doing: `find the site ${id}`, accept: [404] };
  const { status, body } = await api.call<SiteView>('GET', `/sites/${part(id)}`, given);
  if (status === 404) return undefined;
  if (typeof body.id === 'string' && typeof body.name === 'string') return body;
  throw strangeAnswer({ service: 'Netlify', doing: `find the site ${id}` });
}

/** The filter finds parts of names too. */
async function findByName(api: Netlify, name: string): Promise<SiteView | undefined> {
  const isIt = (site: SiteView) => site.name === name;
  const sites = await api.pages<SiteView>('/sites', {
    doing: `find the site ${name}`,
    query: { name, filter: 'all' },
    enough: (found) => found.some(isIt),
  });
  return sites.find(isIt);
}

async function createSite(api: Netlify, target: Target, context: DriverContext): Promise<SiteView> {
  const name = wantedSite(target);
  const { team } = readOptions(target.service.options);
  try {
    const { status, body } = await api.call<SiteView>('POST', team === undefined ? '/sites' : `/${part(team)}/sites`, {
      doing: `create the site ${name}`,
      body: { name },
      accept: [422],
      member: 'id',
    });
    if (status !== 422) return body;
  } catch (error) {
    if (!isTemporary(error) || (error as DeployerError).code === 'RATE_LIMIT_EXCEEDED') throw error;
    return await findLost(api, name, { error, context });
  }
  // Somebody was faster: perhaps we were, and the answer was lost.
  const there = await findByName(api, name);
  if (there && (await isBlank(api, there))) return there;
  throw nameTaken(target, name);
}

/** A lost answer does not mean that nothing was made. It was not there before, so it is ours. */
async function findLost(
  api: Netlify,
  name: string,
  { error, context }: { readonly error: unknown; readonly context: DriverContext },
): Promise<SiteView> {
  for (const wait of LOOKS) {
    await context.clock.sleep(wait, context.signal);
    const site = await findByName(api, name);
    if (site) return site;
  }
  throw error;
}
