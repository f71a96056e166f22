import { readdirSync, readFileSync } from 'node:fs';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, Placed, Target } from '../../src/core/driver.ts';
import type { Variables } from '../../src/core/secret.ts';
import { localStatus, localStop } from '../../src/drivers/local/control.ts';
import { driver } from '../../src/drivers/local/driver.ts';
import { appFiles, createDriverWorld, type DriverWorld, eventually, FIXTURE_HEALTH, targetOf } from './driver-world.ts';

/** A project on the local driver: the fixture server as its services, and the gateway. */
export interface LocalWorld extends DriverWorld {
  readonly driver: Driver;
  /** A target whose service runs the fixture server. */
  target(service?: Partial<ServiceConfig>): Target;
  /** Places the fixture server with a label, without traffic. */
  place(target: Target, label: string, variables?: Variables): Promise<Placed>;
  /** Gives a release all the traffic. */
  switchTo(target: Target, placed: Placed): Promise<void>;
  live(target: Target, label: string, variables?: Variables): Promise<Placed>;
  /** Kills the gateway as a crash would, and waits until it is gone. */
  killGateway(): Promise<void>;
  end(): Promise<void>;
}

export async function createLocalWorld(): Promise<LocalWorld> {
  const world = await createDriverWorld();
  const { context, folder, remove } = world;
  const target = (service: Partial<ServiceConfig> = {}) =>
    targetOf(driver.facts, { start: 'exec node app.mjs', health, ...service });
  const place = async (to: Target, label: string, variables: Variables = {}) => {
    const artifact = await world.artifact(await appFiles(label));
    return driver.deploy(to, { version_id: `ver_${label}`, artifact, variables }, context());
  };
  const switchTo = async (to: Target, placed: Placed) =>
    driver.traffic?.(to, [{ ref: placed.ref, percent: 100 }], context());
  return {
    ...world,
    driver,
    target,
    place,
    switchTo,
    live: async (to, label, variables) => {
      const placed = await place(to, label, variables);
      await switchTo(to, placed);
      return placed;
    },
    killGateway: () => killGateway(folder),
    end: async () => {
      await localStop(folder, { services: 'stop' });
      await remove();
    },
  };
}

/** Ids of the living processes that have a text in their command line or their environment. */
export function processesWith(text: string): readonly number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return ids.filter((id) => isLiving(id) && textOf(id).includes(text)).map(Number);
}

const health = { ...FIXTURE_HEALTH, timeout: 8_000, interval: 50 };

async function killGateway(folder: string): Promise<void> {
  const { pid } = await localStatus(folder);
  if (pid === undefined) throw new Error('no gateway runs');
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => isLiving(String(pid)),
    (living) => !living,
  );
}

function isLiving(id: string): boolean {
  const stat = readProc(`${id}/stat`);
  return stat !== '' && !/\) [ZX] /.test(stat);
}

function textOf(id: string): string {
  return `${readProc(`${id}/cmdline`)}\0${readProc(`${id}/environ`)}`;
}

function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'latin1');
  } catch {
    return '';
  }
}
