import { atLeast } from './binomial.ts';
import { LATENCY_BUCKETS, type Latencies, longestIn, quantile, slowerThan } from './latency.ts';
import { count } from './text.ts';

/** What one side answered within an interval. */
export interface SideFigures {
  readonly requests: number;
  /** Answers of 500 and above, and requests that got none. */
  readonly errors: number;
  readonly latencies: Latencies;
}

/** What came since an earlier look, if it had figures. A counter that is lower than then has begun anew. */
export function grownSince(before: SideFigures | string | undefined, now: SideFigures): SideFigures {
  if (typeof before !== 'object' || now.requests < before.requests || now.errors < before.errors) return now;
  return {
    requests: now.requests - before.requests,
    errors: now.errors - before.errors,
    latencies: now.latencies.map((amount, bucket) => Math.max(0, amount - (before.latencies[bucket] ?? 0))),
  };
}

export interface CanaryLimits {
  /** Share of failed requests, 0–1. */
  readonly max_error_rate: number;
  /** How many times as long as before the slowest twentieth may take; `undefined`: not judged. */
  readonly max_latency_ratio?: number | undefined;
  /** Fewer say nothing. */
  readonly min_requests: number;
}

export interface Judgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Half a sentence with the figures of both sides. */
  readonly reason: string;
}

/** How likely a watch may send a canary back that keeps the limits. Its judgements, taken together, stay below. */
export const FALSE_ALARM = 0.01;

const SLOWEST = 0.05;

/**
 * Judges the canary by what both sides answered in the same interval. Pure.
 *
 * `fail` takes more than figures above a limit: had the canary kept the limit, figures like these would come with less
 * than `doubt` (exact binomial test, one-sided), so one failure among three requests is none. `pass` takes enough
 * requests, and figures within the limits; whatever lies between is `inconclusive`.
 */
export function judgeCanary(
  sides: { readonly canary: SideFigures; readonly baseline: SideFigures | undefined },
  limits: CanaryLimits,
  doubt: number,
): Judgement {
  const { canary, baseline } = sides;
  const { max_error_rate: limit, max_latency_ratio: ratio, min_requests } = limits;
  const each = doubt / (ratio === undefined ? 1 : 2);
  return worst([
    judgeAmount(canary, limits),
    judgeErrors(canary, baseline, { limit, doubt: each }),
    ...(ratio === undefined ? [] : [judgeLatency(canary, baseline, { ratio, doubt: each, min_requests })]),
  ]);
}

/** The first of the worst. */
export function worst(judgements: readonly Judgement[]): Judgement {
  const found = (verdict: Judgement['verdict']) => judgements.find((judgement) => judgement.verdict === verdict);
  return found('fail') ?? found('inconclusive') ?? { verdict: 'pass', reason: judgements[0]?.reason ?? '' };
}

function judgeAmount({ requests }: SideFigures, { min_requests }: CanaryLimits): Judgement {
  const reason = `it got ${count(requests, 'request')}, and takes at least ${min_requests} to be judged`;
  return { verdict: requests < min_requests ? 'inconclusive' : 'pass', reason };
}

/** One failure alone proves nothing, unless none is allowed; nor does it keep a canary from passing. */
function judgeErrors(
  canary: SideFigures,
  baseline: SideFigures | undefined,
  { limit, doubt }: { readonly limit: number; readonly doubt: number },
): Judgement {
  const { requests, errors } = canary;
  const before = baseline && baseline.requests > 0 ? `; of the release before ${failures(baseline)}` : '';
  const reason = `${failures(canary)} failed, of which ${percent(limit)} may${before}`;
  const counts = errors > (limit === 0 ? 0 : 1);
  if (counts && atLeast(errors, requests, limit) <= doubt) return { verdict: 'fail', reason };
  if (errors <= Math.ceil(requests * limit - 1e-9)) return { verdict: 'pass', reason };
  return { verdict: 'inconclusive', reason: `${reason}; too few to be sure` };
}

function failures({ requests, errors }: SideFigures): string {
  return `${errors} of ${count(requests, 'request')} (${percent(errors / Math.max(1, requests))})`;
}

/**
 * By the time within which 19 of 20 answers came. When the canary is no slower than allowed, at most a twentieth of its
 * answers take longer than `ratio` times that time of the baseline, of which the most is taken that it can well be.
 */
function judgeLatency(
  canary: SideFigures,
  baseline: SideFigures | undefined,
  { ratio, doubt, min_requests }: { readonly ratio: number; readonly doubt: number; readonly min_requests: number },
): Judgement {
  const [now, before] = [canary, baseline].map((side) => side && quantile(side.latencies, 1 - SLOWEST));
  if (now === undefined) return { verdict: 'pass', reason: 'no answer was measured' };
  if (!baseline || before === undefined || baseline.requests < min_requests)
    return { verdict: 'inconclusive', reason: 'the release before got too few requests to compare its latency' };
  const reason = `19 of 20 answers came within ${shown(now)}, which may be ${ratio} times the ${shown(before)} of the release before`;
  const most = mostOf(baseline.latencies, doubt / 2);
  const slow = most === undefined ? 0 : slowerThan(canary.latencies, most * ratio);
  if (slow > 1 && atLeast(slow, total(canary.latencies), SLOWEST) <= doubt / 2) return { verdict: 'fail', reason };
  if (now <= before * ratio * (1 + 1e-9)) return { verdict: 'pass', reason };
  return { verdict: 'inconclusive', reason: `${reason}; too few to be sure` };
}

/** What the time within which 19 of 20 answers come does not exceed, but for `doubt`. */
function mostOf(latencies: Latencies, doubt: number): number | undefined {
  const all = total(latencies);
  let slower = all;
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
    slower -= latencies[bucket] ?? 0;
    if (1 - atLeast(slower + 1, all, SLOWEST) <= doubt) return longestIn(bucket);
  }
  return undefined;
}

function total(latencies: Latencies): number {
  return latencies.reduce((sum, amount) => sum + amount, 0);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function shown(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
