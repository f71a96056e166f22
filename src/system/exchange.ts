import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { HttpAnswer, HttpRequest, StreamedBody } from '../core/ports.ts';
import { type Reach, refusal } from './address-guard.ts';
import { LONGEST_TIMER } from './clock.ts';

/** All addresses of a name, as `dns.lookup` with `all` answers them. */
export type Lookup = (
  host: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface Connections {
  /** Rejects with the foreign error, or with one named `RefusedAddress` or `Expired`. */
  exchange(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  /** Why a URL whose host is an address must not be asked; a lookup would not see it. */
  refusalOf(url: URL, reach: Reach): string | undefined;
}

const DEFAULT_LIMIT = 1024 * 1024;
/** Node gives up on the first of several addresses after 250 ms, which is too short across an ocean. */
const ATTEMPT = 2_000;
const MOST_SOCKETS = 64;

class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

class Expired extends Error {
  override readonly name = 'Expired';
}

/** A pool of kept connections per reach, so that none that was allowed for one is used for the other. */
export function connect(lookup: Lookup = systemLookup): Connections {
  const pools = { public: poolOf('public', lookup), private: poolOf('private', lookup) };
  return {
    refusalOf,
    exchange: async (url, request) => {
      const pool = pools[request.reach];
      const deadline = performance.now() + request.timeout;
      try {
        return await exchangeOnce({ url, request, deadline, pool, keep: isRepeatable(request) });
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        return exchangeOnce({ url, request, deadline, pool, keep: false });
      }
    },
  };
}

/** See `Connections.refusalOf`. */
export function refusalOf(url: URL, reach: Reach): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) ? refusal(host, reach) : undefined;
}

interface Pool {
  readonly lookup: LookupFunction;
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

function poolOf(reach: Reach, lookup: Lookup): Pool {
  const options = { keepAlive: true, maxSockets: MOST_SOCKETS };
  return { lookup: guarded(reach, lookup), http: new HttpAgent(options), https: new HttpsAgent(options) };
}

/** For connections that are made elsewhere. */
export const guardedLookups: Readonly<Record<Reach, LookupFunction>> = {
  public: guarded('public', systemLookup),
  private: guarded('private', systemLookup),
};

/** Refuses a name when any of its addresses is refused: which of them is taken is not ours to choose. */
function guarded(reach: Reach, lookup: Lookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      const reason = addresses?.map(({ address }) => refusal(address, reach)).find((found) => found !== undefined);
      const [first] = addresses ?? [];
      if (error) callback(error, []);
      else if (reason || !first) callback(new RefusedAddress(reason ?? 'has no address'), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function isRepeatable({ method, repeatable }: HttpRequest): boolean {
  return repeatable ?? (method !== 'POST' && method !== 'PATCH');
}

/** A kept connection that the other side had closed already; the request never reached it. */
class StaleConnection extends Error {}

interface Exchange {
  readonly url: URL;
  readonly request: HttpRequest;
  /** On the monotonic clock, ms. */
  readonly deadline: number;
  readonly pool: Pool;
  /** Whether a kept connection may be used, and this one be kept. */
  readonly keep: boolean;
}

async function exchangeOnce(plan: Exchange): Promise<HttpAnswer> {
  const { request, deadline } = plan;
  request.signal?.throwIfAborted();
  const sent = open(plan);
  let why: Error | undefined;
  const stop = (reason: Error) => {
    why ??= reason;
    sent.destroy(reason);
  };
  const abort = () => stop(new Error('aborted'));
  const left = Math.max(0, deadline - performance.now());
  const timer = setTimeout(() => stop(new Expired()), Math.min(left, LONGEST_TIMER));
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answerTo(sent, request), writeBody(sent, request.body, stop)]);
  } catch (error) {
    // An answer that is cut off by us fails like one that is cut off by the other side.
    throw why ?? error;
  } finally {
    // An answer that came before all was sent: nobody reads the rest.
    if (!sent.writableFinished) sent.destroy();
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', abort);
  }
}

function open({ url, request, pool, keep }: Exchange): ClientRequest {
  const secure = url.protocol === 'https:';
  const options = {
    method: request.method ?? 'GET',
    headers: { 'user-agent': 'deployer', ...lengthOf(request.body), ...request.headers },
    agent: keep && (secure ? pool.https : pool.http),
    lookup: pool.lookup,
    autoSelectFamilyAttemptTimeout: ATTEMPT,
  };
  return secure ? httpsRequest(url, options) : httpRequest(url, options);
}

type Body = HttpRequest['body'];

function isStreamed(body: Body): body is StreamedBody {
  return typeof body === 'object' && 'open' in body;
}

function lengthOf(body: Body): Readonly<Record<string, string>> {
  return isStreamed(body) ? { 'content-length': String(body.size) } : {};
}

/** Answers nothing, ever: what is awaited is the answer. A source that fails ends the request with its own reason. */
function writeBody(sent: ClientRequest, body: Body, stop: (reason: Error) => void): Promise<never> {
  if (isStreamed(body)) void pour(sent, body).catch(stop);
  else sent.end(body);
  return new Promise(() => undefined);
}

/** No faster than the other side takes it, and no longer than it listens. */
async function pour(sent: ClientRequest, body: StreamedBody): Promise<void> {
  let left = body.size;
  for await (const part of body.open()) {
    left -= part.length;
    if (left < 0 || sent.destroyed) break;
    if (!sent.write(part)) await drained(sent);
  }
  if (left !== 0 && !sent.destroyed) throw new WrongLength();
  sent.end();
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      sent.off('drain', go).off('close', go);
      resolve();
    };
    sent.once('drain', go).once('close', go);
  });
}

class WrongLength extends Error {
  override readonly name = 'WrongLength';
}

function answerTo(sent: ClientRequest, request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    sent.once('response', (response) => read(response, request).then(resolve, reject));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const stale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection() : error);
    });
  });
}

/** Reads up to `limit` bytes; a longer answer is cut and its connection closed. */
function read(response: IncomingMessage, { limit = DEFAULT_LIMIT, onData }: HttpRequest): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const finish = (part: { truncated: boolean }) => {
      const body = Buffer.concat(chunks).subarray(0, limit);
      resolve({ ...headOf(response), body, ...part });
    };
    response.on('data', (chunk: Buffer) => {
      if (onData) return onData(chunk);
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limit) return;
      finish({ truncated: true });
      response.destroy();
    });
    response.once('end', () => finish({ truncated: false }));
    response.on('error', reject);
  });
}

function headOf({ statusCode = 0, headers }: IncomingMessage): Pick<HttpAnswer, 'status' | 'headers'> {
  const joined = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { status: statusCode, headers: Object.fromEntries(joined) };
}
