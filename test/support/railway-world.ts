import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/railway/driver.ts';
import { systemSockets } from '../../src/system/sockets.ts';
import { FIXTURE_HEALTH } from './driver-world.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';
import { RailwayServer } from './railway/server.ts';

/** A project whose services are deployed to a Railway of this machine. */
export interface RailwayWorld extends QuickWorld {
  readonly railway: RailwayServer;
}

export async function createRailwayWorld(): Promise<RailwayWorld> {
  const railway = await RailwayServer.start();
  const world = await createQuickWorld({
    driver,
    url: railway.url,
    has: (host) => host.endsWith('.up.railway.app'),
    service: { health: FIXTURE_HEALTH, start: 'node app.mjs' },
    context: {
      sockets: systemSockets,
      credentials: { RAILWAY_API_TOKEN: new Secret('goodtoken') },
      settings: { RAILWAY_API_URL: railway.url },
    },
    close: () => railway.close(),
  });
  return { ...world, railway };
}
