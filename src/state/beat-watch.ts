import type { Clock } from '../core/ports.ts';
import type { LockRecord } from '../core/state.ts';

/** How long a holder's beat must stand still, as seen by one waiter, ms. */
export const STALE_MS = 60_000;

export interface BeatWatch {
  /** Whether the record's beat has stood still for 60 s since this watch first saw it. */
  stoodStill(record: LockRecord): boolean;
}

/**
 * Decides about holders on other machines, by the waiter's own monotonic clock and by having watched: the clocks of two
 * machines are never compared, and age alone proves nothing.
 */
export function watchBeats(clock: Clock): BeatWatch {
  let seen: { id: string; beat: number; since: number } | undefined;
  return {
    stoodStill({ id, beat }) {
      if (seen?.id !== id || seen.beat !== beat) seen = { id, beat, since: clock.monotonic() };
      return clock.monotonic() - seen.since >= STALE_MS;
    },
  };
}
