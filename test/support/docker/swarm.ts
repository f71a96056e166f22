import { until } from '../waiting.ts';
import { type Engine, hostEngine, once } from './engine.ts';
import type { Host } from './host.ts';
import { demand } from './images.ts';

/** A cluster of two nodes, with engines of its own, that the test run shares. */
export interface Swarm {
  /** The first manages; their names are those of the nodes, their addresses those of ports published by `mode=host`. */
  readonly nodes: readonly [manager: Engine & Host, worker: Engine & Host];
}

/** Hosts that `sshHosts` does not reach. */
const NODES = [12, 13] as const;
const IMAGES = ['busybox', 'caddy'] as const;
const PORT = 2377;

/**
 * Nodes have the images of the shell and the proxy; what services run comes from a `registry`, to which the image of Node
 * takes long. Small kernels have no IPVS: ports published by ingress and virtual addresses of services do not answer
 * then, `tasks.<service>` and ports with `mode=host` do.
 */
export function swarm(): Promise<Swarm> {
  return once('swarm', async () => {
    const [manager, worker] = await Promise.all([hostEngine(NODES[0], IMAGES), hostEngine(NODES[1], IMAGES)]);
    const listen = ({ address }: Host) => ({ ListenAddr: `${address}:${PORT}`, AdvertiseAddr: `${address}:${PORT}` });
    await demand(manager.socket, 'POST', '/swarm/init', {
      ...listen(manager),
      DefaultAddrPool: [OVERLAYS],
      SubnetSize: 24,
    });
    const { JoinTokens } = (await demand(manager.socket, 'GET', '/swarm')) as { JoinTokens: { Worker: string } };
    await demand(worker.socket, 'POST', '/swarm/join', {
      ...listen(worker),
      RemoteAddrs: [manager.address],
      JoinToken: JoinTokens.Worker,
    });
    await until(async () => (await readyNodes(manager)) === 2, 60_000);
    return { nodes: [manager, worker] as const };
  });
}

/** Apart from all other addresses of hosts and containers. */
const OVERLAYS = '10.240.0.0/16';

async function readyNodes({ socket }: Engine): Promise<number> {
  const nodes = await demand(socket, 'GET', '/nodes');
  return (nodes as { Status: { State: string } }[]).filter(({ Status }) => Status.State === 'ready').length;
}
