import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { passOwnCheck } from '../../own-host-check.ts';
import { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { isOf, type Label, labelOf, namesOf, part, readTitle, releaseBranch, sideOf, wantedBranch } from '../names.ts';
import { isSplit } from '../options.ts';
import { refuseMainBranch, requireSite, urlOf } from '../site/site.ts';
import { refuseReserved, usedVariables } from '../site/variables.ts';
import { readContents } from './contents.ts';
import { type Creation, completeDeploy, type Wanted } from './create.ts';
import { findByKey, isFailed, isReady } from './list.ts';
import { recentLines } from './logs.ts';
import { getDeploy, pageOf } from './wait.ts';

interface Placing extends Creation {
  readonly request: PlaceRequest;
  readonly label: Label;
}

/**
 * In production a release is placed as a draft, which nobody is led to until it is published. In a preview its branch leads to
 * it as soon as it is there, so it is made and checked as a draft before.
 */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const variables = usedVariables(target, request.variables);
  refuseReserved(variables, target);
  const api = new Netlify(context);
  const site = await requireSite(api, target);
  refuseMainBranch(site, target);
  const kept = await findKept(api, target, request);
  if (kept) return placedOf(kept, site, target);
  const key = context.idempotencyKey;
  const label = labelOf(target, { version: request.version_id, key, names: Object.keys(variables) });
  const begun = await findBegun(api, site, label);
  const contents = await readContents(request.artifact, target, context);
  const placing = { api, site, target, context, contents, variables, request, label };
  const deploy = sideOf(target) === 'production' ? await inProduction(placing, begun) : await inPreview(placing, begun);
  return placedOf(deploy, site, target);
}

async function inProduction(placing: Placing, begun: readonly DeployView[]): Promise<DeployView> {
  const { target, label } = placing;
  const split = isSplit(target.mode, target.service.options);
  const branch = releaseBranch(label.key);
  const wanted: Wanted = split ? { label, draft: false, branch } : { label, draft: true };
  const ready = await completeDeploy(placing, wanted, begun[0]);
  await passHealth(placing, ready);
  return ready;
}

async function inPreview(placing: Placing, begun: readonly DeployView[]): Promise<DeployView> {
  const { api, site, target, label } = placing;
  const wanted: Wanted = { label, draft: false, branch: wantedBranch(site.name, target) };
  const draft = begun.find((deploy) => deploy.draft === true);
  const placed = begun.find((deploy) => deploy.draft !== true);
  if (placed || !target.service.health) {
    const ready = await completeDeploy(placing, wanted, placed);
    if (draft) await removeDeploy(api, draft.id);
    return ready;
  }
  const checked = await completeDeploy(placing, { label, draft: true }, draft);
  await passHealth(placing, checked);
  const ready = await completeDeploy(placing, wanted, undefined);
  await removeDeploy(api, checked.id);
  return ready;
}

/** The deploy that a roll-back goes to, when it is there and got variables of the same names; their values cannot be asked. */
async function findKept(
  api: Netlify,
  target: Target,
  { kept, version_id, variables }: PlaceRequest,
): Promise<DeployView | undefined> {
  if (kept === undefined) return undefined;
  const deploy = await getDeploy(api, String(kept));
  const label = readTitle(deploy?.title);
  const names = namesOf(Object.keys(usedVariables(target, variables)));
  const same = isOf(target, label) && label?.version === version_id && label.names === names;
  return deploy && isReady(deploy) && same ? deploy : undefined;
}

/** What earlier attempts of this operation made. What failed is taken away and made anew. */
async function findBegun(api: Netlify, site: SiteView, { key }: Label): Promise<readonly DeployView[]> {
  const made = await findByKey(api, site, key);
  for (const { id } of made.filter(isFailed)) await removeDeploy(api, id);
  return made.filter((deploy) => !isFailed(deploy));
}

/** One that is under way is cancelled first: Netlify removes none of those. */
export async function removeDeploy(api: Netlify, id: string): Promise<void> {
  const path = `/deploys/${part(id)}`;
  const given = { doing: `remove the deploy ${id}` };
  const { status } = await api.call('DELETE', path, { ...given, accept: [404, 422] });
  if (status !== 422) return;
  await api.call('POST', `${path}/cancel`, { doing: `cancel the deploy ${id}`, accept: [404, 422], repeat: 'always' });
  await api.call('DELETE', path, { ...given, accept: [404] });
}

function passHealth({ api, site, target, request, context }: Placing, deploy: DeployView): Promise<void> {
  return passOwnCheck({
    target,
    request,
    context,
    url: hostOf(deploy, site),
    lines: () => recentLines(api, site, deploy, context),
    keptOut: KEPT_OUT,
  });
}

const KEPT_OUT = {
  statuses: /HTTP 401/,
  fix: 'If password protection of the site answers: take it off its deploys, or check another path',
};

export function hostOf({ id, deploy_ssl_url }: DeployView, { name }: SiteView): string {
  return deploy_ssl_url ?? `https://${id}--${name}.netlify.app`;
}

function placedOf(deploy: DeployView, site: SiteView, target: Target): Placed {
  const page = pageOf(deploy);
  return {
    ref: deploy.id,
    url: urlOf(site, target),
    internal_url: hostOf(deploy, site),
    ...(page ? { dashboard_url: page } : {}),
  };
}
