import type { Target } from '../../../core/driver.ts';
import type { Finding } from '../../../core/finding.ts';
import type { Host } from '../host.ts';
import { isClustered } from '../options.ts';
import { nodeNames } from './services.ts';

/** Whether a host manages a cluster, and all of its nodes can have the images. */
export async function clusterFinding(host: Host, { service }: Target): Promise<Finding | undefined> {
  if (host.options.orchestrator !== 'swarm') return undefined;
  const { body } = await host.engine.call<{ Swarm?: { ControlAvailable?: boolean } }>('GET', '/info', {
    doing: 'describe itself',
  });
  if (!body.Swarm?.ControlAvailable)
    return {
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `${service.name} is to run in a Swarm, and ${host.name} manages none`,
      path: `services.${service.name}.docker.hosts`,
      fix: 'Name a manager of the Swarm, or make one there: docker swarm init',
    };
  if (!isClustered(host.options)) return undefined;
  const nodes = (await nodeNames(host.engine)).size;
  if (nodes === 1 || host.options.registry) return undefined;
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `${service.name} is to run in a Swarm of ${nodes} nodes, which fetch its image from a registry`,
    path: `services.${service.name}.docker.registry`,
    fix: 'Name one that all nodes reach',
  };
}
