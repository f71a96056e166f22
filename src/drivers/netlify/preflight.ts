import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { Netlify } from './api/client.ts';
import type { SiteView } from './api/types.ts';
import { sideOf, wantedSite } from './names.ts';
import { isSiteId, isSplit, readOptions } from './options.ts';
import { locked } from './release/publishing.ts';
import { listSplits } from './release/split.ts';
import { findSite, isBlank, knownSite, nameTaken, ownerOf, refuseMainBranch, refuseStranger } from './site/site.ts';

/** Whether the token, the team and the site can be used. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  try {
    const api = new Netlify(context);
    const site = await findSite(api, target);
    if (!site) return [...(await teamFindings(api, target)), ...(await nameFindings(api, target, context))];
    // Once provisioned, whose it is has been settled.
    if (knownSite(target) !== site.id) await refuseOthers(api, site, target);
    refuseMainBranch(site, target);
    return sideOf(target) === 'preview' ? [] : await publishingFindings(api, site, target);
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    return [findingOf(error, target)];
  }
}

function findingOf({ failure }: DeployerError, { service }: Target): Finding {
  const { code, reason, fix } = failure;
  const path = code === 'PROJECT_NAME_TAKEN' ? `services.${service.name}.netlify.site` : undefined;
  return { level: 'error', code, message: reason, ...(fix ? { fix } : {}), ...(path ? { path } : {}) };
}

async function refuseOthers(api: Netlify, site: SiteView, target: Target): Promise<void> {
  const owner = await ownerOf(api, site);
  if (owner === undefined && (await isBlank(api, site))) return;
  refuseStranger(site, owner, target);
}

async function publishingFindings(api: Netlify, site: SiteView, target: Target): Promise<readonly Finding[]> {
  const { mode, service } = target;
  const path = `services.${service.name}.netlify`;
  const findings: Finding[] = [];
  if (site.prevent_non_git_prod_deploys === true)
    findings.push({
      level: 'error',
      code: 'GATE_REFUSED',
      message: `The Netlify site ${site.name} takes production deploys from git only`,
      path,
      fix: 'Allow others in the settings of the site at Netlify, or set netlify.target to preview',
    });
  if (site.published_deploy?.locked === true && !readOptions(service.options).unlock)
    findings.push(findingOf(locked(site, target), target));
  if (isSplit(mode, service.options)) findings.push(...(await splitFindings(api, site, `${path}.split_testing`)));
  return findings;
}

/** What a canary by split tests is not, and whether the site may have any. */
async function splitFindings(api: Netlify, site: SiteView, path: string): Promise<readonly Finding[]> {
  await listSplits(api, site);
  if (site.build_settings?.repo_url) return [];
  return [
    {
      level: 'warning',
      code: 'UNSUPPORTED',
      message: `Netlify splits the users of ${site.name} by a cookie, between branch deploys; it promises that for sites that are linked to git, and this one is not`,
      path,
      fix: 'Try a canary in staging first, or take it out and deploy without one',
    },
  ];
}

async function teamFindings(api: Netlify, { service }: Target): Promise<readonly Finding[]> {
  const { team } = readOptions(service.options);
  if (team === undefined) return [];
  const { body } = await api.call<readonly { readonly slug?: string }[]>('GET', '/accounts', {
    doing: 'list the teams of the token',
    member: 'length',
  });
  if (body.some(({ slug }) => slug === team)) return [];
  return [
    {
      level: 'error',
      code: 'INSUFFICIENT_PERMISSIONS',
      message: `The token does not see the Netlify team ${team}`,
      path: `services.${service.name}.netlify.team`,
      fix: 'Correct it, or use a token of a member; a team with SAML wants one that was granted access to it',
    },
  ];
}

/** Time for one look at a host, ms. */
const LOOK = 5_000;

/** Names are the whole world's, and the API tells of our own sites only; but a host that serves something is taken. */
async function nameFindings(api: Netlify, target: Target, context: DriverContext): Promise<readonly Finding[]> {
  const name = wantedSite(target);
  const { service } = target;
  if (isSiteId(name))
    return [
      {
        level: 'error',
        code: 'NOT_FOUND',
        message: `Netlify has no site ${name}, or the token does not see it`,
        path: `services.${service.name}.netlify.site`,
        fix: 'Correct it; a site that is to be made needs a name',
      },
    ];
  if (!api.isStandard || !(await isServed(`https://${name}.netlify.app/`, context))) return [];
  return [findingOf(nameTaken(target, name), target)];
}

async function isServed(url: string, { http, signal }: DriverContext): Promise<boolean> {
  try {
    const { status } = await http.send({ url, signal, timeout: LOOK, reach: 'public' });
    return status < 500 && status !== 404;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
