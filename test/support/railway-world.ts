import { join } from 'node:path';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, DriverContext, Target } from '../../src/core/driver.ts';
import type { Http } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/railway/driver.ts';
import { createProbe } from '../../src/health/probe.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemSockets } from '../../src/system/sockets.ts';
import { createDriverWorld, type DriverWorld, FIXTURE_HEALTH, targetOf } from './driver-world.ts';
import { putFiles, quickClock } from './quick-world.ts';
import { RailwayServer } from './railway/server.ts';

/** A project whose services are deployed to a Railway of this machine. */
export interface RailwayWorld extends Omit<DriverWorld, 'artifact'> {
  readonly driver: Driver;
  readonly railway: RailwayServer;
  target(service?: Partial<ServiceConfig>, place?: Partial<Target>): Target;
  artifact(files: Readonly<Record<string, string>>): Promise<Artifact>;
  /** What a browser gets. */
  ask(url: string): Promise<string>;
  end(): Promise<void>;
}

export async function createRailwayWorld(): Promise<RailwayWorld> {
  const [world, railway] = await Promise.all([createDriverWorld(), RailwayServer.start()]);
  const http = browsing(railway);
  const clock = quickClock();
  const artifacts = openArtifactStore({ folder: join(world.root, '.deployer', 'artifacts') });
  const context = (given: Partial<DriverContext> = {}) =>
    world.context({
      http,
      clock,
      artifacts,
      sockets: systemSockets,
      probe: createProbe({ http, processes: world.context().processes, clock }),
      credentials: { RAILWAY_API_TOKEN: new Secret('goodtoken') },
      settings: { RAILWAY_API_URL: railway.url },
      timeout: 3_000_000,
      ...given,
    });
  return {
    ...world,
    driver,
    railway,
    context,
    target: (service, place) => ({
      ...targetOf(driver.facts, { health: FIXTURE_HEALTH, start: 'node app.mjs', ...service }, 'prod'),
      mode: 'production',
      ...place,
    }),
    artifact: (files) => putFiles(world, artifacts, files),
    ask: async (url) => Buffer.from((await http.send({ url, timeout: 5_000, reach: 'public' })).body).toString(),
    end: async () => {
      await railway.close();
      await world.remove();
    },
  };
}

/** Hosts of Railway's are this machine; everything else is what it says. */
function browsing(railway: RailwayServer): Http {
  const real = systemHttp();
  return {
    send: (request) => {
      const url = new URL(request.url);
      if (!url.hostname.endsWith('.up.railway.app')) return real.send(request);
      const headers = { ...request.headers, host: url.hostname };
      return real.send({ ...request, url: `${railway.url}${url.pathname}`, headers, reach: 'private' });
    },
  };
}
