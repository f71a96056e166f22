import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Share, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Json } from '../../../../core/json.ts';
import { openSite, type Site } from '../site.ts';
import {
  type AliasView,
  ensureAlias,
  ensureUrl,
  findAlias,
  LIVE,
  ownAlias,
  removeAlias,
  SERVING,
  settleUrl,
} from './entrance.ts';
import { sharesOf } from './inspection.ts';
import { listReleases } from './versions.ts';

/** Leads users to one version, or a share of them to a second one. Each request is drawn anew. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const site = await openSite(target, context);
  const wanted = shares.filter(({ percent }) => percent > 0).map(({ ref, percent }) => ({ ref: String(ref), percent }));
  if (wanted.length === 0) return removeAlias(site, LIVE);
  if (wanted.length > 2) throw tooMany(target);
  const [main] = wanted;
  if (!main) return;
  await ensureAlias(site, { alias: LIVE, version: main.ref, description: SERVING });
  await ensureUrl(site, LIVE);
  const live = await findAlias(site, LIVE);
  if (live && !isAsWanted(live, wanted)) await lead(site, live, wanted);
  await settleUrl(site);
}

interface Wanted {
  readonly ref: string;
  readonly percent: number;
}

function isAsWanted(live: AliasView, wanted: readonly Wanted[]): boolean {
  const now = sharesOf(live);
  return now.size === wanted.length && wanted.every(({ ref, percent }) => now.get(ref) === percent);
}

/** Weights that are left out would stay as they are. */
async function lead(site: Site, live: AliasView, wanted: readonly Wanted[]): Promise<void> {
  const { updateAlias } = await site.account.aws.lambda();
  const main = wanted.find(({ ref }) => ref === live.FunctionVersion) ?? wanted[0];
  const others = wanted.filter((one) => one !== main);
  const weights = Object.fromEntries(others.map(({ ref, percent }) => [ref, percent / 100]));
  try {
    await updateAlias({
      FunctionName: site.name,
      Name: LIVE,
      FunctionVersion: main?.ref,
      Description: SERVING,
      RoutingConfig: { AdditionalVersionWeights: weights },
      RevisionId: live.RevisionId,
    });
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) throw gone(site.target);
    // After a lost answer it is told again, and is another revision then by our own doing.
    const now = hasCode(error, 'PreconditionFailed') ? await findAlias(site, LIVE) : undefined;
    if (!now || !isAsWanted(now, wanted)) throw error;
  }
}

/** Removes one version. One that is gone, or somebody else's, is no failure; the live one is refused. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const site = await openSite(target, context);
  const release = (await listReleases(site)).find((one) => one.ref === String(ref));
  if (!release) return;
  const live = await findAlias(site, LIVE);
  if (live && sharesOf(live).has(release.ref)) throw isLive(target, release.ref);
  if (live?.FunctionVersion === release.ref) await removeAlias(site, LIVE);
  await removeRelease(site, release);
}

/** With the alias by which it alone was asked. */
export async function removeRelease(
  site: Site,
  { ref, label }: Awaited<ReturnType<typeof listReleases>>[number],
): Promise<void> {
  await removeAlias(site, ownAlias(label));
  const { deleteFunction } = await site.account.aws.lambda();
  await deleteFunction({ FunctionName: site.name, Qualifier: ref }).catch((error: unknown) => {
    if (!hasCode(error, 'ResourceNotFound')) throw error;
  });
}

function tooMany({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `Lambda leads users of ${service.name} to two versions at most`,
    fix: 'End the canary first',
  });
}

function gone({ service, environment }: Target): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `A version of ${service.name} that is to have users is not in Lambda any more`,
    fix: `Place it again: deployer redeploy --env ${environment}`,
  });
}

function isLive({ service }: Target, ref: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `Version ${ref} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
