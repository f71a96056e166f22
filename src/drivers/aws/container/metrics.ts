import type { InspectedRelease } from '../../../core/inspection.ts';
import { requestCounts } from '../figures.ts';
import type { Site } from './places.ts';
import type { Held } from './slots.ts';

/** Requests and failures of a slot since its release was made, as the load balancer counts them. */
export async function slotCounts(
  site: Site,
  { slot, definition }: Held,
): Promise<Pick<InspectedRelease, 'requests' | 'errors' | 'uncounted'>> {
  const { entrance } = site.places;
  if (!entrance) return {};
  return requestCounts(site, {
    namespace: 'AWS/ApplicationELB',
    dimensions: {
      LoadBalancer: entrance.balancer.split(':loadbalancer/')[1] ?? '',
      TargetGroup: entrance.groups[slot].split(':').at(-1) ?? '',
    },
    requests: 'RequestCount',
    errors: 'HTTPCode_Target_5XX_Count',
    since: definition?.registered_at,
  });
}
