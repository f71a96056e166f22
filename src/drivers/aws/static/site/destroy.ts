import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import { openAccount } from '../../account.ts';
import { deleteStack, stackResources } from '../../stack/stack.ts';
import { ownName } from '../names.ts';
import { listObjects, removeObjects } from '../release/records.ts';

/**
 * Empties the bucket, since only empty ones can be removed, and has the stack removed, which takes the distribution out of
 * use first: that takes minutes. Another attempt goes on where this one was cut.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const account = await openAccount(target, context);
  const bucket = (await stackResources(account, ownName(target)))?.get('Bucket');
  if (bucket !== undefined) await emptyBucket(bucket);
  context.log('CloudFront takes some minutes to let a distribution go', 'info');
  await deleteStack(target, account, context, ownName(target));

  async function emptyBucket(name: string): Promise<void> {
    const place = { bucket: name };
    try {
      for await (const keys of listObjects(account, place, '')) await removeObjects(account, place, keys);
    } catch (error) {
      if (!hasCode(error, 'NoSuchBucket')) throw error;
    }
  }
}
