import { DeployerError } from '../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../core/ports.ts';
import type { ProviderWorld } from '../core/provider.ts';
import { parseRetryAfter } from '../core/retry-after.ts';
import { failure } from './failure.ts';
import type { WebStore } from './web-store.ts';

/** Waits before the second and the third try, ms. */
const WAITS = [200, 800];
/** A longer wait that a store asks for is left to the caller; ms. */
const LONGEST_WAIT = 5_000;
/** Of one try, ms; one that took it all is not made again. */
const TIMEOUT = 10_000;
/** Bytes of an answer. */
const LIMIT = 1024 * 1024;

export type StoreRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> & {
  readonly signal: AbortSignal;
  /** Which is asked. */
  readonly store: Pick<WebStore, 'name' | 'addressVariable'>;
  /** For what must not be done twice: the caller looks what came of it. */
  readonly tries?: 'one';
};

/**
 * One request to a store of secrets that may be sent twice without harm, such as a read or a login, unless it says otherwise.
 * Tried up to three times where that may help. Redirects are never followed, so that no token goes elsewhere. Answers the last answer, whatever its
 * status; throws like `Http.send`.
 */
export async function askStore(
  request: StoreRequest,
  world: Pick<ProviderWorld, 'http' | 'clock'>,
): Promise<HttpAnswer> {
  for (const pause of request.tries === 'one' ? [] : WAITS) {
    const tried = await attempt(request, world).catch((error: unknown) => {
      if (request.signal.aborted || !isWorthAnother(error)) throw error;
      return undefined;
    });
    const wait = tried ? waitAfter(tried, pause, world.clock.now()) : pause;
    if (tried && wait === undefined) return tried;
    await world.clock.sleep(wait ?? pause, request.signal);
  }
  return attempt(request, world);
}

async function attempt(
  { store, tries: _, ...request }: StoreRequest,
  { http }: Pick<ProviderWorld, 'http'>,
): Promise<HttpAnswer> {
  try {
    return await http.send({ ...request, timeout: TIMEOUT, limit: LIMIT, reach: 'private' });
  } catch (error) {
    throw error instanceof DeployerError && error.failure.fix === undefined ? withFix(error, store) : error;
  }
}

function withFix({ code, failure: { reason } }: DeployerError, { name, addressVariable }: StoreRequest['store']) {
  return failure(code, reason, `Check ${addressVariable}, and that ${name} can be reached from where deployer runs`);
}

function isWorthAnother(error: unknown): boolean {
  return error instanceof DeployerError && error.code === 'PLATFORM_UNAVAILABLE';
}

/** ms until another try; `undefined` when none is due. */
function waitAfter({ status, headers }: HttpAnswer, pause: number, now: number): number | undefined {
  if (status !== 408 && status !== 429 && status < 500) return undefined;
  const asked = parseRetryAfter(headers['retry-after'], now) ?? pause;
  return asked > LONGEST_WAIT ? undefined : asked;
}
