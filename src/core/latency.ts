/**
 * How many answers took how long, by bucket. Bucket 0 holds those of up to 1 ms; each next one reaches 12 % further (20 to
 * a factor of ten), the last holds all above 89 s. Counts only grow, so the difference of two looks is an interval, and
 * those of several hosts can be added.
 */
export type Latencies = readonly number[];

export const LATENCY_BUCKETS = 101;
export const BUCKETS_PER_DECADE = 20;

export const NO_LATENCIES: Latencies = Array.from({ length: LATENCY_BUCKETS }, () => 0);

export function latencyBucket(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(LATENCY_BUCKETS - 1, Math.ceil(Math.log10(ms) * BUCKETS_PER_DECADE - 1e-9));
}

/** The longest that an answer in this bucket took, ms. */
export function longestIn(bucket: number): number {
  return 10 ** (bucket / BUCKETS_PER_DECADE);
}

/** The time, in ms, within which this share (0–1) of the answers came, rounded up to its bucket; `undefined` of none. */
export function quantile(latencies: Latencies, share: number): number | undefined {
  const all = latencies.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let within = 0;
  const bucket = latencies.findIndex((count) => {
    within += count;
    return within >= share * all;
  });
  return longestIn(bucket);
}

/** Answers in the buckets that lie wholly above `ms`. */
export function slowerThan(latencies: Latencies, ms: number): number {
  return latencies.reduce((sum, count, bucket) => (bucket > 0 && longestIn(bucket - 1) >= ms ? sum + count : sum), 0);
}
