import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import type { Artifact, ArtifactStore } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, DriverContext, Target } from '../../src/core/driver.ts';
import { DeployerError, isTemporary } from '../../src/core/errors.ts';
import type { Clock, Http } from '../../src/core/ports.ts';
import { createProbe } from '../../src/health/probe.ts';
import { systemHttp } from '../../src/system/http.ts';
import { createDriverWorld, type DriverWorld, targetOf } from './driver-world.ts';

/** A platform of this machine that plays one of the internet. */
export interface PlayedPlatform {
  readonly driver: Driver;
  /** Where it listens. */
  readonly url: string;
  /** Whether it has this host; everything else is what it says. */
  has(host: string): boolean;
  readonly service: Partial<ServiceConfig>;
  readonly context: Pick<DriverContext, 'credentials'> & Partial<DriverContext>;
  /** How many times faster time passes; less where each look is dear and waits for a process anyway. */
  readonly speed?: number;
  close(): Promise<void>;
}

/** A project whose services are deployed to such a platform, in a quick time. */
export interface QuickWorld extends Omit<DriverWorld, 'artifact'> {
  readonly driver: Driver;
  target(service?: Partial<ServiceConfig>, place?: Partial<Target>): Target;
  /** A target as it is once it was provisioned. */
  provisioned(target: Target): Promise<Target>;
  artifact(files: Readonly<Record<string, string>>): Promise<Artifact>;
  /** What a browser gets. */
  ask(url: string): Promise<string>;
  end(): Promise<void>;
}

export async function createQuickWorld(platform: PlayedPlatform): Promise<QuickWorld> {
  const world = await createDriverWorld();
  const { driver } = platform;
  const http = browsing(platform);
  const clock = quickClock(platform.speed ?? SPEED);
  const artifacts = openArtifactStore({ folder: join(world.root, '.deployer', 'artifacts') });
  const probe = createProbe({ http, processes: world.context().processes, clock });
  const common = { http, clock, artifacts, probe, timeout: 3_000_000, ...platform.context };
  const context: DriverWorld['context'] = (given) => world.context({ ...common, ...given });
  return {
    ...world,
    driver,
    context,
    target: (service, place) => ({
      ...targetOf(driver.facts, { ...platform.service, ...service }, 'prod'),
      mode: 'production',
      ...place,
    }),
    provisioned: async (target) => {
      const made = await driver.provision?.(target, context());
      return { ...target, resource: made?.resource ?? null };
    },
    artifact: (files) => putFiles(world, artifacts, files),
    ask: async (url) => Buffer.from((await http.send({ url, timeout: 5_000, reach: 'public' })).body).toString(),
    end: async () => {
      await platform.close();
      await world.remove();
    },
  };
}

function browsing({ url: here, has }: PlayedPlatform): Http {
  const real = systemHttp();
  return {
    send: (request) => {
      const { host, hostname, pathname, search } = new URL(request.url);
      if (!has(hostname)) return real.send(request);
      const headers = { ...request.headers, host };
      return real.send({ ...request, url: `${here}${pathname}${search}`, headers, reach: 'private' });
    },
  };
}

/** As people do who try again while it may help. */
export async function persistently<T>(
  work: (context: DriverContext) => Promise<T> | undefined,
  context: DriverContext,
  most = 8,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await (work(context) ?? Promise.reject(new Error('the driver does not do this')));
    } catch (error) {
      if (!isTemporary(error) || tries >= most) throw error;
    }
  }
}

/** What a plan would refuse for now may pass. */
export async function requireSound(driver: Driver, target: Target, context: DriverContext): Promise<void> {
  const finding = (await driver.preflight(target, context)).find(({ level }) => level === 'error');
  if (finding) throw new DeployerError({ code: finding.code, reason: finding.message });
}

/** Official intervals are seconds. */
const SPEED = 100;

function quickClock(speed: number): Clock {
  const begun = performance.now();
  return {
    now: () => Date.now(),
    monotonic: () => (performance.now() - begun) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const timer = setTimeout(end, ms / speed);
        const abort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}

/** Puts files into a store that knows them one by one, as platforms with digests want it. */
async function putFiles(
  { root }: Pick<DriverWorld, 'root'>,
  store: ArtifactStore,
  files: Readonly<Record<string, string>>,
): Promise<Artifact> {
  const folder = await mkdtemp(join(root, 'build-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const artifact = await store.put(folder);
  await rm(folder, { recursive: true });
  return artifact;
}
