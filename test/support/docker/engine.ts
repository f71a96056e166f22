import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { exclusively } from '../installation.ts';
import { type Host, startHost } from './host.ts';
import { makeImages } from './images.ts';
import { engineUnavailable } from './packages.ts';

/** A container engine that tests may fill; each keeps to what it made. */
export interface Engine {
  /** As in `DOCKER_HOST`. */
  readonly endpoint: string;
  readonly socket: string;
  /** Where published ports answer. */
  readonly address: string;
}

export const dockerUnavailable = engineUnavailable();

/** Why there can be no further hosts, registries and clusters beside the one engine; `undefined` when there can. */
export const hostsUnavailable = process.env.DOCKER_HOST
  ? 'what DOCKER_HOST leads to can have no other host beside it'
  : engineUnavailable();

/** The one engine of this test run, or that of `DOCKER_HOST`; the first caller starts it, the others wait. */
export function dockerEngine(): Promise<Engine> {
  const given = process.env.DOCKER_HOST;
  if (given === undefined) return hostEngine(1);
  return once('docker', async (folder) => {
    const engine = givenEngine(given);
    const made = await makeImages(engine.socket, folder);
    await writeFile(join(folder, 'docker.images'), [engine.socket, ...made].join('\n'));
    return engine;
  });
}

/** The engine of a host with images that tests build upon, all unless told otherwise; the first is the `dockerEngine`. */
export async function hostEngine(number: number, images?: Parameters<typeof makeImages>[2]): Promise<Engine & Host> {
  // It makes the folders that all others have their images from.
  if (number > 1) await hostEngine(1);
  return once(`engine-${number}`, async (folder) => {
    const host = await startHost(number);
    await makeImages(host.socket, folder, images);
    return { ...host, endpoint: `unix://${host.socket}` };
  });
}

/** What the first caller of the test run made; the others wait for it. */
export async function once<T>(name: string, make: (folder: string) => Promise<T>): Promise<T> {
  const folder = inject('servers');
  const facts = join(folder, `${name}.json`);
  await exclusively(join(folder, `${name}.lock`), async () => {
    if (!existsSync(facts)) await writeFile(facts, JSON.stringify(await make(folder)));
  });
  return JSON.parse(readFileSync(facts, 'utf8'));
}

function givenEngine(endpoint: string): Engine {
  if (!endpoint.startsWith('unix://')) throw new Error('the tests need the socket of an engine on this machine');
  return { endpoint, socket: endpoint.slice('unix://'.length), address: '127.0.0.1' };
}
