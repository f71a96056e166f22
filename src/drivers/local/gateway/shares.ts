/** Something that gets a share of the requests. `credit` is the picker's own running count. */
export interface Shared {
  readonly percent: number;
  credit: number;
}

/**
 * Smooth weighted round-robin, as nginx does it: everyone earns its share each time, the richest is picked and pays the
 * whole. Over any 100 picks each gets its percentage to within one, and picks of one are spread evenly.
 */
export function pickByShare<T extends Shared>(candidates: readonly T[]): T | undefined {
  if (candidates.length <= 1) return candidates[0];
  let whole = 0;
  let best: T | undefined;
  for (const candidate of candidates) {
    candidate.credit += candidate.percent;
    whole += candidate.percent;
    if (!best || candidate.credit > best.credit) best = candidate;
  }
  if (best) best.credit -= whole;
  return best;
}
