import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bucketsOf, type StoredObject } from '../s3/state.ts';
import type { AwsPlace } from '../service.ts';
import type { AwsWorld } from '../world.ts';
import { arnOf, cloudfrontOf, type Distribution, hostsOf } from './state.ts';
import { type ViewerRequest, type ViewerResponse, viewerFunction } from './viewer-function.ts';

/** What viewers of distributions reach. */
export interface Edge {
  readonly url: string;
  has(host: string): boolean;
  /** What the next viewer gets. */
  ask(host: string, path?: string, headers?: Readonly<Record<string, string>>): Promise<Seen>;
  close(): Promise<void>;
}

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Each request is another viewer's, of so many that there are. */
const VIEWERS = 1_000;

/** Starts the side of CloudFront that viewers see: functions, origin, and what the origin's policy lets through. */
export async function startEdge(world: AwsWorld): Promise<Edge> {
  let viewers = 0;
  const anywhere: AwsPlace = { world, account: '', region: '' };
  const server = createServer((message, response) => {
    const host = (message.headers.host ?? '').replace(/:\d+$/, '');
    const distribution = hostsOf(anywhere).get(host);
    const viewer = viewers++ % VIEWERS;
    const ip = `198.${18 + (viewer >> 8)}.${viewer & 255}.7`;
    if (!distribution) return void response.writeHead(421).end();
    answer(message, response, { distribution, world, ip }).catch(() => response.writeHead(503).end('function failed'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    has: (host) => host.endsWith('.cloudfront.net') || hostsOf(anywhere).has(host),
    ask: (host, path = '/', headers = {}) => seen(port, path, { ...headers, host }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function seen(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      const bytes = Buffer.concat(parts);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
    });
    asked.on('error', reject).end();
  });
}

interface Visit {
  readonly distribution: Distribution;
  readonly world: AwsWorld;
  readonly ip: string;
}

async function answer(message: IncomingMessage, response: ServerResponse, visit: Visit): Promise<void> {
  const asked = requestOf(message);
  const onRequest = functionOf(visit, 'viewer-request');
  const result = (await onRequest?.({ viewer: { ip: visit.ip }, request: asked })) ?? asked;
  const made = 'statusCode' in result ? { ...result, bytes: bodyOf(result) } : fromOrigin(result, visit);
  const runs = 'statusCode' in result || made.statusCode >= 400 ? undefined : functionOf(visit, 'viewer-response');
  const shown = { statusCode: made.statusCode, headers: made.headers };
  const last = (await runs?.({ viewer: { ip: visit.ip }, request: asked, response: shown })) ?? shown;
  const { statusCode, headers } = last as ViewerResponse;
  const head = Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]));
  response.writeHead(statusCode, head).end(message.method === 'HEAD' ? undefined : made.bytes);
}

const compiled = new WeakMap<object, { readonly code: string; readonly run: ReturnType<typeof viewerFunction> }>();

function functionOf({ distribution, world }: Visit, type: string) {
  const place: AwsPlace = { world, account: distribution.account, region: 'us-east-1' };
  const { functions, stores } = cloudfrontOf(place);
  const associations: readonly { EventType: string; FunctionARN: string }[] =
    distribution.config.DefaultCacheBehavior.FunctionAssociations ?? [];
  const arn = associations.find(({ EventType }) => EventType === type)?.FunctionARN;
  const found = [...functions.values()].find((it) => it.arn === arn);
  const store = [...stores.values()].find((it) => it.arn === found?.stores[0]);
  if (!found) return undefined;
  const known = compiled.get(found);
  if (known?.code === found.code) return known.run;
  const run = viewerFunction(found.code, (key) => store?.values.get(key));
  compiled.set(found, { code: found.code, run });
  return run;
}

function requestOf({ method = 'GET', url = '/', headers }: IncomingMessage): ViewerRequest {
  const { searchParams } = new URL(url, 'http://viewer');
  const given = Object.entries(headers).map(([name, value]) => [name, { value: String(value) }]);
  const querystring = [...searchParams].map(([name, value]) => [name, { value }]);
  return {
    method,
    uri: url.replace(/\?.*$/, ''),
    querystring: Object.fromEntries(querystring),
    headers: Object.fromEntries(given),
    cookies: {},
  };
}

function bodyOf({ body }: ViewerResponse): Buffer {
  return body ? Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8') : Buffer.alloc(0);
}

/** The bucket behind it, as far as its policy lets this distribution see it. */
function fromOrigin({ uri, origin }: ViewerRequest, { distribution, world }: Visit) {
  const { DomainName, OriginPath = '' } = origin
    ? { DomainName: origin.domainName, OriginPath: origin.originPath }
    : distribution.config.Origins[0];
  const name = String(DomainName).split('.s3.')[0] ?? '';
  const bucket = bucketsOf({ world, account: distribution.account, region: '' }).get(name);
  const key = decodeURIComponent(OriginPath + uri).replace(/^\//, '');
  const object = bucket?.objects.get(key);
  const mayRead = letsThrough(bucket?.policy, `arn:aws:s3:::${name}/${key}`, distribution, world);
  if (!object || !mayRead) return { statusCode: 403, headers: {}, bytes: Buffer.from('<Code>AccessDenied</Code>') };
  return { statusCode: 200, headers: headersOf(object), bytes: object.bytes };
}

function letsThrough(policy: string | undefined, resource: string, { id, account }: Distribution, world: AwsWorld) {
  const { Statement = [] } = policy === undefined ? {} : JSON.parse(policy);
  const arn = arnOf({ world, account, region: '' }, 'distribution', id);
  // biome-ignore lint/suspicious/noExplicitAny: a policy document
  return Statement.some((it: any) => {
    const patterns: readonly string[] = [it.Resource].flat();
    const fits = patterns.some((one) => one.endsWith('*') && resource.startsWith(one.slice(0, -1)));
    const { StringEquals, StringLike } = it.Condition ?? {};
    const like: string | undefined = StringLike?.['AWS:SourceArn'];
    const source = like?.endsWith('*')
      ? arn.startsWith(like.slice(0, -1))
      : (like ?? StringEquals?.['AWS:SourceArn']) === arn;
    return it.Effect === 'Allow' && it.Principal?.Service === 'cloudfront.amazonaws.com' && fits && source;
  });
}

function headersOf({ headers, metadata, etag }: StoredObject): ViewerResponse['headers'] {
  const { ContentType, CacheControl, ContentEncoding } = headers;
  const all = {
    'content-type': ContentType,
    'cache-control': CacheControl,
    'content-encoding': ContentEncoding,
    etag,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, { value }]] : [])));
}
