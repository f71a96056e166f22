import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/netlify/driver.ts';
import { FIXTURE_HEALTH } from './driver-world.ts';
import { NetlifyServer } from './netlify/server.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';

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
export interface NetlifyWorld extends QuickWorld {
  readonly server: NetlifyServer;
}

export async function createNetlifyWorld(): Promise<NetlifyWorld> {
  const server = await NetlifyServer.start();
  const world = await createQuickWorld({
    driver,
    url: `http://127.0.0.1:${server.port}`,
    has: (host) => /\.netlify\.(?:app|com)$/.test(host),
    service: { health: { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 } },
    context: { credentials: { NETLIFY_AUTH_TOKEN: new Secret('goodtoken') } },
    close: () => server.close(),
  });
  return { ...world, server };
}
