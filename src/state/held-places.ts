import { DeployerError } from '../core/errors.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { Clock } from '../core/ports.ts';
import type { LockRecord } from '../core/state.ts';
import { STALE_MS } from './beat-watch.ts';
import { BEAT_MS } from './held-lock.ts';
import { lostError, recordOf } from './lock-record.ts';

/** Steps that begin at the same time look once. */
const FRESH_MS = 250;
/** After so long without a beat a look is one: the next in turn may be long in coming. */
const LATE_MS = 3 * BEAT_MS;
/** Without a beat for so long others may take over soon. */
const DOUBTFUL_MS = STALE_MS - LATE_MS;

/** A lock that was made at a platform. */
export interface TakenPlace {
  readonly place: LockPlace;
  readonly token: string;
  /** By the holder's monotonic clock, before it was asked for. */
  readonly since: number;
}

/** A platform that did not do what was asked of it. */
export interface FailedPlace {
  readonly place: LockPlace;
  readonly error: unknown;
}

/** The locks of one environment at its platforms, until released. */
export interface PlaceLocks {
  /** Places where it could not be taken, though nobody holds it there that we know of. */
  readonly missed: readonly FailedPlace[];
  /** Throws `STATE_CONFLICT` when one is lost, or may be soon. Call it before each step that others can see. */
  assertHeld(): Promise<void>;
  /** Lets others in. Answers the places where that failed; a second call does nothing. */
  release(): Promise<readonly FailedPlace[]>;
}

export interface HoldPlaces {
  readonly taken: readonly TakenPlace[];
  readonly missed: readonly FailedPlace[];
  readonly record: LockRecord;
  readonly clock: Clock;
}

/** The holder's side: beats in each place while held. */
export function holdPlaces({ taken, missed, record, clock }: HoldPlaces): PlaceLocks {
  const held = taken.map((one) => new HeldPlace(one, record, clock));
  let released = false;
  return {
    missed,
    async assertHeld() {
      for (const place of held) await place.assertHeld();
    },
    async release() {
      if (released) return [];
      released = true;
      return (await Promise.all(held.map((place) => place.release()))).flat();
    },
  };
}

class HeldPlace {
  readonly #taken: TakenPlace;
  readonly #record: LockRecord;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #beating: Promise<void>;
  /** When the last look that found it was begun, and the last beat that came through. */
  #seen: number;
  #proven: number;
  #beats = 0;
  #lost = false;
  #asking: Promise<void> | undefined;

  constructor(taken: TakenPlace, record: LockRecord, clock: Clock) {
    this.#taken = taken;
    this.#record = record;
    this.#clock = clock;
    this.#seen = taken.since;
    this.#proven = taken.since;
    this.#beating = this.#keepBeating();
  }

  async assertHeld(): Promise<void> {
    if (!this.#lost && this.#clock.monotonic() - this.#seen > FRESH_MS) await this.#look();
    if (this.#lost) throw lostError(this.#record.environment, await this.#holderNow(), this.#taken.place.name);
    if (this.#age() > DOUBTFUL_MS) throw silentError(this.#record.environment, this.#taken.place.name);
  }

  async release(): Promise<readonly FailedPlace[]> {
    const { place, token } = this.#taken;
    this.#over.abort();
    await this.#beating;
    return place.remove(token).then(
      () => [],
      (error: unknown) => [{ place, error }],
    );
  }

  async #keepBeating(): Promise<void> {
    const { signal } = this.#over;
    while (!this.#lost && !signal.aborted) {
      await this.#clock.sleep(BEAT_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#beat();
    }
  }

  /** A platform that does not answer has given the lock to nobody: the beats say for how long that holds. */
  async #look(): Promise<void> {
    if (this.#age() > LATE_MS) return this.#beat();
    const { place, token } = this.#taken;
    const begun = this.#clock.monotonic();
    const there = await place.has(token).catch(() => undefined);
    if (there) this.#seen = Math.max(this.#seen, begun);
    if (there === false) this.#lost = true;
  }

  /** One at a time: who asks meanwhile gets the same answer. A platform that cannot be asked is asked again. */
  #beat(): Promise<void> {
    this.#asking ??= this.#beatOnce()
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #beatOnce(): Promise<void> {
    const { place, token } = this.#taken;
    const begun = this.#clock.monotonic();
    this.#beats++;
    if (!(await place.beat(token, this.#beats))) this.#lost = true;
    else [this.#seen, this.#proven] = [begun, begun];
  }

  #age(): number {
    return this.#clock.monotonic() - this.#proven;
  }

  async #holderNow(): Promise<LockRecord | undefined> {
    const kept = await this.#taken.place.read().catch(() => undefined);
    return kept && recordOf(kept, this.#record.environment);
  }
}

function silentError(environment: string, place: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'lock',
    reason: `The lock of ${environment} on ${place} could not be renewed for ${DOUBTFUL_MS / 1_000} s: others may have it`,
    fix: 'Nothing more was started. See that the platform can be reached, then resume',
  });
}
