import { DeployerError } from '../core/errors.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { Clock } from '../core/ports.ts';
import type { LockRecord } from '../core/state.ts';
import { list } from '../core/text.ts';
import { STALE_MS } from './beat-watch.ts';
import { BEAT_MS } from './held-lock.ts';
import { lostError, recordOf } from './lock-record.ts';

/** Steps that begin at the same time look once. */
const FRESH_MS = 250;
/** A platform that did not answer keeps only one step in so much time waiting. */
const DEAF_MS = BEAT_MS;
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
  /** Places where it could not be taken, though nobody is known to hold it there. */
  readonly missed: readonly FailedPlace[];
  /**
   * Throws `STATE_CONFLICT` when one is lost, or when all of them may be soon: who wants to come in needs every place, so
   * one that is sure keeps others out. Call it before each step that others can see.
   */
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
      const sure = await Promise.all(held.map((place) => place.assertHeld()));
      if (sure.length > 0 && sure.every((one) => !one)) throw silentError(record.environment, taken);
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
  /** When the last beat that came through was begun. */
  #proven: number;
  /** From when on a step looks again. */
  #lookAgain: number;
  #beats = 0;
  #lost = false;
  #asking: Promise<void> | undefined;

  constructor(taken: TakenPlace, record: LockRecord, clock: Clock) {
    this.#taken = taken;
    this.#record = record;
    this.#clock = clock;
    this.#proven = taken.since;
    this.#lookAgain = taken.since + FRESH_MS;
    this.#beating = this.#keepBeating();
  }

  /** Whether it is sure for some time to come; throws when it is lost. */
  async assertHeld(): Promise<boolean> {
    if (!this.#lost && this.#clock.monotonic() >= this.#lookAgain) await this.#look();
    if (this.#lost) throw lostError(this.#record.environment, await this.#holderNow(), this.#taken.place.name);
    return this.#age() <= DOUBTFUL_MS;
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
    const there = await place.has(token).catch(() => undefined);
    this.#answered(there);
  }

  #answered(there: boolean | undefined): void {
    this.#lookAgain = this.#clock.monotonic() + (there === undefined ? DEAF_MS : FRESH_MS);
    if (there === false) this.#lost = true;
  }

  /** One at a time: who asks meanwhile gets the same answer. A platform that cannot be asked is asked again. */
  #beat(): Promise<void> {
    this.#asking ??= this.#beatOnce()
      .catch(() => this.#answered(undefined))
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #beatOnce(): Promise<void> {
    const { place, token } = this.#taken;
    const begun = this.#clock.monotonic();
    this.#beats++;
    const there = await place.beat(token, this.#beats);
    if (there) this.#proven = begun;
    this.#answered(there);
  }

  #age(): number {
    return this.#clock.monotonic() - this.#proven;
  }

  async #holderNow(): Promise<LockRecord | undefined> {
    const kept = await this.#taken.place.read().catch(() => undefined);
    return kept && recordOf(kept, this.#record.environment);
  }
}

function silentError(environment: string, taken: readonly TakenPlace[]): DeployerError {
  const places = list(taken.map(({ place }) => place.name));
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'lock',
    reason: `The lock of ${environment} on ${places} could not be renewed for ${DOUBTFUL_MS / 1_000} s: others may have it`,
    fix: 'Nothing more was started. See that the platform can be reached, then resume',
  });
}
