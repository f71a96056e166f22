import type { ServiceConfig } from '../../core/config.ts';
import type { Capability, TargetTraits } from '../../core/driver.ts';
import { type DockerOptions, isClustered } from './options.ts';
import { readVolume } from './standing-options.ts';

/** What the options leave of what the driver can. */
export function traitsOf(
  service: Pick<ServiceConfig, 'health' | 'timeout'>,
  options: DockerOptions,
  all: readonly Capability[],
): TargetTraits {
  const capabilities = all.filter((one) => !lost(options).includes(one));
  const data = options.volumes.some((volume) => readVolume(volume).from.kind === 'named');
  return {
    capabilities,
    ...(options.overlap || options.worker ? {} : { wait: longestWait(service, options) }),
    ...(options.image === undefined ? {} : { longLived: true as const }),
    ...(data ? { data: true as const } : {}),
  };
}

function lost(options: DockerOptions): readonly Capability[] {
  if (isClustered(options)) return ['rollback'];
  return options.overlap ? [] : ['switch', 'weights', 'metrics', 'latency'];
}

/** From the first request that is held until the new release has passed its gate, ms. */
export function longestWait(
  { health, timeout }: Pick<ServiceConfig, 'health' | 'timeout'>,
  { drain_timeout, stop_timeout }: Pick<DockerOptions, 'drain_timeout' | 'stop_timeout'>,
): number {
  return drain_timeout + stop_timeout + (health?.timeout ?? timeout);
}
