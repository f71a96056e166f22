import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Target } from '../../../src/core/driver.ts';
import { openReachable } from '../../../src/drivers/docker/host.ts';
import { systemPeers } from '../../../src/system/peers.ts';

describe('a host that takes connections and never answers', () => {
  let server: Server;
  let engine: string;

  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    engine = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => void server.close());

  it('is given up before the time of the call is over', async () => {
    const limit = { signal: AbortSignal.timeout(1_000), timeout: 1_000 };
    const context = { settings: {}, ...limit, peers: systemPeers({ environment: {} }) };
    const target = { service: { options: { hosts: [{ engine }] } } } as unknown as Target;
    const { hosts, unreachable } = await openReachable(target, context as unknown as DriverContext);
    expect(hosts).toEqual([]);
    expect(unreachable).toMatchObject([{ name: engine, error: { code: 'TIMEOUT' } }]);
  });
});
