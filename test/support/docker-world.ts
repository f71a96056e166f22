import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { DriverFacts, Target } from '../../src/core/driver.ts';
import { checkOptions, optionsSchema } from '../../src/drivers/docker/options.ts';
import { systemPeers } from '../../src/system/peers.ts';
import { systemProcesses } from '../../src/system/processes.ts';
import { dockerEngine, type Engine } from './docker/engine.ts';
import { IMAGES } from './docker/images.ts';
import { appFiles, createDriverWorld, type DriverWorld, targetOf } from './driver-world.ts';
import { freePort } from './loopback.ts';

/** A project on the test engine, behind a proxy of its own. */
export interface DockerWorld extends DriverWorld {
  readonly engine: Engine;
  readonly port: number;
  /** A target of this world's project; options are laid over those that lead to the test engine. */
  target(service?: Partial<ServiceConfig>): Target;
  /** Writes files below the project folder. */
  write(folder: string, files: Readonly<Record<string, string>>): void;
}

export const APP_DOCKERFILE = `FROM ${IMAGES.node}\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n`;

let worlds = 0;

export async function createDockerWorld(): Promise<DockerWorld> {
  const [engine, world, port] = await Promise.all([dockerEngine(), createDriverWorld(), freePort()]);
  const name = `t${process.pid}-${++worlds}`;
  const environment = { PATH: process.env.PATH, HOME: world.root };
  const ports = { peers: systemPeers({ environment }), processes: systemProcesses({ environment }) };
  const options = {
    hosts: [{ engine: engine.endpoint, address: engine.address }],
    proxy: { name, image: IMAGES.caddy, http_port: port, https_port: port + 1 },
  };
  return {
    ...world,
    engine,
    port,
    context: (given) => world.context({ ...ports, ...given }),
    target: (service) => {
      const target = targetOf(facts, { ...service, options: { ...options, ...service?.options } });
      return { ...target, project: name };
    },
    write: (folder, files) => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(world.root, folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    },
  };
}

/** The fixture server with a label, and how to make an image of it. */
export async function imageFiles(label: string): Promise<Record<string, string>> {
  return { ...(await appFiles(label)), Dockerfile: APP_DOCKERFILE };
}

const facts = { name: 'docker', checkOptions, optionsSchema } as unknown as DriverFacts;
