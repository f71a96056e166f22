import { formatDuration } from '../core/duration.ts';
import { DeployerError, type Failure } from '../core/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../core/ports.ts';
import { printableLine } from '../core/text.ts';
import { connectionWords, isCertificate } from './connection-words.ts';
import type { Connections, Lookup } from './exchange.ts';

export interface HttpOptions {
  /** Names → addresses; the system's own by default. */
  readonly lookup?: Lookup;
}

/**
 * HTTP and HTTPS over direct connections.
 *
 * - The address is checked where the connection is made, from the one lookup that is made for it: a name cannot answer
 *   with a harmless address first and another one later. Hosts that are written as addresses are checked before.
 * - Proxy variables are not honoured: behind a proxy nobody here would see which address a name stands for. Children
 *   get them.
 * - Connections are kept for the next request, except for POST and PATCH: when a kept connection turns out to be closed,
 *   the others can be sent again without harm.
 */
export function systemHttp(options: HttpOptions = {}): Http {
  let connections: Promise<Connections> | undefined;
  return { send };

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const url = checkedUrl(request.url);
    request.signal?.throwIfAborted();
    connections ??= import('./exchange.ts').then(({ connect }) => connect(options.lookup));
    const { exchange, refusalOf } = await connections;
    const reason = refusalOf(url, request.reach);
    if (reason) throw refused(url, reason);
    try {
      return await exchange(url, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw mapped(error, request, url);
    }
  }
}

/** Says what is wrong without showing the URL: it may hold a password. */
export function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw invalid('The URL of a request is not a URL', 'Write it as https://host/path');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid('The URL of a request is neither http nor https', 'Write it as https://host/path');
  if (url.username || url.password)
    throw invalid(`The URL for ${url.host} holds a user name or password`, 'Send credentials in a header instead');
  return url;
}

function invalid(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'INVALID_CONFIG', reason, fix });
}

/** For an address that must not be asked. */
export function refused(url: URL, reason: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `The request to ${placeOf(url)} was refused: the host ${reason}`,
    fix: 'Use a public address, or allow private ones for this URL in the config file',
    detail: [`refused: the host ${reason}`],
  });
}

/** Our own words for what went wrong; `detail` holds them without method and URL. */
export function mapped(error: unknown, request: Pick<HttpRequest, 'method' | 'timeout'>, url: URL): DeployerError {
  if (error instanceof DeployerError) return error;
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'RefusedAddress') return refused(url, message);
  const what = `${request.method ?? 'GET'} ${placeOf(url)}`;
  if (name === 'Expired')
    return failure('TIMEOUT', what, `no complete answer within ${formatDuration(request.timeout)}`);
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN')
    return failure('INVALID_CONFIG', what, 'a header holds a character that HTTP does not allow', HEADER_FIX);
  return failure('PLATFORM_UNAVAILABLE', what, connectionWords(code), isCertificate(code) ? CA_FIX : undefined);
}

const HEADER_FIX = 'Look for a line break at the end of the token';
const CA_FIX = 'Point NODE_EXTRA_CA_CERTS at the certificate of your authority, or renew the certificate of the host';

function failure(code: Failure['code'], what: string, words: string, fix?: string): DeployerError {
  return new DeployerError({ code, reason: `${what}: ${words}`, detail: [words], ...(fix ? { fix } : {}) });
}

/** Host and path; a query often carries a token. */
function placeOf(url: URL): string {
  const place = printableLine(`${url.protocol}//${url.host}${url.pathname}`);
  return place.length > 200 ? `${place.slice(0, 200)}…` : place;
}
