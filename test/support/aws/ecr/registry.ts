import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../../docker/packages.ts';
import { installOnce } from '../../installation.ts';
import { until } from '../../waiting.ts';
import type { AwsPlace } from '../service.ts';
import type { AwsWorld } from '../world.ts';
import { repositoriesOf, tokensOf } from './state.ts';

/** A real registry, in front of which each account's stands: who may do what there is said by ECR. */
export interface Registries {
  /** `address:port` of the registry of an account and region. */
  hostOf(place: AwsPlace): Promise<string>;
  /** Asks the real one about a repository: `manifests/latest`. */
  ask(place: AwsPlace, repository: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Those of a world; started when the first repository is made. */
export function registriesOf(world: AwsWorld): Registries {
  return world.state('ecr registries', () => makeRegistries(addressOf(world)));
}

/** Where engines reach this machine: has to be said before the first repository is made. */
export function addressOf(world: AwsWorld, address = '127.0.0.1'): string {
  return world.state('ecr address', () => address);
}

function makeRegistries(address: string): Registries {
  let started: Promise<Real> | undefined;
  const fronts = new Map<string, Promise<{ server: Server; host: string }>>();
  const real = () => (started ??= startReal());
  return {
    hostOf: async (place) => {
      const key = prefixOf(place);
      const front = fronts.get(key) ?? startFront(place, address, await real());
      fronts.set(key, front);
      return (await front).host;
    },
    ask: async (place, repository, path, headers = {}) => {
      const { socket } = await real();
      return exchange(socket, { method: 'GET', path: `/v2/${prefixOf(place)}/${repository}/${path}`, headers });
    },
    close: async () => {
      for (const front of fronts.values()) {
        const { server } = await front;
        server.closeAllConnections();
        server.close();
      }
      await (await started)?.end();
    },
  };
}

function prefixOf({ account, region }: AwsPlace): string {
  return `${account}/${region}`;
}

interface Real {
  readonly socket: string;
  end(): Promise<void>;
}

async function startReal(): Promise<Real> {
  await installOnce(['docker-registry'], () => find('docker-registry') !== undefined);
  const folder = mkdtempSync(join(tmpdir(), 'deployer-ecr-'));
  const socket = join(folder, 'socket');
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'images') } },
      http: { net: 'unix', addr: socket, relativeurls: true },
    }),
  );
  const child: ChildProcess = spawn(find('docker-registry') ?? '', ['serve', join(folder, 'config')], {
    stdio: 'ignore',
  });
  await until(
    async () => (await exchange(socket, { method: 'GET', path: '/v2/' }).catch(() => undefined))?.status === 200,
  );
  return {
    socket,
    end: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function exchange(
  socketPath: string,
  { method, path, headers = {} }: { method: string; path: string; headers?: Record<string, string> },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    call.once('error', reject).end();
  });
}

async function startFront(place: AwsPlace, address: string, { socket }: Real) {
  const server = createServer((message, response) => void pass(place, socket, message, response));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return { server, host: `${address}:${(server.address() as AddressInfo).port}` };
}

/** `/v2/<repository>/<manifests|blobs|tags>/…` */
const PATH = /^\/v2\/(.+?)\/((?:manifests|blobs|tags)\/.*)$/;

async function pass(
  place: AwsPlace,
  socketPath: string,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const account = accountOf(place, message);
  if (account === undefined) {
    response.setHeader('www-authenticate', 'Basic realm="ecr"');
    return refuse(response, 401, 'UNAUTHORIZED', 'Not Authorized');
  }
  const [, name = '', rest = ''] = PATH.exec(message.url ?? '') ?? [];
  if (name === '') return refuse(response, 200, '', '');
  const repository = repositoriesOf(place).get(name);
  if (!repository) return refuse(response, 404, 'NAME_UNKNOWN', `The repository with name '${name}' does not exist`);
  const reading = message.method === 'GET' || message.method === 'HEAD';
  if (account !== place.account && !(reading && repository.readers.includes(account)))
    return refuse(
      response,
      403,
      'DENIED',
      `not authorized to perform: ecr:BatchGetImage on ${repository.repositoryArn}`,
    );
  const inner = `/v2/${prefixOf(place)}/${name}`;
  const tag = message.method === 'PUT' ? /^manifests\/([^:]+)$/.exec(rest)?.[1] : undefined;
  if (tag && repository.imageTagMutability === 'IMMUTABLE') {
    const there = await exchange(socketPath, { method: 'HEAD', path: `${inner}/manifests/${tag}`, headers: ACCEPT });
    if (there.status === 200)
      return refuse(
        response,
        400,
        'TAG_INVALID',
        `The image tag '${tag}' already exists and cannot be overwritten because the tag is immutable.`,
      );
  }
  const { host: _, authorization: __, ...headers } = message.headers;
  const onward = request({ socketPath, method: message.method, path: `${inner}/${rest}`, headers }, (answer) => {
    const { location } = answer.headers;
    const shown = location ? { ...answer.headers, location: location.replace(inner, `/v2/${name}`) } : answer.headers;
    response.writeHead(answer.statusCode ?? 502, shown);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  message.pipe(onward);
}

export const ACCEPT = {
  accept: [
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
  ].join(', '),
};

function accountOf(place: AwsPlace, { headers }: IncomingMessage): string | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const [user, password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  return user === 'AWS' ? tokensOf(place).get(password) : undefined;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(code === '' ? '{}' : JSON.stringify({ errors: [{ code, message }] }));
}
