import { join } from 'node:path';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import type { Artifact } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver, DriverContext, Target } from '../../src/core/driver.ts';
import type { Http } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/netlify/driver.ts';
import { createProbe } from '../../src/health/probe.ts';
import { systemHttp } from '../../src/system/http.ts';
import { createDriverWorld, type DriverWorld, FIXTURE_HEALTH, targetOf } from './driver-world.ts';
import { NetlifyServer } from './netlify/server.ts';
import { putFiles, quickClock } from './quick-world.ts';

/** What `netlify build` leaves of a site that serves a label, with one function. */
export function builtFiles(label: string): Record<string, string> {
  const described = {
    name: 'hello',
    path: '/elsewhere/.netlify/functions/hello.zip',
    runtime: 'js',
    schedule: '@daily',
  };
  return {
    'dist/index.html': label,
    'dist/healthz': 'ok',
    '.netlify/functions/hello.zip': `the packed function of ${label}`,
    '.netlify/functions/manifest.json': JSON.stringify({ functions: [described], version: 1 }),
  };
}

/** A project whose services are deployed to a Netlify of this machine. */
export interface NetlifyWorld extends Omit<DriverWorld, 'artifact'> {
  readonly driver: Driver;
  readonly server: NetlifyServer;
  target(service?: Partial<ServiceConfig>, place?: Partial<Target>): Target;
  artifact(files: Readonly<Record<string, string>>): Promise<Artifact>;
  /** What a browser gets. */
  ask(url: string): Promise<string>;
  end(): Promise<void>;
}

export async function createNetlifyWorld(): Promise<NetlifyWorld> {
  const [world, server] = await Promise.all([createDriverWorld(), NetlifyServer.start()]);
  const http = browsing(server);
  const clock = quickClock();
  const processes = world.context().processes;
  const artifacts = openArtifactStore({ folder: join(world.root, '.deployer', 'artifacts') });
  const context = (given: Partial<DriverContext> = {}) =>
    world.context({
      http,
      clock,
      artifacts,
      probe: createProbe({ http, processes, clock }),
      credentials: { NETLIFY_AUTH_TOKEN: new Secret('goodtoken') },
      timeout: 3_000_000,
      ...given,
    });
  return {
    ...world,
    driver,
    server,
    context,
    target: (service, place) => ({
      ...targetOf(driver.facts, { health, ...service }, 'prod'),
      mode: 'production',
      ...place,
    }),
    artifact: (files) => putFiles(world, artifacts, files),
    ask: async (url) => Buffer.from((await http.send({ url, timeout: 5_000, reach: 'public' })).body).toString(),
    end: async () => {
      await server.close();
      await world.remove();
    },
  };
}

const health = { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 };

/** All that is Netlify's is this machine; everything else is what it says. */
function browsing({ port }: NetlifyServer): Http {
  const real = systemHttp();
  return {
    send: (request) => {
      const url = new URL(request.url);
      if (!/\.netlify\.(?:app|com)$/.test(url.hostname)) return real.send(request);
      const headers = { ...request.headers, host: url.hostname };
      const here = `http://127.0.0.1:${port}${url.pathname}${url.search}`;
      return real.send({ ...request, url: here, headers, reach: 'private' });
    },
  };
}
