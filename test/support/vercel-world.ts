import { join } from 'node:path';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, DriverContext, Target } from '../../src/core/driver.ts';
import type { Http } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/vercel/driver.ts';
import { createProbe } from '../../src/health/probe.ts';
import { systemHttp } from '../../src/system/http.ts';
import { createDriverWorld, type DriverWorld, FIXTURE_HEALTH, targetOf } from './driver-world.ts';
import { putFiles, quickClock } from './quick-world.ts';
import { Front } from './vercel/front.ts';

/** The output of a build that serves a label. */
export function builtFiles(label: string): Record<string, string> {
  const config = JSON.stringify({ version: 3, routes: [{ handle: 'filesystem' }] });
  return { 'config.json': config, 'static/index.html': label, 'static/healthz': 'ok' };
}

/** A project whose services are deployed to a Vercel of this machine. */
export interface VercelWorld extends Omit<DriverWorld, 'artifact'> {
  readonly driver: Driver;
  readonly front: Front;
  target(service?: Partial<ServiceConfig>, place?: Partial<Target>): Target;
  artifact(files: Readonly<Record<string, string>>): Promise<Artifact>;
  /** What a browser gets. */
  ask(url: string): Promise<string>;
  end(): Promise<void>;
}

export async function createVercelWorld(): Promise<VercelWorld> {
  const [world, front] = await Promise.all([createDriverWorld(), Front.start()]);
  const http = browsing(front);
  const clock = quickClock();
  const processes = world.context().processes;
  const artifacts = openArtifactStore({ folder: join(world.root, '.deployer', 'artifacts') });
  const context = (given: Partial<DriverContext> = {}) =>
    world.context({
      http,
      clock,
      artifacts,
      probe: createProbe({ http, processes, clock }),
      credentials: { VERCEL_TOKEN: new Secret('goodtoken') },
      settings: { VERCEL_API_URL: front.url },
      timeout: 3_000_000,
      ...given,
    });
  return {
    ...world,
    driver,
    front,
    context,
    target: (service, place) => ({
      ...targetOf(driver.facts, { health, ...service }, 'prod'),
      mode: 'production',
      ...place,
    }),
    artifact: (files) => putFiles(world, artifacts, files),
    ask: async (url) => Buffer.from((await http.send({ url, timeout: 5_000, reach: 'public' })).body).toString(),
    end: async () => {
      await front.close();
      await world.remove();
    },
  };
}

const health = { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 };

/** Hosts of Vercel are this machine; everything else is what it says. */
function browsing(front: Front): Http {
  const real = systemHttp();
  return {
    send: (request) => {
      const url = new URL(request.url);
      if (!url.hostname.endsWith('.vercel.app') && !front.hosts.has(url.hostname)) return real.send(request);
      const headers = { ...request.headers, host: url.hostname };
      return real.send({ ...request, url: `${front.url}${url.pathname}`, headers, reach: 'private' });
    },
  };
}
