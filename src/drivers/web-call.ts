import type { DriverContext } from '../core/driver.ts';
import { isTemporary } from '../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../core/ports.ts';
import { parseRetryAfter } from '../core/retry-after.ts';

/** What calls of one operation share. */
export interface WebTerms extends Pick<DriverContext, 'http' | 'clock' | 'entropy' | 'signal'> {
  /** On the monotonic clock, ms. */
  readonly deadline: number;
}

export interface WebRequest extends Omit<HttpRequest, 'signal'> {
  /**
   * `always`: asked again after a lost answer and after 408 and 5xx. `when_refused`: only after an answer that says it was
   * not taken, so that nothing is made twice.
   */
  readonly repeat: 'always' | 'when_refused';
}

const TRIES = 4;
/** Upper end of the first random wait, ms; doubles with every try. */
const FIRST_WAIT = 400;
/** A longer wait is left to whoever runs the operation, with the reason; ms. */
const LONGEST_ASKED = 60_000;
const LEAST_TRY = 1_000;

export function webTerms(context: DriverContext): WebTerms {
  const { http, clock, entropy, signal, timeout } = context;
  return { http, clock, entropy, signal, deadline: clock.monotonic() + timeout };
}

/**
 * One call, tried again where that may help and does no harm. A wait that the service asks for is kept to the
 * millisecond or not begun at all. Answers the last answer, whatever its status; throws like `Http.send`.
 */
export async function callWeb(request: WebRequest, terms: WebTerms): Promise<HttpAnswer> {
  for (let tries = 1; ; ) {
    const result = await tryOnce(request, terms);
    const asked = waitOf(request, result, terms.clock.now());
    if (asked === undefined && (tries >= TRIES || !mayHelp(request, result))) return settle(result);
    const wait = asked ?? terms.entropy.random() * FIRST_WAIT * 2 ** (tries - 1);
    if (wait > LONGEST_ASKED || wait >= timeForWaiting(terms)) return settle(result);
    if (asked === undefined) tries++;
    await terms.clock.sleep(wait, terms.signal);
  }
}

/** What a try after it needs does not count; ms. */
export function timeForWaiting({ deadline, clock }: Pick<WebTerms, 'deadline' | 'clock'>): number {
  return deadline - clock.monotonic() - LEAST_TRY;
}

/** A 503 does not say that nothing was done. */
function waitOf({ repeat }: WebRequest, result: Tried, now: number): number | undefined {
  if ('error' in result || (repeat === 'when_refused' && result.answer.status !== 429)) return undefined;
  return askedWait(result.answer, now);
}

/**
 * For how long the answer asks to be left alone, ms: `Retry-After`, or else when its window of requests begins anew.
 * `undefined` where it does not.
 */
export function askedWait({ status, headers }: HttpAnswer, now: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const after = parseRetryAfter(headers['retry-after'], now);
  if (after !== undefined) return Math.max(after, LEAST_ASKED);
  const reset = status === 429 ? Number(headers['x-ratelimit-reset'] || Number.NaN) : Number.NaN;
  return Number.isFinite(reset) ? Math.max(reset * 1_000 - now, LEAST_ASKED) : undefined;
}

/** A service that asks for no wait at all must not be asked without end. */
const LEAST_ASKED = 1_000;

type Tried = { readonly answer: HttpAnswer } | { readonly error: unknown };

async function tryOnce(request: WebRequest, { http, signal, deadline, clock }: WebTerms): Promise<Tried> {
  const { repeat, ...sent } = request;
  const left = Math.max(1, deadline - clock.monotonic());
  try {
    const repeatable = repeat === 'always';
    return { answer: await http.send({ ...sent, repeatable, signal, timeout: Math.min(sent.timeout, left) }) };
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  }
}

function mayHelp({ repeat }: WebRequest, result: Tried): boolean {
  if ('error' in result) return repeat === 'always' && isTemporary(result.error);
  const { status } = result.answer;
  if (status === 429) return true;
  return repeat === 'always' && (status === 408 || status >= 500);
}

function settle(result: Tried): HttpAnswer {
  if ('error' in result) throw result.error;
  return result.answer;
}
