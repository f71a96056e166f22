import type { DriverContext, Share, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { type Host, openHosts, openReachable, within } from '../host.ts';
import { routeName } from '../names.ts';
import { ensureProxy } from '../proxy/container.ts';
import { ensureRoute } from '../proxy/routes.ts';
import { assignSlots, type ReleaseShare, readSlots, type SlotState, spreadShares, writeSlots } from '../proxy/slots.ts';
import { inGroups, on } from './groups.ts';
import { viewTarget } from './view.ts';

/**
 * Sets the shares between two requests, on all hosts once every container that gets some runs on all of them. Requests
 * under way are finished: nothing is stopped here. When a host fails the groups of hosts after it are left as they are;
 * what takes back another step (`undoing`) does so wherever it still can, and then tells where it could not.
 */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const wanted = sharesByRelease(shares);
  if (context.undoing) return takeBack(target, wanted, context);
  const hosts = await openHosts(target, context);
  const found = new Map<string, Ready>();
  await inGroups(hosts, context, async (host, scope) => {
    found.set(host.name, await ready(within(host, scope), target, wanted, scope));
  });
  await inGroups(hosts, context, async (host, scope) => {
    const mine = found.get(host.name);
    if (mine) await switchHost(within(host, scope), target, mine);
  });
}

type Wanted = ReadonlyMap<string, number>;

async function takeBack(target: Target, wanted: Wanted, context: DriverContext): Promise<void> {
  const { hosts, unreachable } = await openReachable(target, context);
  const go = async (host: Host, to: Wanted) => switchHost(host, target, await ready(host, target, to, context));
  const tried = await Promise.allSettled(hosts.map((host) => go(host, wanted)));
  const isJoined = (error: unknown) => isGone(error) && tried.some(({ status }) => status === 'fulfilled');
  const ends = await Promise.allSettled(
    tried.map(async (end, index) => {
      const host = hosts[index];
      if (end.status === 'fulfilled' || !host) return;
      if (!isJoined(end.reason)) throw on(host, end.reason);
      await go(host, NOBODY).catch((error: unknown) => {
        throw on(host, error);
      });
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  const [lost] = unreachable;
  if (lost) throw on(lost, lost.error);
}

/** A host that the run has added had no users before: others have the release, and it does not. */
const NOBODY: Wanted = new Map();

function isGone(error: unknown): boolean {
  return error instanceof DeployerError && error.code === 'NOT_FOUND' && error.failure.stage === 'traffic';
}

/** A host on which everything runs that will get requests. */
interface Ready {
  readonly shares: readonly ReleaseShare[];
  readonly slots: SlotState | undefined;
}

/** One that was laid to rest is started again; one that is gone is a failure. */
async function ready(host: Host, target: Target, wanted: Wanted, context: DriverContext): Promise<Ready> {
  await ensureProxy(host, context);
  const { releases, slots } = await viewTarget(host, target);
  const live = [...wanted].map(([release, percent]) => {
    const view = releases.find((one) => one.release === release);
    if (!view) throw gone(target, release);
    return { view, percent };
  });
  for (const { view } of live) await view.wake(context);
  return { shares: live.map(({ view: { addresses }, percent }) => ({ addresses, percent })), slots };
}

async function switchHost(host: Host, target: Target, { shares, slots }: Ready): Promise<void> {
  const before = slots ?? (await newSlots(host, target));
  const after = assignSlots(before.slots, spreadShares(before.slots, shares));
  const counting = shares.length > 1 ? 'counted' : 'uncounted';
  if (after.some((address, slot) => address !== before.slots[slot]))
    await writeSlots(host, routeName(target), before, { slots: after, counting });
}

/** A host whose proxy was lost has the route no more. */
export async function newSlots(host: Host, target: Target): Promise<SlotState> {
  await ensureRoute(host, target);
  const slots = await readSlots(host, routeName(target));
  if (slots) return slots;
  throw new DeployerError({ code: 'INTERNAL', stage: 'traffic', reason: `${routeName(target)} has no slots` });
}

function sharesByRelease(shares: readonly Share[]): Wanted {
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  const sound = shares.every(({ percent }) => Number.isInteger(percent) && percent >= 0 && percent <= 100);
  if (!sound || (shares.length > 0 && sum !== 100))
    throw new DeployerError({ code: 'INTERNAL', stage: 'traffic', reason: `Shares add up to ${sum} instead of 100` });
  return new Map(shares.filter(({ percent }) => percent > 0).map(({ ref, percent }) => [String(ref), percent]));
}

export function gone({ service, environment }: Target, release: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `The release ${release} of ${service.name} is not on the host any more`,
    fix: `Place it again: deployer redeploy --env ${environment}`,
  });
}
