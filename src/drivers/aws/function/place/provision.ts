import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Provisioned, Target } from '../../../../core/driver.ts';
import { ownTags } from '../../names.ts';
import { findFunction, logGroup, openSite, resourceOf, roleName, type Site } from '../site.ts';
import { ensureRole } from './role.ts';

/** Role and group of logs, which live as long as the target; the function itself comes with its first code. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const site = await openSite(target, context);
  const { account } = site;
  const found = await findFunction(site);
  const madeLogs = await ensureLogs(site);
  const madeRole = account.options.role === undefined && (await ensureRole(site, roleName(site))) === 'created';
  const outcome = found && !found.own ? 'adopted' : madeLogs || madeRole ? 'created' : 'unchanged';
  return { resource: resourceOf(site), outcome };
}

/** Made before Lambda makes it, which would keep lines for ever and have no tags. Answers whether it was not there. */
async function ensureLogs(site: Site): Promise<boolean> {
  const { account, target } = site;
  const logs = await account.aws.logs();
  const logGroupName = logGroup(site);
  const made = await logs.createLogGroup({ logGroupName, tags: ownTags(target) }).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ResourceAlreadyExists')) return false;
      throw error;
    },
  );
  await logs.putRetentionPolicy({ logGroupName, retentionInDays: account.options.log_retention_days });
  return made;
}
