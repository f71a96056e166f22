import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsPlace } from '../service.ts';
import { ACCEPT, exchange } from './exchange.ts';
import { repositoriesOf, type Token, tokensOf } from './state.ts';

export interface Front {
  readonly host: string;
  close(): void;
}

/** A request of a registry, or of the store that its layers are fetched from. */
export interface Seen {
  readonly place: AwsPlace;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** With `lost` it is done, and nobody gets the answer. */
export type Watcher = (request: Seen) => 'lost' | undefined;

interface Given {
  readonly place: AwsPlace;
  readonly address: string;
  readonly named: boolean;
  readonly watcher: Watcher;
  /** Of the real registry. */
  readonly socket: string;
}

/** Says who may do what at the registry of one account and region, and passes the rest on. */
export async function startFront(given: Given): Promise<Front> {
  const { place, address, watcher } = given;
  const server = createServer((message, response) => {
    const { method = 'GET', url: path = '/', headers } = message;
    const lost = watcher({ place, method, path, authorization: headers.authorization }) === 'lost';
    if (path.startsWith(STORE)) fetchLayer(given, message, response);
    else void pass(given, { message, response, lost });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { host: `${address}:${(server.address() as AddressInfo).port}`, close };
}

export function prefixOf({ account, region }: AwsPlace): string {
  return `${account}/${region}`;
}

/** Where layers are. */
export function storeOf(region: string): string {
  return `prod-${region}-starport-layer-bucket.s3.${region}.amazonaws.com`;
}

const STORE = '/starport';

/** `/v2/<repository>/<manifests|blobs|tags>/…` */
const PATH = /^\/v2\/(.+?)\/((?:manifests|blobs|tags)\/.*)$/;

interface Passing {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly lost: boolean;
}

async function pass(given: Given, passing: Passing): Promise<void> {
  const { place, socket, named } = given;
  const { message, response } = passing;
  const token = tokenOf(place, message);
  if (token === undefined) {
    response.setHeader('www-authenticate', 'Basic realm="ecr"');
    return refuse(response, 401, 'UNAUTHORIZED', 'Not Authorized');
  }
  const [, name = '', rest = ''] = PATH.exec(message.url ?? '') ?? [];
  if (name === '') return refuse(response, 200, '', '');
  const repository = repositoriesOf(place).get(name);
  if (!repository) return refuse(response, 404, 'NAME_UNKNOWN', `The repository with name '${name}' does not exist`);
  const reading = message.method === 'GET' || message.method === 'HEAD';
  const { account } = token;
  if (account !== place.account && !(reading && repository.readers.includes(account)))
    return refuse(
      response,
      403,
      'DENIED',
      `not authorized to perform: ecr:BatchGetImage on ${repository.repositoryArn}`,
    );
  const right = rightOf(message.method ?? 'GET', rest);
  if (!place.world.policy.uses({ right, resource: repository.repositoryArn }, token))
    return refuse(response, 403, 'DENIED', `not authorized to perform: ${right} on ${repository.repositoryArn}`);
  const inner = `/v2/${prefixOf(place)}/${name}`;
  const tag = message.method === 'PUT' ? /^manifests\/([^:]+)$/.exec(rest)?.[1] : undefined;
  if (tag && repository.imageTagMutability === 'IMMUTABLE') {
    const there = await exchange(socket, { method: 'HEAD', path: `${inner}/manifests/${tag}`, headers: ACCEPT });
    if (there.status === 200)
      return refuse(
        response,
        400,
        'TAG_INVALID',
        `The image tag '${tag}' already exists and cannot be overwritten because the tag is immutable.`,
      );
  }
  if (message.method === 'GET' && rest.startsWith('blobs/sha256:')) {
    const store = named ? storeOf(place.region) : message.headers.host;
    const location = `http://${store}${STORE}${inner}/${rest}?X-Amz-Signature=${SIGNATURE}`;
    return void response.writeHead(307, { location }).end();
  }
  const shown = (location: string) => location.replace(inner, `/v2/${name}`);
  passOn({ socket, path: `${inner}/${rest}`, shown }, passing);
}

interface Onward {
  readonly socket: string;
  readonly path: string;
  /** Of places that it names, as they are from outside. */
  shown(location: string): string;
}

function passOn({ socket, path, shown }: Onward, { message, response, lost }: Passing): void {
  const { host: _, authorization: __, ...headers } = message.headers;
  const onward = request({ agent: false, socketPath: socket, method: message.method, path, headers }, (answer) => {
    if (lost) return void response.destroy();
    const { location } = answer.headers;
    const told = location ? { ...answer.headers, location: shown(location) } : answer.headers;
    response.writeHead(answer.statusCode ?? 502, told);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  message.pipe(onward);
}

/** Of addresses that let in by themselves. */
const SIGNATURE = '5'.repeat(64);

/** As S3 does, it refuses who comes with such an address and a password besides. */
function fetchLayer({ socket }: Given, message: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(message.url ?? '', 'http://store');
  if (message.headers.authorization !== undefined) refuse(response, 400, 'InvalidArgument', 'Only one mechanism');
  else if (searchParams.get('X-Amz-Signature') !== SIGNATURE) refuse(response, 403, 'AccessDenied', 'Access Denied');
  else {
    const path = pathname.slice(STORE.length);
    passOn({ socket, path, shown: (location) => location }, { message, response, lost: false });
  }
}

/** What the registry asks of IAM for a request: as the call of ECR that does the same. */
function rightOf(method: string, rest: string): string {
  if (rest.startsWith('manifests/')) return method === 'PUT' ? 'ecr:PutImage' : 'ecr:BatchGetImage';
  const changing = { POST: 'InitiateLayerUpload', PATCH: 'UploadLayerPart', PUT: 'CompleteLayerUpload' }[method];
  const reading = method === 'HEAD' ? 'BatchCheckLayerAvailability' : 'GetDownloadUrlForLayer';
  return `ecr:${changing ?? reading}`;
}

function tokenOf(place: AwsPlace, { headers }: IncomingMessage): Token | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const [user, password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  const token: Token | undefined = user === 'AWS' ? tokensOf(place).get(password) : undefined;
  return token?.region === place.region ? token : undefined;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(code === '' ? '{}' : JSON.stringify({ errors: [{ code, message }] }));
}
