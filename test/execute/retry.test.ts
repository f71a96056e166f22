import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/core/error-codes.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { asksToWait, DEFAULT_RETRY, decideRetry, type RetryQuestion } from '../../src/execute/retry.ts';
import { aFailure, anExecution, type Execution, failing, story } from '../support/execution.ts';
import { anOperation, aPlan } from '../support/plans.ts';

function question(more: Partial<RetryQuestion> = {}): RetryQuestion {
  const failure = aFailure('PLATFORM_UNAVAILABLE');
  return { failure, tries: 1, remaining_ms: 300_000, random: 0.5, policy: DEFAULT_RETRY, ...more };
}

function asking(retry_after_ms: number): Partial<RetryQuestion> {
  return { failure: aFailure('RATE_LIMIT_EXCEEDED', 'Too many requests', { retry_after_ms }) };
}

describe('decideRetry', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('tries %s again only when its severity is temporary', (code) => {
    const decision = decideRetry(question({ failure: aFailure(code) }));
    expect(decision.do).toBe(ERROR_CODES[code].severity === 'temporary' ? 'wait' : 'give_up');
  });

  it('waits a random part of a doubling time', () => {
    const delays = [1, 2, 3, 4].map((tries) => decideRetry(question({ tries, random: 0.999999 })));
    expect(delays).toEqual([500, 1_000, 2_000, 4_000].map((delay_ms) => ({ do: 'wait', delay_ms })));
    expect(decideRetry(question({ random: 0 }))).toEqual({ do: 'wait', delay_ms: 0 });
  });

  it('waits at most as long as the policy has it', () => {
    const policy = { ...DEFAULT_RETRY, attempts: 100 };
    expect(decideRetry(question({ tries: 40, random: 0.999999, policy }))).toEqual({ do: 'wait', delay_ms: 30_000 });
  });

  it('gives up after the last try, and says so', () => {
    expect(decideRetry(question({ tries: 5 }))).toMatchObject({
      do: 'give_up',
      failure: { code: 'PLATFORM_UNAVAILABLE', reason: expect.stringContaining('(gave up: tried 5 times)') },
    });
  });

  it('waits as long as it was asked to and a little more, never less', () => {
    expect(decideRetry(question({ ...asking(2_000), random: 0 }))).toEqual({ do: 'wait', delay_ms: 2_000 });
    expect(decideRetry(question({ ...asking(2_000), random: 0.999999 }))).toEqual({ do: 'wait', delay_ms: 2_400 });
  });

  it('does not count tries whose wait was asked for, but does when the wait is none', () => {
    expect(decideRetry(question({ ...asking(2_000), tries: 50 })).do).toBe('wait');
    expect(decideRetry(question({ ...asking(0), tries: 5 })).do).toBe('give_up');
  });

  it('gives up at once when asked to wait for longer than it ever would, or than there is time', () => {
    expect(decideRetry(question({ ...asking(86_400_000), remaining_ms: 1e9 }))).toMatchObject({
      failure: {
        code: 'RATE_LIMIT_EXCEEDED',
        reason: 'Too many requests (gave up: asked to wait 1d 0h, the most is 5m 0s)',
      },
    });
    expect(decideRetry(question({ ...asking(60_000), remaining_ms: 20_000 }))).toMatchObject({
      failure: { reason: 'Too many requests (gave up: asked to wait 1m 0s, 20.0s is left of the time limit)' },
    });
  });

  it('never waits beyond the time limit, nor shorter than asked', () => {
    fc.assert(
      fc.property(
        fc.nat(400_000),
        fc.nat(400_000),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (asked, remaining_ms, tries, random) => {
          const decision = decideRetry(question({ ...asking(asked), remaining_ms, tries, random }));
          if (decision.do === 'give_up') return;
          expect(decision.delay_ms).toBeLessThanOrEqual(remaining_ms);
          expect(decision.delay_ms).toBeGreaterThanOrEqual(asked);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('knows which failures name their wait', () => {
    expect([asksToWait(aFailure('TIMEOUT')), asksToWait(aFailure('TIMEOUT', 'x', { retry_after_ms: 1_000 }))]).toEqual([
      false,
      true,
    ]);
  });
});

/** A run of one operation that fails `times` times before it succeeds. */
function failingRun(
  times: number,
  failure: DeployerError,
  timeout_ms = 300_000,
): { execution: Execution; at: number[] } {
  const at: number[] = [];
  const execution = anExecution(aPlan([anOperation('deploy:web', { timeout_ms })]), {
    scripts: {
      'deploy:web': (_context, clock) => {
        at.push(clock.monotonic());
        if (at.length <= times) throw failure;
        return null;
      },
    },
  });
  return { execution, at };
}

describe('an operation that is tried again', () => {
  it('keeps an intent for every try, under one key', async () => {
    const { execution } = failingRun(2, new DeployerError(aFailure('PLATFORM_UNAVAILABLE', 'It answered 503')));
    const result = await execution.run();
    expect(result.operations[0]).toMatchObject({ status: 'succeeded', attempts: 3 });
    expect(story(execution.journal.events)).toEqual([
      'run.started',
      'operation.started deploy:web',
      'operation.retrying deploy:web',
      'operation.started deploy:web',
      'operation.retrying deploy:web',
      'operation.started deploy:web',
      'operation.succeeded deploy:web',
      'run.finished',
    ]);
    const started = execution.journal.events.filter((event) => event.type === 'operation.started');
    expect(started.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(started.map(({ idempotency_key }) => idempotency_key)).size).toBe(1);
    expect(execution.journal.events[2]).toMatchObject({ attempt: 2, reason: 'It answered 503' });
  });

  it('comes back within half a second after the wait it was asked for, not earlier', async () => {
    const limited = new DeployerError(aFailure('RATE_LIMIT_EXCEEDED', 'Too many', { retry_after_ms: 2_000 }));
    const { execution, at } = failingRun(1, limited);
    expect((await execution.run()).status).toBe('succeeded');
    expect(at[1]).toBeGreaterThanOrEqual(2_000);
    expect(at[1]).toBeLessThanOrEqual(2_500);
  });

  it('gives up on a rate limit that never ends when the time limit is near, with the reason', async () => {
    const limited = new DeployerError(aFailure('RATE_LIMIT_EXCEEDED', 'Too many', { retry_after_ms: 2_000 }));
    const { execution, at } = failingRun(Number.POSITIVE_INFINITY, limited, 20_000);
    const result = await execution.run();
    expect(result.failure).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      reason: expect.stringMatching(/gave up: asked to wait 2\.0s/),
    });
    expect(at.length).toBeGreaterThan(5);
    expect(result.duration_ms).toBeLessThanOrEqual(20_000);
  });

  it('still has all its tries after it was asked to wait many times', async () => {
    let tries = 0;
    const result = await anExecution(aPlan([anOperation('deploy:web')]), {
      scripts: {
        'deploy:web': () => {
          tries += 1;
          if (tries <= 10) failing('RATE_LIMIT_EXCEEDED', { retry_after_ms: 1_000 })();
          if (tries <= 14) failing('PLATFORM_UNAVAILABLE')();
          return null;
        },
      },
    }).run();
    expect(result.operations[0]).toMatchObject({ status: 'succeeded', attempts: 15 });
  });

  it('does not begin a wait of a day', async () => {
    const limited = new DeployerError(aFailure('RATE_LIMIT_EXCEEDED', 'Too many', { retry_after_ms: 86_400_000 }));
    const { execution, at } = failingRun(1, limited);
    expect(await execution.run()).toMatchObject({ status: 'failed', duration_ms: 0 });
    expect(at).toHaveLength(1);
  });

  it('is tried once when the failure is not temporary', async () => {
    const { execution, at } = failingRun(1, new DeployerError(aFailure('BUILD_FAILED')));
    expect((await execution.run()).failure?.reason).toBe('It failed with BUILD_FAILED');
    expect(at).toHaveLength(1);
  });

  it('may still be tried again while the run fails for another reason', async () => {
    let tries = 0;
    const plan = aPlan([anOperation('build:bad'), anOperation('build:flaky')]);
    const result = await anExecution(plan, {
      scripts: {
        'build:bad': failing('BUILD_FAILED'),
        'build:flaky': () => {
          if (tries++ < 2) throw new DeployerError(aFailure('PLATFORM_UNAVAILABLE'));
          return null;
        },
      },
    }).run();
    expect(result.operations.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });
});
