import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/vercel/driver.ts';
import { FIXTURE_HEALTH } from './driver-world.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';
import { Front } from './vercel/front.ts';

/** The output of a build that serves a label. */
export function builtFiles(label: string): Record<string, string> {
  const config = JSON.stringify({ version: 3, routes: [{ handle: 'filesystem' }] });
  return { 'config.json': config, 'static/index.html': label, 'static/healthz': 'ok' };
}

/** A project whose services are deployed to a Vercel of this machine. */
export interface VercelWorld extends QuickWorld {
  readonly front: Front;
}

export async function createVercelWorld(): Promise<VercelWorld> {
  const front = await Front.start();
  const world = await createQuickWorld({
    driver,
    url: front.url,
    has: (host) => host.endsWith('.vercel.app') || front.hosts.has(host),
    service: { health: { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 } },
    context: {
      credentials: { VERCEL_TOKEN: new Secret('goodtoken') },
      settings: { VERCEL_API_URL: front.url },
    },
    close: () => front.close(),
  });
  return { ...world, front };
}
