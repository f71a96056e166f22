import type { Target } from '../../../core/driver.ts';
import type { Host } from '../host.ts';
import { routeName } from '../names.ts';
import { readSlots, sharesOf } from '../proxy/slots.ts';
import { serviceReleases } from '../swarm/releases.ts';
import { containerReleases } from './container-releases.ts';
import type { TargetView } from './placed-release.ts';

/** What a host has of a target, by labels and slots: never by what we remember. */
export async function viewTarget(host: Host, target: Target): Promise<TargetView> {
  const slots = await readSlots(host, routeName(target));
  const shares = sharesOf(slots?.slots ?? []);
  const services = host.options.orchestrator === 'swarm' ? serviceReleases(host, target, shares) : [];
  const [own, clustered] = await Promise.all([containerReleases(host, target, shares), services]);
  return { slots, releases: [...own, ...clustered].toSorted((one, other) => one.created - other.created) };
}
