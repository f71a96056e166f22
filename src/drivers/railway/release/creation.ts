import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import type { Railway } from '../api/client.ts';
import { keyOf, type PlaceIds } from '../names.ts';
import { type KnownRelease, type PendingRelease, type TargetRecord, writeRecord } from '../place/record.ts';
import { type DeploymentView, getDeployment, listDeployments, phaseOf } from './deployments.ts';

/** How long a deployment may take to show after its answer was lost; ms between looks. */
const LOOKS = [500, 1_500, 3_000];
const TRIES = 4;

export interface Creation {
  readonly api: Railway;
  readonly place: PlaceIds;
  readonly target: Target;
  readonly context: DriverContext;
}

/** Railway may have done it all the same. */
export class Lost extends Error {
  override readonly cause: DeployerError;

  constructor(cause: DeployerError) {
    super('an answer was lost');
    this.cause = cause;
  }
}

/** For calls whose answer may be lost. */
export function asLost(error: unknown): never {
  const temporary = isTemporary(error) && (error as DeployerError).code !== 'RATE_LIMIT_EXCEEDED';
  throw temporary ? new Lost(error as DeployerError) : error;
}

/**
 * Makes one deployment: what is about to be made is on record before, and what was made although its answer was lost is
 * found by being new. Only what is not there is asked for again. `make` answers `undefined` where Railway does not say
 * which deployment it is.
 */
export async function createOnce(
  { api, place, target, context }: Creation,
  record: TargetRecord,
  given: Pick<KnownRelease, 'version' | 'given'>,
  make: () => Promise<string | undefined>,
): Promise<string> {
  const before = (await listDeployments(api, place)).map(({ id }) => id);
  const pending: PendingRelease = { ...given, key: keyOf(target, context.idempotencyKey), before };
  const noted = await writeRecord(api, place, { ...record, pending });
  for (let tries = 1; ; tries++) {
    const id = await attempt(make, () => lookForNew(api, place, pending, context), tries);
    if (id === undefined) continue;
    await settle(api, place, noted, { ...pending, id });
    return id;
  }
}

/** What an earlier attempt of this operation made. One that failed is to be made anew. */
export async function findBegun(
  { api, place, target, context }: Creation,
  record: TargetRecord,
): Promise<string | undefined> {
  const key = keyOf(target, context.idempotencyKey);
  const { pending } = record;
  const known = record.releases.findLast((release) => release.key === key);
  const id = known?.id ?? (pending?.key === key ? (await findNew(api, place, pending))?.id : undefined);
  if (id === undefined) return undefined;
  if (!known && pending) await settle(api, place, record, { ...pending, id });
  const there = await getDeployment(api, id);
  const phase = there && phaseOf(there);
  return phase === 'under_way' || phase === 'live' || phase === 'waits_for_person' || phase === 'unknown'
    ? id
    : undefined;
}

/** `undefined`: it was certainly not made, and may be tried again. */
async function attempt(
  make: () => Promise<string | undefined>,
  find: () => Promise<string | undefined>,
  tries: number,
): Promise<string | undefined> {
  try {
    const made = (await make()) ?? (await find());
    if (made === undefined) throw unseen();
    return made;
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    const made = await find();
    if (made === undefined && tries >= TRIES) throw error.cause;
    return made;
  }
}

/** From now on it is known, and nothing is about to be made. */
async function settle(
  api: Railway,
  place: PlaceIds,
  { pending: _, ...record }: TargetRecord,
  { before: __, ...release }: PendingRelease & { readonly id: string },
): Promise<void> {
  const others = record.releases.filter(({ id }) => id !== release.id);
  await writeRecord(api, place, { ...record, releases: [...others, release] });
}

async function lookForNew(
  api: Railway,
  place: PlaceIds,
  pending: PendingRelease,
  { clock, signal }: DriverContext,
): Promise<string | undefined> {
  for (const wait of LOOKS) {
    await clock.sleep(wait, signal);
    const found = await findNew(api, place, pending);
    if (found) return found.id;
  }
  return undefined;
}

/** The one that says so itself, or else the first that was not there before. */
async function findNew(
  api: Railway,
  place: PlaceIds,
  { before, key }: PendingRelease,
): Promise<DeploymentView | undefined> {
  const fresh = (await listDeployments(api, place)).filter(({ id }) => !before.includes(id));
  return fresh.find(({ meta }) => JSON.stringify(meta ?? null).includes(key)) ?? fresh.at(-1);
}

/** It was taken, so that asking for it again would make two. */
function unseen(): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    stage: 'deploy',
    reason: 'Railway does not show the deployment that it has begun',
    fix: 'Try again: it is looked for first',
  });
}
