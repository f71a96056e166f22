import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Target } from '../../src/core/driver.ts';
import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/aws/container/driver.ts';
import { systemPeers } from '../../src/system/peers.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { addressOf, registriesOf } from './aws/ecr/registry.ts';
import { removeImages } from './aws/ecs/container.ts';
import { allTasks } from './aws/ecs/state.ts';
import { startFront } from './aws/elb/front.ts';
import { type AwsServer, startAws } from './aws/server.ts';
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

export async function startContainerAws(): Promise<ContainerAws> {
  const [server, engine] = await Promise.all([startAws(), dockerEngine()]);
  addressOf(server.world, hereFor(engine));
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
}

/** Nothing but the app: the stand-in runs it with the programs of this machine. */
export const DOCKERFILE = 'FROM scratch\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n';

/** A project whose services run on Fargate, in a quick time. */
export async function createContainerWorld(): Promise<ContainerWorld> {
  const [aws, engine] = await Promise.all([startContainerAws(), dockerEngine()]);
  const settings = aws.server.environment();
  const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: key = '' } = settings;
  const environment = { PATH: process.env['PATH'] };
  const world = await createQuickWorld({
    driver,
    url: aws.front,
    has: (host) => host.endsWith('.elb.amazonaws.com'),
    service: { health: { ...FIXTURE_HEALTH, timeout: 3_000_000, interval: 5_000, successes: 1 }, path: 'images/one' },
    context: {
      settings,
      credentials: { AWS_ACCESS_KEY_ID: new Secret(id), AWS_SECRET_ACCESS_KEY: new Secret(key) },
      peers: systemPeers({ environment }),
      processes: systemProcesses({ environment }),
    },
    close: aws.close,
  });
  await write('images/one', 'one');
  const images = new Map<string, Promise<Artifact>>();
  let built: Promise<Target> | undefined;
  const target = (service: Partial<ServiceConfig> = {}, place: Partial<Target> = {}): Target =>
    world.target(
      {
        ...service,
        options: { kind: 'container', builder: engine.endpoint, check_from: ['127.0.0.1/32'], ...service.options },
      },
      place,
    );
  return {
    ...world,
    aws,
    target,
    image: (label) => {
      const image = images.get(label) ?? build(label);
      images.set(label, image);
      return image;
    },
  };

  async function build(label: string): Promise<Artifact> {
    const folder = `images/${label}`;
    await write(folder, label);
    const builder = await builderOf();
    const target = { ...builder, service: { ...builder.service, path: folder } };
    return driver.build?.(target, {}, world.context()) as Promise<Artifact>;
  }

  async function write(folder: string, label: string): Promise<void> {
    const files = { ...(await appFiles(label)), Dockerfile: DOCKERFILE };
    for (const [path, text] of Object.entries(files)) {
      const file = join(world.root, folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Images come from a target of their own, as if another environment had been deployed first. */
  function builderOf(): Promise<Target> {
    built ??= world.provisioned(target({ name: 'builder' }));
    return built;
  }
}
