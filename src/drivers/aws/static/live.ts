/** A release as the viewer function knows it. Short names: a value of the store has 1,024 characters. */
export interface Mark {
  /** Its ref. */
  readonly v: string;
  /** Its top page, the levels of pages below it, and how many there are with entries. */
  readonly r: string;
  readonly d: number;
  readonly n: number;
  /** The file for paths that nothing else answers. */
  readonly s?: string;
}

/** What viewers get: one value of the store, which is written whole. */
export interface Live {
  readonly current?: Mark;
  /** Gets a share of the viewers, in hundredths of a percent. */
  readonly next?: Mark;
  readonly share?: number;
  /** What was live before, newest first: pages that were loaded then still find their parts. */
  readonly kept: readonly Mark[];
}

/** Hundredths of a percent in one. */
const PART = 100;
/** Releases whose parts are still found by pages that were loaded before. */
const KEPT = 3;

export interface Wanted {
  readonly mark: Mark;
  readonly percent: number;
}

/** Leads viewers to other releases. Who has users already keeps those that the other does not get. */
export function shifted(live: Live, wanted: readonly Wanted[]): Live {
  const [one, other] = wanted;
  if (!one) return { kept: keptOf(live, []) };
  if (!other) return { current: one.mark, kept: keptOf(live, [one.mark]) };
  const next = one.mark.v === live.current?.v ? other : other.mark.v === live.current?.v ? one : lesser(one, other);
  const current = next === one ? other : one;
  return {
    current: current.mark,
    next: next.mark,
    share: Math.round(next.percent * PART),
    kept: keptOf(live, [one.mark, other.mark]),
  };
}

function lesser(one: Wanted, other: Wanted): Wanted {
  return one.percent < other.percent ? one : other;
}

/** What had users until now, newest first; without what has them from now on. */
function keptOf({ current, next, kept }: Live, users: readonly Mark[]): readonly Mark[] {
  const before = [current, next, ...kept].filter((mark) => mark !== undefined);
  return before.filter(({ v }) => !users.some((mark) => mark.v === v)).slice(0, KEPT);
}

/** Viewers are told nothing of a release that goes. */
export function without(live: Live, ref: string): Live {
  return { ...live, kept: live.kept.filter(({ v }) => v !== ref) };
}

/** 0–100. */
export function percentOf(ref: string, { current, next, share = 0 }: Live): number {
  const ofNext = next ? share / 100 : 0;
  if (ref === next?.v) return ofNext;
  return ref === current?.v ? 100 - ofNext : 0;
}
