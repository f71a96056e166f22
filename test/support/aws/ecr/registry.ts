import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../../docker/packages.ts';
import { installOnce } from '../../installation.ts';
import { until } from '../../waiting.ts';
import type { AwsPlace } from '../service.ts';
import type { AwsWorld } from '../world.ts';
import { type Answer, type Asked, exchange } from './exchange.ts';
import { type Front, prefixOf, startFront, storeOf, type Watcher } from './front.ts';

/** A real registry, in front of which each account's stands: who may do what there is said by ECR. */
export interface Registries {
  /** `address:port` of the registry of an account and region. */
  hostOf(place: AwsPlace): Promise<string>;
  /** Asks the real one about a repository, by a path such as `manifests/latest`, or one that it has answered. */
  ask(place: AwsPlace, repository: string, path: string, more?: Partial<Asked>): Promise<Answer>;
  /** Where a name that ECR has answers really: a registry, or the store that its layers are fetched from. */
  reach(name: string): string | undefined;
  /** Sees each request of a registry or store once it is done; with `lost` nobody gets the answer. */
  watch(watcher: Watcher): void;
  close(): Promise<void>;
}

/** Those of a world; started when the first repository is made. */
export function registriesOf(world: AwsWorld): Registries {
  return world.state('ecr registries', () => makeRegistries(addressOf(world)));
}

/** Where engines reach this machine: has to be said before the first repository is made. */
export function addressOf(world: AwsWorld, address = '127.0.0.1'): string {
  return world.state('ecr address', () => address);
}

/** In place of an address: registries have the names of ECR then, for tests that bring them here by `reach`. */
export const BY_NAME = 'by name';

function makeRegistries(given: string): Registries {
  let started: Promise<Real> | undefined;
  const named = given === BY_NAME;
  const address = named ? '127.0.0.1' : given;
  const fronts = new Map<string, Promise<Front>>();
  const reached = new Map<string, string>();
  const watchers: Watcher[] = [];
  const real = () => (started ??= startReal());
  const start = async (place: AwsPlace) => {
    const watcher: Watcher = (request) => watchers.map((one) => one(request)).find((one) => one);
    const front = await startFront({ place, address, named, watcher, socket: (await real()).socket });
    reached.set(nameOf(place), front.host).set(storeOf(place.region), front.host);
    return front;
  };
  return {
    hostOf: async (place) => {
      const key = prefixOf(place);
      const front = fronts.get(key) ?? start(place);
      fronts.set(key, front);
      const { host } = await front;
      return named ? nameOf(place) : host;
    },
    ask: async (place, repository, given, more) => {
      const { socket } = await real();
      const path = given.startsWith('/') ? given : `/v2/${prefixOf(place)}/${repository}/${given}`;
      return exchange(socket, { method: 'GET', ...more, path });
    },
    reach: (name) => reached.get(name),
    watch: (watcher) => void watchers.push(watcher),
    close: async () => {
      for (const front of fronts.values()) (await front).close();
      await (await started)?.end();
    },
  };
}

function nameOf({ account, region }: AwsPlace): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
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
