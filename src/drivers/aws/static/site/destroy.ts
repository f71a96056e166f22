import { hasCode } from '../../../../aws/failure.ts';
import type { Destroyed, DriverContext, Target } from '../../../../core/driver.ts';
import { type Account, openAccount } from '../../account.ts';
import { ownTags } from '../../names.ts';
import type { StaticOptions } from '../../options/static.ts';
import { removeStack } from '../../stack/stack.ts';
import { ownName, prefixOf, type Shelf } from '../names.ts';
import { listObjects, removeObjects } from '../release/records.ts';
import { requireLetGo } from './adopted-distribution.ts';
import { adoptedBy, findThings } from './things.ts';

/**
 * Empties the bucket, since only empty ones can be removed, and has the stack removed, which takes the distribution out of
 * use first: that takes minutes. Another attempt goes on where this one was cut. What others have made stays, without what we put
 * there. Functions that the owner of a distribution sets in it survive a first deploy that fails, or they could never be set.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<Destroyed | undefined> {
  const account = await openAccount<StaticOptions>(target, context);
  const things = await findThings(target, account);
  if (!things) return undefined;
  const adopts = adoptedBy(target, account);
  const { bucket = things.get('Bucket'), distribution } = adopts;
  if (distribution !== undefined && context.undoing) return { left: [`the stack ${ownName(target)}`] };
  if (distribution !== undefined) await requireLetGo(target, account, distribution);
  if (bucket !== undefined) await emptyBucket(account, { bucket, prefix: prefixOf(target, adopts) });
  if (distribution === undefined) context.log('CloudFront takes some minutes to let a distribution go', 'info');
  const stack = { name: ownName(target), tags: ownTags(target) };
  await removeStack(await account.aws.cloudformation(), stack, context);
  return undefined;
}

async function emptyBucket(account: Account, shelf: Shelf): Promise<void> {
  try {
    for await (const keys of listObjects(account, shelf, '')) await removeObjects(account, shelf, keys);
  } catch (error) {
    if (!hasCode(error, 'NoSuchBucket')) throw error;
  }
}
