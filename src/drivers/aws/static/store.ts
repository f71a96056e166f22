import { hasCode } from '../../../aws/failure.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import type { Account } from '../account.ts';
import type { Live, Mark } from './live.ts';
import { type Place, tokenOf } from './names.ts';
import { PLACES } from './site/viewer-code.ts';

export interface Changes {
  readonly put: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** In one request; the bytes are far fewer than the 3 MB that one may have. */
const AT_ONCE = 50;
/** Of a whole store. */
const MOST_BYTES = 5 * 1024 * 1024;
const TRIES = 5;

/** `undefined` where the key, or the whole store, is not there. */
export async function readKey({ aws }: Account, { store }: Place, key: string): Promise<string | undefined> {
  const { getKey } = await aws.keyValues();
  try {
    return (await getKey({ KvsARN: store, Key: key })).Value;
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return undefined;
    throw error;
  }
}

export async function readLive(account: Account, place: Place): Promise<Live> {
  const text = await readKey(account, place, PLACES.live);
  return text === undefined ? { kept: [] } : (JSON.parse(text) as Live);
}

/** How viewers are led to a release; `undefined` for one that is not there. */
export async function findMark(account: Account, place: Place, ref: string): Promise<Mark | undefined> {
  const text = await readKey(account, place, PLACES.check + tokenOf(ref));
  return text === undefined ? undefined : (JSON.parse(text) as Mark);
}

/** Keys of everything in the store. */
export async function listKeys({ aws }: Account, { store }: Place): Promise<readonly string[]> {
  const { listKeys: list } = await aws.keyValues();
  const keys: string[] = [];
  let next: string | undefined;
  do {
    const { Items = [], NextToken } = await list({
      KvsARN: store,
      MaxResults: AT_ONCE,
      ...(next === undefined ? {} : { NextToken: next }),
    });
    keys.push(...Items.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    next = NextToken;
  } while (next !== undefined);
  return keys;
}

/**
 * Writes and removes keys in as many requests as it needs. Doing it twice ends the same. Each is guarded by what the store
 * was when it was looked at; where somebody else was faster it is looked at anew.
 */
export async function changeStore(account: Account, place: Place, { put, remove }: Changes): Promise<void> {
  const puts = [...put].map(([Key, Value]) => ({ Key, Value }));
  const removals = remove.map((Key) => ({ Key }));
  for (let from = 0; from < puts.length; from += AT_ONCE)
    await update(account, place, { Puts: puts.slice(from, from + AT_ONCE) });
  for (let from = 0; from < removals.length; from += AT_ONCE)
    await update(account, place, { Deletes: removals.slice(from, from + AT_ONCE) });
}

/** Fails before anything goes up where the store could not take it all. */
export async function requireRoom(account: Account, { store }: Place, put: ReadonlyMap<string, string>): Promise<void> {
  const { describeKeyValueStore } = await account.aws.keyValues();
  const { TotalSizeInBytes: used = 0 } = await describeKeyValueStore({ KvsARN: store });
  let more = 0;
  for (const [key, value] of put) more += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (used + more <= MOST_BYTES) return;
  throw new DeployerError({
    code: 'QUOTA_EXCEEDED',
    stage: 'deploy',
    reason: 'The names of the files of all kept releases do not fit into a key value store of CloudFront any more',
    fix: 'Keep fewer versions, or deploy fewer files',
  });
}

/** Changes what viewers get in one request; `decide` sees what they get now, and sees it anew when somebody was faster. */
export async function changeLive(account: Account, place: Place, decide: (live: Live) => Live): Promise<void> {
  await guarded(account, place, async () => {
    const live = await readLive(account, place);
    const wanted = decide(live);
    if (JSON.stringify(wanted) === JSON.stringify(live)) return undefined;
    return { Puts: [{ Key: PLACES.live, Value: JSON.stringify(wanted as unknown as Json) }] };
  });
}

interface Update {
  readonly Puts?: { Key: string; Value: string }[];
  readonly Deletes?: { Key: string }[];
}

function update(account: Account, place: Place, changes: Update): Promise<void> {
  return guarded(account, place, async () => changes);
}

async function guarded(
  { aws }: Account,
  { store: KvsARN }: Place,
  changes: () => Promise<Update | undefined>,
): Promise<void> {
  const { describeKeyValueStore, updateKeys } = await aws.keyValues();
  for (let tries = 1; ; tries++) {
    const { ETag } = await describeKeyValueStore({ KvsARN });
    const wanted = await changes();
    if (wanted === undefined) return;
    try {
      return void (await updateKeys({ KvsARN, IfMatch: ETag, ...wanted }));
    } catch (error) {
      if (!hasCode(error, 'Conflict', 'PreconditionFailed') || tries >= TRIES) throw error;
    }
  }
}
