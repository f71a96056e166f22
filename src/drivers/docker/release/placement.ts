import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { toFailure } from '../../../core/errors.ts';
import { type Host, type Hosts, openHosts, openReachableAnyway, urlOf, within } from '../host.ts';
import { containerName, releaseOf, replicaNames } from '../names.ts';
import { isClustered } from '../options.ts';
import { ensureEntrance } from '../proxy/entrance.ts';
import { placeService } from '../swarm/placement.ts';
import { tasksName } from '../swarm/spec.ts';
import { inGroups } from './groups.ts';
import { bringImage } from './image-transfer.ts';
import { keptOn } from './kept.ts';
import { replaceRelease } from './replacement.ts';
import { placeReplicas } from './replicas.ts';
import { viewTarget } from './view.ts';

/** How long it may take to clear away a release that did not become healthy, also when the run was cancelled. */
const DISCARD_LIMIT = 60_000;

/**
 * Creates the containers of a release beside those that run, on all hosts, and waits until all are healthy; they have no
 * traffic yet. Every host has the image before anything else is touched. When one container does not become ready the
 * whole release is taken away again on every host, whatever the reason.
 */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const hosts = await openHosts(target, context);
  if (!hosts[0].options.overlap) return placed(hosts, target, await replaceRelease(hosts[0], target, request, context));
  const release = releaseOf(target, context.idempotencyKey);
  const names = replicaNames(target, release, hosts[0].options.replicas);
  await inGroups(hosts, context, (host, scope) => bringImage(host, target, request.artifact, scope));
  const kept = await keptEverywhere(hosts, target, request);
  if (kept !== undefined) return placed(hosts, target, await wakeRelease(hosts, target, kept, context));
  const touched = new Set<string>();
  try {
    await inGroups(hosts, context, async (host, scope) => {
      const mine = within(host, scope);
      await ensureEntrance(mine, target, scope);
      const making = { release, names, context: scope, onTouch: () => void touched.add(host.name) };
      if (!isClustered(host.options)) await placeReplicas(mine, target, request, making);
      else if (host === hosts[0]) await placeService(mine, target, request, making);
    });
  } catch (error) {
    if (touched.size > 0) await discard(target, { release, touched }, context).catch(tellLeft(context));
    throw error;
  }
  return placed(hosts, target, release);
}

/** Only what all hosts have can be taken again. */
async function keptEverywhere(hosts: Hosts, target: Target, request: PlaceRequest): Promise<string | undefined> {
  const kept = await Promise.all(hosts.map((host) => keptOn(host, target, request)));
  return kept.every((one) => one !== undefined) ? kept[0]?.release : undefined;
}

/** Starts a release that was kept; one that does not become healthy is laid to rest again. */
async function wakeRelease(hosts: Hosts, target: Target, release: string, context: DriverContext): Promise<string> {
  const find = async (host: Host) => (await viewTarget(host, target)).releases.find((one) => one.release === release);
  try {
    await inGroups(hosts, context, async (host, scope) => {
      const mine = within(host, scope);
      await ensureEntrance(mine, target, scope);
      await (await find(mine))?.wake(scope);
    });
  } catch (error) {
    await layDown().catch(tellLeft(context));
    throw error;
  }
  return release;

  async function layDown(): Promise<void> {
    const { hosts: left } = await openReachableAnyway(target, context, DISCARD_LIMIT);
    await Promise.all(left.map(async (host) => (await find(host))?.rest()));
  }
}

/** The failure to report is the one that came before. What is left goes with the next deploy. */
function tellLeft({ log }: DriverContext): (error: unknown) => void {
  return (error) => log(`what was begun could not be taken away: ${toFailure(error).reason}`, 'info');
}

/** A host that is gone keeps what it has. */
async function discard(
  target: Target,
  { release, touched }: { readonly release: string; readonly touched: ReadonlySet<string> },
  context: DriverContext,
): Promise<void> {
  const { hosts } = await openReachableAnyway(target, context, DISCARD_LIMIT);
  const ends = await Promise.allSettled(
    hosts
      .filter(({ name }) => touched.has(name))
      .map(async (host) => {
        const { releases } = await viewTarget(host, target);
        await releases.find((one) => one.release === release)?.remove();
      }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

export function placed([first]: Hosts, target: Target, release: string): Placed {
  const url = urlOf(first);
  const own = containerName(target, release);
  const name = isClustered(first.options) ? tasksName(own) : own;
  const inner = first.options.worker ? {} : { internal_url: `http://${name}:${first.options.port}` };
  return { ref: release, ...(url ? { url } : {}), ...inner };
}
