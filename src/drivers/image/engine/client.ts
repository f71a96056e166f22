import type { DriverContext } from '../../../core/driver.ts';
import type { Json } from '../../../core/json.ts';
import type { PeerAnswer, PeerRequest } from '../../../core/ports.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { callFailure, reachFailure, tooOld } from './failure.ts';
import { jsonLines } from './streams.ts';

export interface CallRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Json;
  /** Bytes instead of JSON, of the content type `application/x-tar`. */
  readonly tar?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are no failure, beside all below 400. */
  readonly accept?: readonly number[];
  /** Until the answer begins, ms. */
  readonly timeout?: number;
  /** In place of the context's. */
  readonly signal?: AbortSignal;
  /** What was asked, for messages: `create the container x`. */
  readonly doing: string;
}

export interface Answer<T> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: PeerAnswer['headers'];
  readonly body: T;
}

/** One engine, spoken to in a version of its API that both sides know. */
export interface Engine {
  readonly endpoint: Endpoint;
  /** Of the API in use, such as `1.41`. */
  readonly api: string;
  /** Reads the whole answer; JSON when it is that. */
  call<T = unknown>(method: PeerRequest['method'], path: string, request: CallRequest): Promise<Answer<T>>;
  /** The whole answer as it is. */
  bytes(method: PeerRequest['method'], path: string, request: CallRequest): Promise<Answer<Uint8Array>>;
  /** The body as it comes. */
  stream(method: PeerRequest['method'], path: string, request: CallRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Lines of JSON as they come; a line that tells of an error is thrown as one. */
  lines(method: PeerRequest['method'], path: string, request: CallRequest): AsyncIterable<Record<string, unknown>>;
  /** Whose signal ends calls, and whose clock counts. */
  readonly context: DriverContext;
  /** The same engine, for calls that end by another signal. */
  within(context: DriverContext): Engine;
}

/** What the driver was written against; newer engines are asked for this, as far as they still offer it. */
const NEWEST_API = '1.47';
/** Health checks at create, `wait` with a condition. */
const OLDEST_API = '1.40';
const LIMIT = 30_000;
const LONGEST_ANSWER = 64 * 1024 * 1024;

/** What engines said of themselves, and what was agreed on. */
const known = new Map<string, { readonly newest: string; readonly agreed: string }>();

/**
 * Finds the engine and agrees on a version. One that answers as before is asked no more than that: the full answer takes it
 * ten times as long.
 */
export async function openEngine(wanted: string | undefined, context: DriverContext): Promise<Engine> {
  const endpoint = await findEndpoint(wanted, context.settings);
  const world = { endpoint, context };
  const before = known.get(endpoint.text);
  if (before) {
    const { headers } = await read(await send('GET', '/_ping', { doing: 'ask whether it is there' }, world));
    if (headers['api-version'] === before.newest) return engineOf(world, before.agreed);
  }
  const { body } = await read<Versions>(await send('GET', '/version', { doing: 'ask for its version' }, world));
  const agreed = agreedVersion(endpoint, body);
  known.set(endpoint.text, { newest: body.ApiVersion ?? '', agreed });
  return engineOf(world, agreed);
}

function engineOf(world: World, api: string): Engine {
  return {
    endpoint: world.endpoint,
    api,
    call: async (method, path, request) => read(await send(method, `/v${api}${path}`, request, world)),
    bytes: async (method, path, request) => {
      const { status, headers, body } = await send(method, `/v${api}${path}`, request, world);
      return { status, headers, body: await whole(body) };
    },
    stream: async (method, path, request) =>
      (await send(method, `/v${api}${path}`, { ...request, long: true }, world)).body,
    async *lines(method, path, request) {
      const { body } = await send(method, `/v${api}${path}`, { ...request, long: true }, world);
      yield* jsonLines(body, request.doing);
    },
    context: world.context,
    within: (context) => engineOf({ ...world, context }, api),
  };
}

interface World {
  readonly endpoint: Endpoint;
  readonly context: DriverContext;
}

async function send(
  method: PeerRequest['method'],
  path: string,
  request: CallRequest & { readonly long?: true },
  { endpoint, context }: World,
): Promise<PeerAnswer> {
  const answer = await context.peers
    .send(endpoint.peer, {
      method,
      path: `${path}${queryOf(request.query)}`,
      signal: request.signal ?? context.signal,
      timeout: request.timeout ?? Math.min(LIMIT, context.timeout),
      ...contentOf(request),
      ...(request.long ? { long: true } : {}),
    })
    .catch((error: unknown) => {
      throw reachFailure(endpoint.text, error);
    });
  if (answer.status < 400 || request.accept?.includes(answer.status)) return answer;
  throw callFailure(endpoint.text, request.doing, answer.status, (await read<{ message?: string }>(answer)).body);
}

function contentOf({ body, tar, headers }: CallRequest): Pick<PeerRequest, 'headers' | 'body'> {
  if (tar !== undefined) return { headers: { 'content-type': 'application/x-tar', ...headers }, body: tar };
  if (body === undefined) return headers ? { headers } : {};
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function queryOf(query: CallRequest['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`;
}

async function read<T>({ status, headers, body }: PeerAnswer): Promise<Answer<T>> {
  const text = (await whole(body)).toString('utf8');
  const isJson = headers['content-type']?.includes('json') && text !== '';
  return { status, headers, body: (isJson ? JSON.parse(text) : text) as T };
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Versions {
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
}

function agreedVersion({ text }: Endpoint, { ApiVersion = '1.0', MinAPIVersion = '1.0' }: Versions): string {
  if (minor(ApiVersion) < minor(OLDEST_API)) throw tooOld(text, ApiVersion, OLDEST_API);
  if (minor(MinAPIVersion) > minor(NEWEST_API)) return MinAPIVersion;
  return minor(ApiVersion) < minor(NEWEST_API) ? ApiVersion : NEWEST_API;
}

/** Whether an engine offers a version of the API, such as `1.44`. */
export function offers({ api }: Engine, version: string): boolean {
  return minor(api) >= minor(version);
}

function minor(version: string): number {
  return Number(version.split('.')[1] ?? 0);
}
