import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, DriverContext, Placed, Target } from '../../src/core/driver.ts';
import { toFailure } from '../../src/core/errors.ts';
import type { Variables } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/docker/driver.ts';
import { openEngine } from '../../src/drivers/image/engine/client.ts';
import { execute } from '../../src/drivers/image/engine/exec.ts';
import { systemPeers } from '../../src/system/peers.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { dockerEngine, type Engine } from './docker/engine.ts';
import { engineCall, IMAGES } from './docker/images.ts';
import { proxyPort } from './docker/ports.ts';
import { removeThings, thingsOf } from './docker/things.ts';
import { appFiles, createDriverWorld, type DriverWorld, FIXTURE_HEALTH, targetOf } from './driver-world.ts';
import { filesBelow } from './file-tree.ts';

/** A project on the test engine, behind a proxy of its own. */
export interface DockerWorld extends DriverWorld {
  readonly driver: Driver;
  readonly engine: Engine;
  /** Of the project, and of the proxy: begins the names of all there is of this world. */
  readonly name: string;
  /** A target of this world's project, whose service runs the fixture server; options are laid over the usual ones. */
  target(service?: Partial<ServiceConfig>): Target;
  /** Writes files below the project folder. */
  write(folder: string, files: Readonly<Record<string, string>>): void;
  /** An image of the fixture server that answers with the label. */
  image(label: string): Promise<Artifact>;
  /** An image of a Dockerfile and nothing else. */
  imageOf(dockerfile: string): Promise<Artifact>;
  place(target: Target, label: string, variables?: Variables, context?: Partial<DriverContext>): Promise<Placed>;
  /** Gives a release all the traffic. */
  switchTo(target: Target, placed: Placed): Promise<void>;
  live(target: Target, label: string, variables?: Variables): Promise<Placed>;
  /** What a user of the URL reads; for one that only the host's network knows, what the proxy reads. */
  ask(url: string): Promise<string>;
  /** Containers, networks and volumes of this world. */
  things(): Promise<readonly string[]>;
  /** Everything that other users of the engine can see of this world, but for the variables of containers. */
  shown(): Promise<readonly { readonly place: string; readonly text: string }[]>;
  end(): Promise<void>;
}

/** A report of tests has the sentence of an error, and no more. */
function tellInFull(error: unknown): never {
  throw new Error(JSON.stringify(toFailure(error), null, 2));
}

const DOCKERFILE = `FROM ${IMAGES.node}\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n`;
const BUILDER = 'image-builder';

let worlds = 0;
let dockerfiles = 0;

/** The environment is laid over the usual one: `sshHosts` has one by which its hosts are reached. */
export async function createDockerWorld(given: { environment?: Record<string, string> } = {}): Promise<DockerWorld> {
  const [engine, world] = await Promise.all([dockerEngine(), createDriverWorld()]);
  const port = proxyPort();
  const name = `t${process.pid}-${++worlds}`;
  const environment = { PATH: process.env.PATH, HOME: world.root, ...given.environment };
  const ports = { peers: systemPeers({ environment }), processes: systemProcesses({ environment }) };
  const context = (given?: Partial<DriverContext>) => world.context({ ...ports, ...given });
  const images = new Map<string, Promise<Artifact>>();
  const agent = new Agent({ keepAlive: true });
  return {
    ...world,
    driver,
    engine,
    name,
    context,
    target,
    write,
    image: (label) => {
      const image = images.get(label) ?? labelled(label);
      images.set(label, image);
      return image;
    },
    imageOf: (dockerfile) => build(`of-${++dockerfiles}`, { Dockerfile: dockerfile }),
    place,
    switchTo,
    live: async (to, label, variables) => {
      const placed = await place(to, label, variables);
      await switchTo(to, placed);
      return placed;
    },
    ask,
    things: () => thingsOf(engine, name),
    shown: async () => [...filesBelow(world.root), ...(await labelsOf(engine, name))],
    end: async () => {
      agent.destroy();
      await removeThings(engine, name);
      await world.remove();
    },
  };

  function target(service: Partial<ServiceConfig> = {}): Target {
    const options = {
      hosts: [{ engine: engine.endpoint, address: engine.address }],
      host_names: [`${service.name ?? 'api'}.test`],
      tls: 'off',
      drain_timeout: '2s',
      stop_timeout: '1s',
      proxy: { name, image: IMAGES.caddy, http_port: port, https_port: port + 1 },
      ...service.options,
    };
    return { ...targetOf(driver.facts, { health, ...service, options }), project: name };
  }

  function write(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(world.root, folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  async function labelled(label: string): Promise<Artifact> {
    return build(label, { ...(await appFiles(label)), Dockerfile: DOCKERFILE });
  }

  async function build(folder: string, files: Readonly<Record<string, string>>): Promise<Artifact> {
    write(`images/${folder}`, files);
    const builder = target({ name: BUILDER, path: `images/${folder}` });
    return (await driver.build?.(builder, {}, context()).catch(tellInFull)) as Artifact;
  }

  async function place(to: Target, label: string, variables: Variables = {}, given: Partial<DriverContext> = {}) {
    images.set(label, images.get(label) ?? labelled(label));
    const artifact = (await images.get(label)) as Artifact;
    return driver.deploy(to, { version_id: `ver_${label}`, artifact, variables }, context(given));
  }

  async function switchTo(to: Target, placed: Placed): Promise<void> {
    await driver.traffic?.(to, [{ ref: placed.ref, percent: 100 }], context());
  }

  async function ask(url: string): Promise<string> {
    const { hostname, port, pathname, host } = new URL(url);
    if (hostname.startsWith(name)) return askInside(url);
    return new Promise((resolve, reject) => {
      const to = { host: engine.address, port, path: pathname, headers: { host }, agent };
      get(to, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve(text)).once('error', reject);
      }).once('error', reject);
    });
  }

  async function askInside(url: string): Promise<string> {
    const opened = await openEngine(engine.endpoint, context());
    const { output } = await execute(opened, `${name}-proxy`, ['wget', '-q', '-O', '-', url]);
    const { stdout } = await output();
    return stdout.join('\n');
  }
}

const health = { ...FIXTURE_HEALTH, timeout: 10_000, interval: 50 };

async function labelsOf({ socket }: Engine, name: string) {
  const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
  const { body } = await engineCall(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  return Promise.all(
    (body as { Id: string }[]).map(async ({ Id }) => {
      const view = (await engineCall(socket, 'GET', `/containers/${Id}/json`)).body as { Config: { Env?: unknown } };
      delete view.Config.Env;
      return { place: `inspect of ${Id}`, text: JSON.stringify(view) };
    }),
  );
}
