import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { count } from '../cloudwatch/state.ts';
import type { AwsPlace } from '../service.ts';
import type { AwsWorld } from '../world.ts';
import { isPublic } from './aliases.ts';
import { Running } from './running.ts';
import { type Alias, type Fn, functionsOf } from './state.ts';

export interface LambdaFront {
  readonly url: string;
  /** Whether it has addresses of this host. */
  has(host: string): boolean;
  close(): Promise<void>;
}

/** The addresses of functions: calls the version that the alias draws, in a process of its own. */
export async function startLambdaFront(world: AwsWorld, accounts: readonly string[]): Promise<LambdaFront> {
  const running = new Map<string, Running>();
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    has: (host) => host.endsWith('.on.aws'),
    close: async () => {
      await Promise.all([...running.values()].map((one) => one.stop()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = findUrl(world, accounts, request.headers.host ?? '');
    if (!found) return void response.writeHead(404).end('{"Message":null}');
    if (!isPublic(found.alias)) return void response.writeHead(403).end('{"Message":"Forbidden"}');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { status, headers, body } = await call(found, eventOf(request, Buffer.concat(parts)));
    response.writeHead(status, headers).end(body);
  }

  async function call({ place, fn, alias }: Found, event: object): Promise<Reply> {
    const version = drawn(alias, world);
    const configuration = fn.versions.get(version);
    if (!configuration) return { status: 502, headers: {}, body: 'Internal Server Error' };
    const key = `${place.account}/${place.region}/${fn.name}/${version}/${configuration.revision}`;
    const warm = running.get(key);
    const one = warm && !warm.over ? warm : new Running(place, fn, configuration);
    running.set(key, one);
    const { answer, error } = await one.call(event, Number(configuration.settings['Timeout']) * 1_000);
    countCall(place, { fn, alias, version, failed: error !== undefined });
    if (error) return { status: 502, headers: {}, body: 'Internal Server Error' };
    return replyOf(answer);
  }
}

interface Found {
  readonly place: AwsPlace;
  readonly fn: Fn;
  readonly alias: Alias;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

function findUrl(world: AwsWorld, accounts: readonly string[], host: string): Found | undefined {
  const [, id, region = ''] = /^(\w+)\.lambda-url\.([a-z0-9-]+)\.on\.aws/.exec(host) ?? [];
  for (const account of accounts) {
    const place = { world, account, region };
    for (const fn of functionsOf(place).values())
      for (const alias of fn.aliases.values()) if (id && alias.url?.id === id) return { place, fn, alias };
  }
  return undefined;
}

/** As CloudWatch is told; by version only while the alias leads to two. */
function countCall(
  place: AwsPlace,
  { fn, alias, version, failed }: { fn: Fn; alias: Alias; version: string; failed: boolean },
): void {
  const ofFunction = { FunctionName: fn.name };
  const ofAlias = { ...ofFunction, Resource: `${fn.name}:${alias.name}` };
  const split = Object.keys(alias.weights).length > 0;
  for (const dimensions of [ofFunction, ofAlias, ...(split ? [{ ...ofAlias, ExecutedVersion: version }] : [])])
    for (const metric of ['Invocations', ...(failed ? ['Errors'] : [])])
      count(place, { namespace: 'AWS/Lambda', metric, dimensions });
}

/** In turn, so that shares are exact over a hundred calls: no test depends on luck. */
function drawn({ version, weights }: Alias, world: AwsWorld): string {
  const [other] = Object.entries(weights);
  return other && (world.next() * 61) % 100 < other[1] * 100 ? other[0] : version;
}

/** Payload 2.0. */
function eventOf({ url = '/', method, headers }: IncomingMessage, body: Buffer): object {
  const { pathname, search } = new URL(url, 'http://front');
  return {
    version: '2.0',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    requestContext: { http: { method, path: pathname } },
    ...(body.length > 0 && { body: body.toString('base64'), isBase64Encoded: true }),
  };
}

/** An answer without a status is a body that was good. */
function replyOf(answer: unknown): Reply {
  const given = (answer ?? {}) as {
    statusCode?: number;
    headers?: Record<string, string>;
    body?: string;
    isBase64Encoded?: boolean;
  };
  if (given.statusCode === undefined) return { status: 200, headers: {}, body: JSON.stringify(answer) };
  const body = Buffer.from(given.body ?? '', given.isBase64Encoded ? 'base64' : 'utf8');
  return { status: given.statusCode, headers: given.headers ?? {}, body };
}
