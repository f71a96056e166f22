import type { Target } from '../../../core/driver.ts';
import type { Host } from '../host.ts';
import { routeName } from '../names.ts';
import { readSlots, sharesOf } from '../proxy/slots.ts';
import { serviceReleases } from '../swarm/releases.ts';
import { containerReleases } from './container-releases.ts';
import type { TargetView } from './placed-release.ts';

/** What a host has of a target, by labels and slots: never by what we remember. */
export async function viewTarget(host: Host, target: Target): Promise<TargetView> {
  const list = host.options.orchestrator === 'swarm' ? serviceReleases : containerReleases;
  const slots = await readSlots(host, routeName(target));
  return { slots, releases: await list(host, target, sharesOf(slots?.slots ?? [])) };
}
