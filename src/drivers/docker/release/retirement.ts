import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { type Host, leftHosts, openReachable, within } from '../host.ts';
import { readOptions } from '../options.ts';
import { drain } from '../proxy/slots.ts';
import { clearHost } from './destroy.ts';
import { on } from './groups.ts';
import { KEPT_IMAGES, removeImages } from './images.ts';
import type { PlacedRelease } from './placed-release.ts';
import { setTraffic } from './traffic.ts';
import { viewTarget } from './view.ts';

/**
 * Drains, stops and deletes one release on every host; one with traffic on any of them is refused. One that is gone is no
 * failure.
 */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  // Where placing gives a release its users, taking it back takes them away.
  if (context.undoing && !readOptions(target.service.options).overlap) await setTraffic(target, [], context);
  await onEachHost(target, ref, context, retireOn);
}

/** Drains and stops one release on every host, and keeps it there; one with traffic on any of them is refused. */
export function restRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  return onEachHost(target, ref, context, restOn);
}

async function onEachHost(
  target: Target,
  ref: Json,
  context: DriverContext,
  work: (host: Host, target: Target, view: PlacedRelease, context: DriverContext) => Promise<void>,
): Promise<void> {
  const { hosts, unreachable } = await openReachable(target, context);
  const found = await Promise.all(hosts.map(async (host) => ({ host, view: await findRelease(host, target, ref) })));
  if (found.some(({ view }) => view && view.percent > 0)) throw live(target, String(ref));
  await Promise.all(found.map(({ host, view }) => view && work(host, target, view, context)));
  const [lost] = unreachable;
  if (lost) throw on(lost, lost.error);
}

async function restOn(host: Host, target: Target, view: PlacedRelease, context: DriverContext): Promise<void> {
  if (view.instances.every(({ state }) => state === 'stopped')) return;
  await drained(host, view, context);
  await view.rest();
  context.log(`stopped release ${view.release}, which is kept for a roll-back`);
  await removeImages(host.engine, target, KEPT_IMAGES);
}

async function findRelease(host: Host, target: Target, ref: Json): Promise<PlacedRelease | undefined> {
  const { releases } = await viewTarget(host, target);
  return releases.find(({ release }) => release === ref);
}

async function retireOn(host: Host, target: Target, view: PlacedRelease, context: DriverContext): Promise<void> {
  await drained(host, view, context);
  await view.remove();
  await removeImages(host.engine, target, KEPT_IMAGES);
}

/** Waits for what is under way, but no longer than the owner wants to. */
export async function drained(host: Host, view: PlacedRelease, context: DriverContext): Promise<void> {
  const state = await drain(host, view.addresses, host.options.drain_timeout, context);
  if (state === 'busy')
    context.log(`release ${view.release} is stopped with requests under way: drain_timeout is over`, 'info');
}

/** For a host that is given up. */
const GIVEN_UP = 15_000;

/**
 * Clears hosts that an earlier config named: the service runs elsewhere now. One that does not answer is told of; it does
 * not keep a deploy from ending well.
 */
export async function sweepTarget(target: Target, context: DriverContext): Promise<void> {
  const { hosts: known, unreachable: silent } = await openReachable(target, context);
  const names = [...known, ...silent].map(({ name }) => name);
  const left = leftHosts(target, names);
  if (left.length === 0) return;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(GIVEN_UP)]);
  const { hosts, unreachable } = await openReachable(target, { ...context, signal }, left);
  for (const { name } of unreachable)
    context.log(`${name}, where ${target.service.name} ran before, does not answer: what it has there stays`);
  await Promise.all(hosts.map((host) => clearHost(within(host, context), target)));
}

function live({ service }: Target, release: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The release ${release} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
