import { Secret } from '../../src/core/secret.ts';
import { driver as whole } from '../../src/drivers/aws/static/driver.ts';
import { type Edge, startEdge } from './aws/cloudfront/edge.ts';
import { type AwsServer, startAws } from './aws/server.ts';
import { FIXTURE_HEALTH } from './driver-world.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';

/** A project whose sites are deployed to an AWS of this machine. */
export interface AwsStaticWorld extends QuickWorld {
  readonly server: AwsServer;
  readonly edge: Edge;
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

export async function createAwsStaticWorld(): Promise<AwsStaticWorld> {
  const server = await startAws();
  const edge = await startEdge(server.world);
  const world = await createQuickWorld({
    driver: whole,
    url: edge.url,
    has: (host) => edge.has(host),
    service: {
      options: { kind: 'static' },
      health: { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 },
    },
    context: contextOf(server.environment()),
    close: async () => {
      await edge.close();
      await server.close();
    },
  });
  return { ...world, server, edge };
}

/** What the driver reads of an operator's environment. */
export function contextOf(environment: Readonly<Record<string, string>>) {
  const [keys, settings] = [true, false].map((secret) =>
    Object.entries(environment).filter(([name]) => KEYS.includes(name) === secret),
  );
  return {
    credentials: Object.fromEntries((keys ?? []).map(([name, value]) => [name, new Secret(value)])),
    settings: Object.fromEntries(settings ?? []),
  };
}
