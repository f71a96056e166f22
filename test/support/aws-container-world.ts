import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { DriverContext, Target } from '../../src/core/driver.ts';
import type { Http, Peers } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/aws/container/driver.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { type Made, putImage } from './aws/ecr/image.ts';
import { addressOf, BY_NAME, registriesOf } from './aws/ecr/registry.ts';
import { removeImages } from './aws/ecs/container.ts';
import { allTasks } from './aws/ecs/state.ts';
import { startFront } from './aws/elb/front.ts';
import { type AwsServer, startAws } from './aws/server.ts';
import type { AwsPlace } from './aws/service.ts';
import type { AwsWorld } from './aws/world.ts';
import { dockerEngine, type Engine } from './docker/engine.ts';
import { appFiles, FIXTURE_HEALTH } from './driver-world.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';

/** AWS of this machine whose tasks run and whose load balancers answer. */
export interface ContainerAws {
  readonly server: AwsServer;
  /** Where the load balancers answer, by the name that is asked for. */
  readonly front: string;
  close(): Promise<void>;
}

/** `address` is where registries are: one that the engine of the tests reaches unless given. */
export async function startContainerAws(address?: string): Promise<ContainerAws> {
  const [server, here] = await Promise.all([startAws(), address ?? dockerEngine().then(hereFor)]);
  addressOf(server.world, here);
  const { url, server: front } = await startFront(server.world);
  return {
    server,
    front: url,
    close: async () => {
      front.closeAllConnections();
      front.close();
      for (const task of allTasks({ world: server.world, account: '', region: '' })) task.container?.stop();
      await removeImages(server.world);
      await registriesOf(server.world).close();
      await server.close();
    },
  };
}

/** The engine of the tests is the first host of its network, and this machine the one before it. */
function hereFor({ address }: Engine): string {
  if (!address.startsWith('10.')) return address;
  return address.replace(/\d+$/, (last) => String(Number(last) - 1));
}

export interface ContainerWorld extends QuickWorld {
  readonly aws: ContainerAws;
  /** An image of the fixture server that answers with the label. */
  image(label: string): Promise<Artifact>;
  /** Whoever has the keys of an account, in a region. */
  at(account: string, region: string): Pick<DriverContext, 'settings' | 'credentials'>;
}

/** Nothing but the app: the stand-in runs it with the programs of this machine. */
export const DOCKERFILE = 'FROM scratch\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n';

const BUILDER = 'builder';
/** Another account, which may read its images. */
export const READER = '222222222222';

/** A project whose services run on Fargate, in a quick time. No engine is needed: images are put together by hand. */
export async function createContainerWorld(): Promise<ContainerWorld> {
  const aws = await startContainerAws(BY_NAME);
  const { server } = aws;
  server.world.looks = 0;
  const at = (account?: string, region?: string) => accessOf(server.environment(account, region));
  const world = await createQuickWorld({
    driver,
    url: aws.front,
    speed: 50,
    has: (host) => host.endsWith('.elb.amazonaws.com') || host.endsWith('.example.com'),
    service: { health: { ...FIXTURE_HEALTH, timeout: 3_000_000, interval: 5_000, successes: 1 } },
    context: {
      ...at(),
      http: httpToRegistries(server.world),
      peers: EMPTY_ENGINE,
      processes: systemProcesses({ environment: { PATH: process.env['PATH'] } }),
    },
    close: aws.close,
  });
  writeFileSync(join(world.root, 'Dockerfile'), DOCKERFILE);
  const images = new Map<string, Promise<Artifact>>();
  let repository: Promise<string> | undefined;
  const target = ({ options, ...service }: Partial<ServiceConfig> = {}, place: Partial<Target> = {}): Target =>
    world.target({ ...service, options: { kind: 'container', check_from: ['127.0.0.1/32'], ...options } }, place);
  return {
    ...world,
    aws,
    target,
    at,
    image: (label) => {
      const image = images.get(label) ?? makeImage(label);
      images.set(label, image);
      return image;
    },
  };

  async function makeImage(label: string): Promise<Artifact> {
    repository ??= world.provisioned(target({ name: BUILDER, options: { readers: [READER] } })).then(repositoryOf);
    const files = Object.entries(await appFiles(label)).map(([name, text]) => ({ [`app/${name}`]: text }));
    const config = { Cmd: ['node', 'app.mjs'], WorkingDir: '/app' };
    const place = { world: server.world, account: '111111111111', region: 'eu-west-1' };
    return artifactOf(place, await repository, { layers: files, config });
  }
}

/** Images come from a target of their own, as if another environment had been deployed first. */
function repositoryOf({ resource }: Target): string {
  return (resource as { repository: { name: string } }).repository.name;
}

async function artifactOf(place: AwsPlace, repository: string, made: Made): Promise<Artifact> {
  const { id, digest } = await putImage(place, repository, made);
  const uri = `${await registriesOf(place.world).hostOf(place)}/${repository}`;
  return {
    kind: 'image',
    digest: id,
    location: `deployer/shop/${BUILDER} in an engine that is gone and ${uri}@${digest}`,
  };
}

function accessOf({
  AWS_ACCESS_KEY_ID: id = '',
  AWS_SECRET_ACCESS_KEY: key = '',
  ...settings
}: Record<string, string>) {
  return { settings, credentials: { AWS_ACCESS_KEY_ID: new Secret(id), AWS_SECRET_ACCESS_KEY: new Secret(key) } };
}

/** Everybody's engine: it answers, and has no images. */
const EMPTY_ENGINE: Peers = {
  send: async (_, { path }) => {
    const known = path === '/version' || path === '/_ping';
    const text = JSON.stringify(known ? { ApiVersion: '1.47', MinAPIVersion: '1.24' } : { message: 'No such image' });
    const headers = { 'content-type': 'application/json', 'api-version': '1.47' };
    return { status: known ? 200 : 404, headers, body: Readable.from([Buffer.from(text)]) };
  },
};

/** What ECR names is found where it really is. */
function httpToRegistries(world: AwsWorld): Http {
  const real = systemHttp();
  return {
    send: (request) => {
      const { host, pathname, search } = new URL(request.url);
      const place = registriesOf(world).reach(host);
      return real.send(place ? { ...request, url: `http://${place}${pathname}${search}` } : request);
    },
  };
}
