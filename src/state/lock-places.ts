import { DeployerError } from '../core/errors.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { LockRecord } from '../core/state.ts';
import { type BeatWatch, watchBeats } from './beat-watch.ts';
import { type FailedPlace, holdPlaces, type PlaceLocks, type TakenPlace } from './held-places.ts';
import { type Holder, type LockContext, pauseBefore } from './lock.ts';
import { encode, lockedError, recordOf, wasReleased } from './lock-record.ts';
import { conditionOf } from './process-identity.ts';

/** Rounds of "taken" and "gone again" at one place before it is called a fault. */
const LOOKS = 20;
const LOOK_AGAIN_MS = 25;

export interface PlacesRequest {
  /** The lock of the state, which is held; the platforms' locks say the same of their holder. */
  readonly record: LockRecord;
  readonly places: readonly LockPlace[];
  /** How long to wait for holders that live, ms. */
  readonly wait_ms: number;
  readonly poll_ms?: number;
  readonly signal?: AbortSignal;
  /** Told once for every holder that is waited for. */
  readonly onWait?: (holder: LockRecord, place: LockPlace) => void;
  /** Told of every holder that was found dead. */
  readonly onTakeOver?: (holder: LockRecord, place: LockPlace) => void;
}

/** Who holds the lock of an environment at a platform, and its token. */
export interface PlaceHolder extends Holder {
  readonly token: string;
}

/** `undefined` when nobody does. */
export async function placeHolder(
  { machine }: Pick<LockContext, 'machine'>,
  environment: string,
  place: LockPlace,
): Promise<PlaceHolder | undefined> {
  const kept = await place.read();
  if (!kept) return undefined;
  const record = recordOf(kept, environment);
  return { record, condition: await conditionOf(record, machine), token: kept.token };
}

type Context = Pick<LockContext, 'store' | 'clock' | 'entropy' | 'machine'>;

/** A place, and what was seen of its beats so far. */
interface Candidate {
  readonly place: LockPlace;
  readonly watch: BeatWatch;
}

type Outcome =
  | { readonly is: 'taken'; readonly taken: TakenPlace }
  | { readonly is: 'locked'; readonly place: LockPlace; readonly holder: LockRecord }
  | { readonly is: 'missed'; readonly missed: FailedPlace };

/**
 * Takes the lock of an environment at all its platforms, or at none. Throws `STATE_LOCKED` when somebody who is not
 * proven dead holds one of them and the wait is over. Nobody waits for one while holding another, so those who come by
 * different ways never stand in each other's way for ever.
 */
export async function acquirePlaces(context: Context, request: PlacesRequest): Promise<PlaceLocks> {
  const { clock } = context;
  const deadline = clock.monotonic() + request.wait_ms;
  const candidates = [...request.places]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((place) => ({ place, watch: watchBeats(clock) }));
  let told: string | undefined;
  for (;;) {
    const outcomes = await tryAll(context, { request, candidates });
    const taken = withoutTwins(outcomes);
    const locked = outcomes.find((one) => one.is === 'locked');
    if (!locked && !request.signal?.aborted)
      return holdPlaces({ taken, missed: missedOf(outcomes), record: request.record, clock });
    await Promise.all(taken.map(({ place, token }) => place.remove(token).catch(() => undefined)));
    request.signal?.throwIfAborted();
    if (!locked) continue;
    const { place, holder } = locked;
    if (clock.monotonic() >= deadline) throw lockedError(holder, place.name);
    if (told !== holder.id) request.onWait?.(holder, place);
    told = holder.id;
    await clock.sleep(pauseBefore(deadline, { context, request }), request.signal);
  }
}

/** The first decides among those who want the same places; the others follow at the same time. */
async function tryAll(context: Context, { request, candidates }: Trial): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = [...candidates];
  for (let next = left.shift(); next; next = left.shift()) {
    const outcome = await tryOne(context, request, next);
    outcomes.push(outcome);
    if (outcome.is === 'locked') return outcomes;
    if (outcome.is === 'taken') break;
  }
  const others = await Promise.all(left.map((candidate) => tryOne(context, request, candidate)));
  return [...outcomes, ...others];
}

interface Trial {
  readonly request: PlacesRequest;
  readonly candidates: readonly Candidate[];
}

async function tryOne(context: Context, request: PlacesRequest, candidate: Candidate): Promise<Outcome> {
  const { place } = candidate;
  try {
    return await takeOne(context, request, candidate);
  } catch (error) {
    await abandon(place, request.record);
    return { is: 'missed', missed: { place, error } };
  }
}

async function takeOne(context: Context, request: PlacesRequest, { place, watch }: Candidate): Promise<Outcome> {
  const { record } = request;
  const text = encode(record).toString();
  for (let look = 0; look < LOOKS; look++) {
    const since = context.clock.monotonic();
    const token = await place.create(text);
    if (token !== undefined) return { is: 'taken', taken: { place, token, since } };
    const kept = await place.read();
    const holder = kept && recordOf(kept, record.environment);
    if (kept && holder?.id === record.id) return { is: 'taken', taken: { place, token: kept.token, since } };
    if (kept && holder) {
      if (!(await isGone(context, holder, watch))) return { is: 'locked', place, holder };
      // Whatever happened since the look: the token names this very lock.
      await place.remove(kept.token);
      request.onTakeOver?.(holder, place);
    } else await context.clock.sleep(LOOK_AGAIN_MS, request.signal);
  }
  throw restless(record.environment, place);
}

/**
 * An earlier holder of the state's lock that let it go could not reach the platform then. Of others it is proven as for
 * the state: dead on this machine, or silent while we watched.
 */
async function isGone({ store, machine }: Context, holder: LockRecord, watch: BeatWatch): Promise<boolean> {
  const condition = await conditionOf(holder, machine);
  if (condition === 'dead' || (condition === 'elsewhere' && watch.stoodStill(holder))) return true;
  return wasReleased(store, holder);
}

/** After a fault in the middle the lock may be there although nobody knows that it holds. */
async function abandon(place: LockPlace, record: LockRecord): Promise<void> {
  try {
    const kept = await place.read();
    if (kept && recordOf(kept, record.environment).id === record.id) await place.remove(kept.token);
  } catch {
    // The first fault is the one to report.
  }
}

/** Two names of one place have one lock. */
function withoutTwins(outcomes: readonly Outcome[]): readonly TakenPlace[] {
  const taken = outcomes.flatMap((outcome) => (outcome.is === 'taken' ? [outcome.taken] : []));
  return [...new Map(taken.map((one) => [one.token, one])).values()];
}

function missedOf(outcomes: readonly Outcome[]): readonly FailedPlace[] {
  return outcomes.flatMap((outcome) => (outcome.is === 'missed' ? [outcome.missed] : []));
}

function restless(environment: string, { name }: LockPlace): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    stage: 'lock',
    reason: `The lock of ${environment} on ${name} could neither be made nor read`,
    fix: 'Run the command again',
  });
}
