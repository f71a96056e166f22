import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import { isOwn } from '../../names.ts';
import { removeRole } from '../place/role.ts';
import { findFunction, logGroup, openSite, roleName, type Site } from '../site.ts';
import { LIVE, removeAlias } from './entrance.ts';
import { removeRelease } from './traffic.ts';
import { listReleases } from './versions.ts';

/** Removes the function with all its versions, then its role, and its log last: a late call would make that anew. */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const site = await openSite(target, context);
  const found = await findFunction(site);
  if (found?.own) await removeFunction(site);
  else if (found) await withdraw(site);
  // Made before the options named another one, it is ours still.
  await removeRole(site, roleName(site));
  await removeLogs(site);
}

async function removeFunction({ account, name }: Site): Promise<void> {
  const { deleteFunction } = await account.aws.lambda();
  await unlessMissing(deleteFunction({ FunctionName: name }));
}

/** From a function that was there before: what we have published goes, and nothing else. */
async function withdraw(site: Site): Promise<void> {
  await removeAlias(site, LIVE);
  for (const release of await listReleases(site)) await removeRelease(site, release);
}

async function removeLogs(site: Site): Promise<void> {
  const { id, partition, region, aws } = site.account;
  const logs = await aws.logs();
  const logGroupName = logGroup(site);
  const resourceArn = `arn:${partition}:logs:${region}:${id}:log-group:${logGroupName}`;
  const tags = await logs.listTagsForResource({ resourceArn }).then(
    (found) => found.tags ?? {},
    (error: unknown) => {
      if (hasCode(error, 'ResourceNotFound')) return {};
      throw error;
    },
  );
  if (isOwn(site.target, tags)) await unlessMissing(logs.deleteLogGroup({ logGroupName }));
}

async function unlessMissing(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!hasCode(error, 'ResourceNotFound')) throw error;
  });
}
