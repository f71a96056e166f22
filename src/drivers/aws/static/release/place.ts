import type { DriverContext, Placed, PlaceRequest, Target } from '../../../../core/driver.ts';
import { Secret } from '../../../../core/secret.ts';
import { passOwnCheck } from '../../../own-host-check.ts';
import { type Account, openAccount } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import type { Mark } from '../live.ts';
import { type Place, refOf, tokenOf, versionOf } from '../names.ts';
import { requireLed } from '../site/adopted-distribution.ts';
import { readSite, type SiteContents } from '../site/objects.ts';
import { type Pages, pagesOf } from '../site/pages.ts';
import { checkUrlOf, ownUrlOf, requirePlace, urlOf } from '../site/place.ts';
import { CHECK_HEADER, PLACES } from '../site/viewer-code.ts';
import { changeStore, requireRoom } from '../store.ts';
import { type Listed, listObjects, listRecords, readRecord, writeRecord } from './records.ts';
import { retireRelease } from './retire.ts';
import { uploadObjects } from './upload.ts';

interface Placing {
  readonly account: Account<StaticOptions>;
  readonly place: Place;
  readonly target: Target;
  readonly context: DriverContext;
  readonly request: PlaceRequest;
}

/**
 * Brings up what the bucket lacks, then the pages that name it, then the list of it all, which says that the release is
 * whole; and looks at it as nobody else can. Nothing that users see changes.
 */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const account = await openAccount<StaticOptions>(target, context);
  const place = await requirePlace(target, account);
  const placing = { account, place, target, context, request };
  const records = (await listRecords(account, place)) ?? [];
  await requireLed(target, account, context, { first: records.length === 0 });
  const kept = await findKept(placing, records);
  if (kept !== undefined) return placedOf(kept, placing);
  const ref = refOf(target, request.version_id, context.idempotencyKey);
  if (!records.some((one) => one.ref === ref)) await bringUp(placing, ref, records[0]);
  await passCheck(placing, ref);
  return placedOf(ref, placing);
}

/** The release that a roll-back goes to, when it is there and was made by the same options; a site has no variables. */
async function findKept(placing: Placing, records: readonly Listed[]): Promise<string | undefined> {
  const { account, place, request } = placing;
  const ref = String(request.kept ?? '');
  if (versionOf(ref) !== request.version_id || !records.some((one) => one.ref === ref)) return undefined;
  const record = await readRecord(account, place, ref);
  return record?.made === madeBy(account.options) ? ref : undefined;
}

/** Options that change what is served. */
function madeBy({ spa, immutable, compress }: StaticOptions): string {
  return JSON.stringify([spa ?? null, immutable, compress]);
}

async function bringUp({ account, place, context, request }: Placing, ref: string, newest?: Listed): Promise<void> {
  const { options } = account;
  const site = await readSite(request.artifact, options, context);
  const before = newest && (await readRecord(account, place, newest.ref));
  const pages = pagesOf(site.entries);
  const known = before ? pagesOf(before.entries).values : new Map<string, string>();
  const put = new Map([...pages.values].filter(([key]) => !known.has(key)));
  put.set(PLACES.check + tokenOf(ref), JSON.stringify(markOf(ref, pages, options)));
  await requireRoom(account, place, put);
  await bringObjects({ account, place, context }, site, new Set(before?.keys));
  await changeStore(account, place, { put, remove: [] });
  await writeRecord(account, place, ref, {
    entries: site.entries,
    keys: [...site.objects.keys()],
    made: madeBy(options),
  });
}

/** So many are sent again rather than looked for: a look is a request for each thousand. */
const LOOKED_FOR = 200;

async function bringObjects(
  { account, place, context }: Pick<Placing, 'account' | 'place' | 'context'>,
  { objects }: SiteContents,
  known: Set<string>,
): Promise<void> {
  const missing = () => [...objects.values()].filter(({ key }) => !known.has(key));
  if (missing().length > LOOKED_FOR)
    for (const folder of [PLACES.object, PLACES.error])
      for await (const keys of listObjects(account, place, folder)) for (const key of keys) known.add(key);
  const wanted = missing();
  context.log(`${wanted.length} of ${objects.size} files to upload`, 'info');
  await uploadObjects(account, place, wanted, context.signal);
}

function markOf(ref: string, { root, depth, count }: Pages, { spa }: StaticOptions): Mark {
  return { v: ref, r: root, d: depth, n: count, ...(spa === undefined ? {} : { s: spa }) };
}

/** A release that does not become healthy is taken away again. */
async function passCheck({ place, target, context, request }: Placing, ref: string): Promise<void> {
  try {
    await passOwnCheck({
      target,
      request,
      context,
      url: ownUrlOf(place),
      headers: { [CHECK_HEADER]: new Secret(tokenOf(ref)) },
      lines: async () => [],
      keptOut: { statuses: /HTTP 40[13]/, fix: 'Let checks through where something guards the distribution' },
    });
  } catch (error) {
    if (!context.signal.aborted) await retireRelease(target, ref, context).catch(() => undefined);
    throw error;
  }
}

function placedOf(ref: string, { account, place }: Placing): Placed {
  const console = `https://console.aws.amazon.com/cloudfront/v4/home#/distributions/${place.distribution}`;
  return { ref, url: urlOf(account, place), internal_url: checkUrlOf(place, ref), dashboard_url: console };
}
