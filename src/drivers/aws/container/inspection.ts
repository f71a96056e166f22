import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../core/inspection.ts';
import { slotCounts } from './metrics.ts';
import { findSite, type Site } from './places.ts';
import { type Held, percentOf, readSlots, refOf, versionOf } from './slots.ts';

/** By the weights of the rule and what ECS says of both services. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const site = await findSite(target, context);
  if (!site) return { state: 'absent', releases: [] };
  const slots = await readSlots(site).catch(withoutThings);
  if (!slots) return { state: 'absent', releases: [] };
  const { entrance } = site.places;
  const split = slots.filter((held) => percentOf(held, slots) > 0).length > 1;
  const releases = await Promise.all(
    slots.flatMap((held) => (held.definition ? [release(site, held, { all: slots, split })] : [])),
  );
  return { state: 'present', releases, ...(entrance ? { url: entrance.url } : {}) };
}

/** Somebody has removed them. */
function withoutThings(error: unknown): undefined {
  if (hasCode(error, 'RuleNotFound', 'ClusterNotFound', 'ListenerNotFound', 'LoadBalancerNotFound')) return undefined;
  throw error;
}

async function release(
  site: Site,
  held: Held,
  { all, split }: { readonly all: readonly Held[]; readonly split: boolean },
): Promise<InspectedRelease> {
  const { entrance } = site.places;
  const internal = entrance?.checks?.[held.slot];
  const detail = detailOf(held);
  return {
    ref: refOf(held),
    version_id: versionOf(held),
    state: stateOf(held),
    percent: site.options.worker ? 100 : percentOf(held, all),
    ...(entrance ? { url: entrance.url } : {}),
    ...(internal ? { internal_url: internal } : {}),
    ...(held.definition?.registered_at ? { started_at: held.definition.registered_at.toISOString() } : {}),
    ...(detail ? { detail } : {}),
    // Figures cost a question each, and are asked for where two releases have users.
    ...(split ? await slotCounts(site, held) : {}),
  };
}

function stateOf({ service, definition }: Held): InspectedRelease['state'] {
  if (!service || service.desiredCount === 0) return 'stopped';
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  if (primary?.rolloutState === 'FAILED' || primary?.taskDefinition !== definition?.arn) return 'failed';
  const whole = primary?.rolloutState === 'COMPLETED' && service.deployments?.length === 1;
  return whole && (service.runningCount ?? 0) > 0 ? 'running' : 'starting';
}

function detailOf({ service }: Held): string | undefined {
  const primary = service?.deployments?.find(({ status }) => status === 'PRIMARY');
  if (primary?.rolloutState !== 'FAILED' && !primary?.failedTasks) return undefined;
  return primary.rolloutStateReason ?? service?.events?.[0]?.message;
}
