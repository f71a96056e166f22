import type { DriverContext, Target } from '../../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../../core/inspection.ts';
import { type Account, openAccount } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { type Live, percentOf } from '../live.ts';
import { type Place, versionOf } from '../names.ts';
import { checkUrlOf, findPlace, urlOf } from '../site/place.ts';
import { readLive } from '../store.ts';
import { type Listed, listRecords } from './records.ts';

const ABSENT: Inspection = { state: 'absent', releases: [] };

/** The releases that are whole, by the bucket, and what viewers get of them, by the key value store. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const account = await openAccount<StaticOptions>(target, context);
  const place = await findPlace(target, account);
  if (!place) return ABSENT;
  const [records, live] = await Promise.all([listRecords(account, place), readLive(account, place)]);
  if (!records) return ABSENT;
  const releases = records.map((one) => releaseOf(one, live, { account, place }));
  return { state: 'present', url: urlOf(account, place), releases };
}

interface At {
  readonly account: Account<StaticOptions>;
  readonly place: Place;
}

function releaseOf({ ref, at }: Listed, live: Live, { account, place }: At): InspectedRelease {
  const percent = percentOf(ref, live);
  return {
    ref,
    version_id: versionOf(ref),
    state: 'running',
    percent,
    internal_url: checkUrlOf(place, ref),
    started_at: at.toISOString(),
    ...(percent > 0 ? { url: urlOf(account, place) } : {}),
  };
}
