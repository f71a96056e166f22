import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import { type Account, openAccount } from '../../account.ts';
import { ownTags } from '../../names.ts';
import { removeStack } from '../../stack/stack.ts';
import { ownName } from '../names.ts';
import { listObjects, removeObjects } from '../release/records.ts';
import { findThings } from './things.ts';

/**
 * Empties the bucket, since only empty ones can be removed, and has the stack removed, which takes the distribution out of
 * use first: that takes minutes. Another attempt goes on where this one was cut.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const account = await openAccount(target, context);
  const things = await findThings(target, account);
  if (!things) return;
  await emptyBucket(account, things.get('Bucket'));
  context.log('CloudFront takes some minutes to let a distribution go', 'info');
  const stack = { name: ownName(target), tags: ownTags(target) };
  await removeStack(await account.aws.cloudformation(), stack, context);
}

async function emptyBucket(account: Account, bucket: string | undefined): Promise<void> {
  if (bucket === undefined) return;
  const place = { bucket };
  try {
    for await (const keys of listObjects(account, place, '')) await removeObjects(account, place, keys);
  } catch (error) {
    if (!hasCode(error, 'NoSuchBucket')) throw error;
  }
}
