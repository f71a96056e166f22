import { formatDuration } from '../core/duration.ts';
import { type Failure, severityOf } from '../core/errors.ts';

export interface RetryPolicy {
  /** Tries in all, the first included. Tries after a wait that the other side asked for do not count. */
  readonly attempts: number;
  /** Upper end of the first random delay, ms; doubles with every try. */
  readonly base_ms: number;
  /** Upper end of any random delay, ms. */
  readonly cap_ms: number;
  /** The longest wait that is accepted when the other side asks for one, ms. */
  readonly asked_cap_ms: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, base_ms: 500, cap_ms: 30_000, asked_cap_ms: 300_000 };

export type RetryDecision =
  | { readonly do: 'wait'; readonly delay_ms: number }
  | { readonly do: 'give_up'; readonly failure: Failure };

export interface RetryQuestion {
  readonly failure: Failure;
  /** Tries that failed so far without asking for a wait, this one included. */
  readonly tries: number;
  /** Left of the operation's time limit, ms. */
  readonly remaining_ms: number;
  /** 0 ≤ x < 1. */
  readonly random: number;
  readonly policy: RetryPolicy;
}

/** A shorter wait than this is no answer to "when?", and its tries are counted. */
const LEAST_ASKED_MS = 1_000;

/**
 * Whether and when to try again. Only failures whose code is temporary are; never the time limit of the operation
 * itself, which does not come through here.
 *
 * - The other side named a wait of a second or more (`retry_after_ms`): that long and up to 400 ms more, never less. A
 *   wait beyond `asked_cap_ms`, or beyond what is left of the time limit, is not begun: giving up at once costs no time.
 * - Otherwise: a random time between 0 and `base_ms` × 2^(tries − 1), at most `cap_ms` ("full jitter"), `attempts`
 *   tries in all.
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { failure } = question;
  if (severityOf(failure) !== 'temporary') return { do: 'give_up', failure };
  return asksToWait(failure) ? waitAsAsked(question, failure.retry_after_ms ?? 0) : backOff(question);
}

/** Whether the failure names its own wait, so that the try after it is not counted. */
export function asksToWait(failure: Failure): boolean {
  return (failure.retry_after_ms ?? 0) >= LEAST_ASKED_MS;
}

function waitAsAsked({ failure, remaining_ms, random, policy }: RetryQuestion, asked: number): RetryDecision {
  if (asked > policy.asked_cap_ms)
    return giveUp(
      failure,
      `asked to wait ${formatDuration(asked)}, the most is ${formatDuration(policy.asked_cap_ms)}`,
    );
  if (asked >= remaining_ms) return giveUp(failure, `asked to wait ${formatDuration(asked)}, ${left(remaining_ms)}`);
  return { do: 'wait', delay_ms: Math.round(asked + random * Math.min(400, remaining_ms - asked)) };
}

function backOff({ failure, tries, remaining_ms, random, policy }: RetryQuestion): RetryDecision {
  if (tries >= policy.attempts) return giveUp(failure, `tried ${tries} times`);
  const delay = Math.round(random * Math.min(policy.cap_ms, policy.base_ms * 2 ** (tries - 1)));
  const wait = Math.max(delay, failure.retry_after_ms ?? 0);
  return wait < remaining_ms
    ? { do: 'wait', delay_ms: wait }
    : giveUp(failure, `tried ${tries} times, ${left(remaining_ms)}`);
}

function left(remaining_ms: number): string {
  return `${formatDuration(Math.max(0, remaining_ms))} is left of the time limit`;
}

function giveUp(failure: Failure, why: string): RetryDecision {
  return { do: 'give_up', failure: { ...failure, reason: `${failure.reason} (gave up: ${why})` } };
}
