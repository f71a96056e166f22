import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast } from '../../src/core/binomial.ts';
import { FALSE_ALARM, grownSince, judgeCanary, type SideFigures } from '../../src/core/canary-judgement.ts';
import { LATENCY_BUCKETS, latencyBucket, longestIn, quantile } from '../../src/core/latency.ts';
import { seeded } from '../support/seeded.ts';

const LIMITS = { max_error_rate: 0.01, min_requests: 50 };
const DOUBT = FALSE_ALARM / 2;

describe('the chance of at least so many hits', () => {
  it('is the sum of the binomial distribution', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(60),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, k, p) => {
          expect(atLeast(k, n, p)).toBeCloseTo(summed(k, n, p), 9);
        },
      ),
    );
  });

  it('keeps its precision for millions and for what hardly ever happens', () => {
    expect(atLeast(10, 10, 0.01)).toBeCloseTo(1e-20, 30);
    expect(atLeast(10_000, 1_000_000, 0.01)).toBeCloseTo(0.5, 1);
    expect(atLeast(0, 10, 0.5)).toBe(1);
    expect(atLeast(11, 10, 0.5)).toBe(0);
    expect(atLeast(1, 10, 0)).toBe(0);
    expect(atLeast(10, 10, 1)).toBe(1);
  });
});

describe('buckets of latencies', () => {
  it('hold what lies between their edges', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 80_000, noNaN: true }), (ms) => {
        const bucket = latencyBucket(ms);
        expect(ms).toBeLessThanOrEqual(longestIn(bucket) * 1.000001);
        if (bucket > 0) expect(ms).toBeGreaterThan(longestIn(bucket - 1) * 0.999999);
      }),
    );
    expect(latencyBucket(1e9)).toBe(LATENCY_BUCKETS - 1);
    expect(latencyBucket(Number.NaN)).toBe(0);
  });

  it('tell a quantile to within 12 %', () => {
    const times = Array.from({ length: 100 }, (_, index) => index + 1);
    const p95 = quantile(latencies(times), 0.95) ?? 0;
    expect(p95 / 95).toBeGreaterThanOrEqual(1);
    expect(p95 / 95).toBeLessThan(1.122);
    expect(quantile(latencies([]), 0.95)).toBeUndefined();
  });
});

describe('a canary', () => {
  it.each([
    ['that answers all', 100, 0, 'pass'],
    ['with one failure in fifty', 50, 1, 'pass'],
    ['with one failure in three', 3, 1, 'inconclusive'],
    ['with nothing but failures, although few', 8, 8, 'fail'],
    ['that fails a tenth', 100, 10, 'fail'],
    ['that may be just above', 100, 2, 'inconclusive'],
    ['that got no request', 0, 0, 'inconclusive'],
    ['that fails as many as it may', 10_000, 100, 'pass'],
    ['that fails a little more, of many', 100_000, 1_200, 'fail'],
  ] as const)('%s is judged soundly', (_, requests, errors, verdict) => {
    expect(judgeCanary(sides({ requests, errors }), LIMITS, DOUBT).verdict).toBe(verdict);
  });

  it('that may not fail at all fails with the first failure', () => {
    const strict = { max_error_rate: 0, min_requests: 50 };
    expect(judgeCanary(sides({ requests: 2, errors: 1 }), strict, DOUBT).verdict).toBe('fail');
    expect(judgeCanary(sides({ requests: 50, errors: 0 }), strict, DOUBT).verdict).toBe('pass');
  });

  it('is shown beside the release before', () => {
    const { reason } = judgeCanary(sides({ requests: 100, errors: 10 }), LIMITS, DOUBT);
    expect(reason).toBe(
      '10 of 100 requests (10 %) failed, of which 1 % may; of the release before 0 of 900 requests (0 %)',
    );
  });

  it('is never better for more failures, and passes or fails only where the figures say so', () => {
    const order = ['pass', 'inconclusive', 'fail'];
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(300), fc.double({ min: 0, max: 0.5, noNaN: true }), (requests, some, limit) => {
        const errors = Math.min(some, requests);
        const limits = { max_error_rate: limit, min_requests: 50 };
        const { verdict } = judgeCanary(sides({ requests, errors }), limits, DOUBT);
        if (verdict === 'fail') expect(errors).toBeGreaterThan(requests * limit);
        if (verdict === 'pass') expect(errors).toBeLessThan(requests * limit + 1);
        if (errors === requests) return;
        const more = judgeCanary(sides({ requests, errors: errors + 1 }), limits, DOUBT).verdict;
        expect(order.indexOf(more)).toBeGreaterThanOrEqual(order.indexOf(verdict));
      }),
    );
  });

  it('that fails exactly as often as it may is hardly ever sent back, however often one looks', () => {
    const looks = 30;
    const random = seeded(7);
    let alarms = 0;
    for (let watched = 0; watched < 2_000; watched++) alarms += watchOnce() ? 1 : 0;
    expect(alarms / 2_000).toBeLessThanOrEqual(FALSE_ALARM);

    function watchOnce(): boolean {
      let errors = 0;
      for (let look = 1; look <= looks; look++) {
        for (let request = 0; request < 10; request++) errors += random() < 0.01 ? 1 : 0;
        const doubt = look === looks ? DOUBT : DOUBT / looks;
        const { verdict } = judgeCanary(sides({ requests: look * 10, errors }), LIMITS, doubt);
        if (verdict === 'fail') return true;
      }
      return false;
    }
  });
});

describe('what came since an earlier look', () => {
  it('is the difference, of each bucket too', () => {
    const since = grownSince({ ...side([1, 10]), errors: 1 }, { ...side([1, 10, 10, 500]), errors: 3 });
    expect(since).toEqual({ requests: 2, errors: 2, latencies: latencies([10, 500]) });
  });

  it('is all there is when the counter has begun anew, or there were no figures', () => {
    const now = side([5]);
    expect(grownSince(side([1, 1, 1]), now)).toBe(now);
    expect(grownSince('not counted', now)).toBe(now);
    expect(grownSince(undefined, now)).toBe(now);
  });
});

describe('the latency of a canary', () => {
  const limits = { ...LIMITS, max_latency_ratio: 1.5 };
  const usual = Array.from({ length: 900 }, (_, index) => 10 + (index % 30));
  const verdict = (times: readonly number[], before = usual) =>
    judgeCanary({ canary: side(times), baseline: side(before) }, limits, DOUBT);

  it('passes when it is that of the release before', () => {
    expect(verdict(usual.slice(0, 100)).verdict).toBe('pass');
  });

  it('fails when far more than a twentieth takes longer than allowed', () => {
    const slow = usual.slice(0, 100).map((ms, index) => (index < 20 ? ms * 10 : ms));
    expect(verdict(slow)).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/^19 of 20 answers .* 1\.5/),
    });
  });

  it('is left to a person when a few more do', () => {
    const slow = usual.slice(0, 100).map((ms, index) => (index < 7 ? ms * 10 : ms));
    expect(verdict(slow).verdict).toBe('inconclusive');
  });

  it('is left to a person when there is nothing to compare with', () => {
    expect(verdict(usual.slice(0, 100), usual.slice(0, 10)).verdict).toBe('inconclusive');
    expect(judgeCanary({ canary: side(usual), baseline: undefined }, limits, DOUBT).verdict).toBe('inconclusive');
  });

  it('is not judged unless asked for', () => {
    expect(
      judgeCanary({ canary: side(usual.map((ms) => ms * 50)), baseline: side(usual) }, LIMITS, DOUBT).verdict,
    ).toBe('pass');
  });

  it('that is the same is hardly ever sent back', () => {
    const random = seeded(11);
    const draw = (amount: number) => Array.from({ length: amount }, () => 20 * Math.exp(2 * (random() + random() - 1)));
    let alarms = 0;
    const equal = { ...LIMITS, max_latency_ratio: 1 };
    for (let watched = 0; watched < 1_000; watched++) {
      const figures = { canary: side(draw(100)), baseline: side(draw(300)) };
      alarms += judgeCanary(figures, equal, DOUBT).verdict === 'fail' ? 1 : 0;
    }
    expect(alarms / 1_000).toBeLessThanOrEqual(FALSE_ALARM);
  });
});

function sides({ requests, errors }: { readonly requests: number; readonly errors: number }) {
  const canary = { requests, errors, latencies: latencies([]) };
  return { canary, baseline: { requests: 900, errors: 0, latencies: latencies([]) } };
}

function side(times: readonly number[]): SideFigures {
  return { requests: times.length, errors: 0, latencies: latencies(times) };
}

function latencies(times: readonly number[]): readonly number[] {
  const counts = Array.from({ length: LATENCY_BUCKETS }, () => 0);
  for (const ms of times) counts[latencyBucket(ms)] = (counts[latencyBucket(ms)] ?? 0) + 1;
  return counts;
}

function summed(hits: number, trials: number, chance: number): number {
  let sum = 0;
  for (let at = hits; at <= trials; at++) sum += choose(trials, at) * chance ** at * (1 - chance) ** (trials - at);
  return Math.min(1, sum);
}

function choose(all: number, some: number): number {
  let ways = 1;
  for (let at = 1; at <= some; at++) ways *= (all - some + at) / at;
  return ways;
}
