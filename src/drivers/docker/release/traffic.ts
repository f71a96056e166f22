import type { DriverContext, Share, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { removeStopped } from '../engine/container.ts';
import { type Host, openHost } from '../host.ts';
import { routeName } from '../names.ts';
import { ensureProxy } from '../proxy/container.ts';
import { ensureRoute } from '../proxy/routes.ts';
import {
  assignSlots,
  drain,
  type ReleaseShare,
  readSlots,
  type SlotState,
  spreadShares,
  writeSlots,
} from '../proxy/slots.ts';
import { KEPT_IMAGES, removeImages } from './images.ts';
import { type ReplicaView, viewTarget } from './inspection.ts';
import { wakeReplicas } from './placement.ts';

/** Sets the shares between two requests. Requests under way are finished: nothing is stopped here. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const wanted = sharesByRelease(shares);
  const host = await openHost(target, context);
  await ensureProxy(host, context);
  const { releases, slots } = await viewTarget(host, target);
  const live: ReleaseShare[] = [];
  for (const [release, percent] of wanted) {
    const view = releases.find((one) => one.release === release);
    if (!view) throw gone(target, release);
    const asleep = view.replicas.filter(({ container }) => !container.State.Running);
    await wakeReplicas(host, target, namesOf(asleep), context);
    live.push({ addresses: view.replicas.map(({ address }) => address), percent });
  }
  await switchSlots(host, target, slots ?? (await newSlots(host, target)), live);
}

/** A host whose proxy was lost has the route no more. */
async function newSlots(host: Host, target: Target): Promise<SlotState> {
  await ensureRoute(host, target);
  const slots = await readSlots(host, routeName(target));
  if (slots) return slots;
  throw new DeployerError({ code: 'INTERNAL', stage: 'traffic', reason: `${routeName(target)} has no slots` });
}

async function switchSlots(
  host: Host,
  target: Target,
  before: SlotState,
  releases: readonly ReleaseShare[],
): Promise<void> {
  const slots = assignSlots(before.slots, spreadShares(before.slots, releases));
  if (slots.every((address, slot) => address === before.slots[slot])) return;
  await writeSlots(host, routeName(target), before, slots);
}

/** Drains, stops and deletes one release. One that is gone is no failure, one with traffic is refused. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const host = await openHost(target, context);
  const { releases } = await viewTarget(host, target);
  const view = releases.find(({ release }) => release === ref);
  if (!view) return;
  if (view.percent > 0) throw live(target, view.release);
  const { drain_timeout, stop_timeout } = host.options;
  const addresses = view.replicas.map(({ address }) => address);
  const state = await drain(host, addresses, drain_timeout, context);
  const [{ name }] = view.replicas;
  if (state === 'busy') context.log(`${name} is stopped with requests under way: drain_timeout is over`, 'info');
  await removeStopped(host.engine, namesOf(view.replicas), stop_timeout);
  await removeImages(host.engine, target, KEPT_IMAGES);
}

function namesOf(replicas: readonly ReplicaView[]): readonly string[] {
  return replicas.map(({ name }) => name);
}

function sharesByRelease(shares: readonly Share[]): ReadonlyMap<string, number> {
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  const sound = shares.every(({ percent }) => Number.isInteger(percent) && percent >= 0 && percent <= 100);
  if (!sound || (shares.length > 0 && sum !== 100))
    throw new DeployerError({ code: 'INTERNAL', stage: 'traffic', reason: `Shares add up to ${sum} instead of 100` });
  return new Map(shares.filter(({ percent }) => percent > 0).map(({ ref, percent }) => [String(ref), percent]));
}

function gone({ service, environment }: Target, release: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `The release ${release} of ${service.name} is not on the host any more`,
    fix: `Place it again: deployer redeploy --env ${environment}`,
  });
}

function live({ service }: Target, release: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The release ${release} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
