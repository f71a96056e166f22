import type { DriverContext, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Json } from '../../../../core/json.ts';
import { type Account, openAccount } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { percentOf, without } from '../live.ts';
import { type Place, tokenOf } from '../names.ts';
import { pagesOf } from '../site/pages.ts';
import { findPlace } from '../site/place.ts';
import { PLACES } from '../site/viewer-code.ts';
import { changeLive, changeStore, listKeys, readLive } from '../store.ts';
import { listObjects, listRecords, readRecord, removeObjects, removeRecord } from './records.ts';

/** Removes one release, and what no release that stays needs. One that is gone is no failure; one with users is refused. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const account = await openAccount<StaticOptions>(target, context);
  const place = await findPlace(target, account);
  if (!place) return;
  if (percentOf(String(ref), await readLive(account, place)) > 0) throw withUsers(target, String(ref));
  await removeRelease(account, place, String(ref));
}

/**
 * The list goes first: from then on nothing counts on the rest. What of the rest is left by a cut, and by uploads that were
 * never finished, goes with the next release that does, since all is removed that no list names.
 */
async function removeRelease(account: Account, place: Place, ref: string): Promise<void> {
  const records = await listRecords(account, place);
  if (!records) return;
  await changeLive(account, place, (live) => without(live, ref));
  await removeRecord(account, place, ref);
  const kept = await usedBy(
    account,
    place,
    records.map((one) => one.ref).filter((one) => one !== ref),
  );
  const keys = await listKeys(account, place);
  await changeStore(account, place, { put: new Map(), remove: keys.filter((key) => !kept.has(key)) });
  for (const folder of [PLACES.object, PLACES.error])
    for await (const found of listObjects(account, place, folder)) {
      const unused = found.filter((key) => !kept.has(key));
      await removeObjects(account, place, unused);
    }
}

/** Objects of the bucket and keys of the store together: their names never meet. */
async function usedBy(account: Account, place: Place, refs: readonly string[]): Promise<ReadonlySet<string>> {
  const used = new Set<string>([PLACES.live]);
  for (const ref of refs) {
    const record = await readRecord(account, place, ref);
    if (!record) continue;
    used.add(PLACES.check + tokenOf(ref));
    for (const key of record.keys) used.add(key);
    for (const key of pagesOf(record.entries).values.keys()) used.add(key);
  }
  return used;
}

function withUsers({ service }: Target, ref: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The release ${ref} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
