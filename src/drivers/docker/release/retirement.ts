import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { type Identity, identityOf } from '../../image/engine/identity.ts';
import { type Host, leftHosts, noteOf, openReachable } from '../host.ts';
import { readOptions } from '../options.ts';
import { drain } from '../proxy/slots.ts';
import { clearHost } from './destroy.ts';
import { on } from './groups.ts';
import { KEPT_IMAGES, removeImages } from './images.ts';
import type { PlacedRelease } from './placed-release.ts';
import { setTraffic } from './traffic.ts';
import { viewTarget } from './view.ts';
import { listVolumes } from './volumes.ts';

/**
 * Drains, stops and deletes one release on every host; one with traffic on any of them is refused. One that is gone is no
 * failure.
 */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  // Where placing gives a release its users, taking it back takes them away.
  if (context.undoing && !readOptions(target.service.options).overlap) await setTraffic(target, [], context);
  await onEachHost(target, ref, context, { drains: () => true, work: retireOn });
}

/** Drains and stops one release on every host, and keeps it there; one with traffic on any of them is refused. */
export function restRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  return onEachHost(target, ref, context, { drains: isUp, work: restOn });
}

interface Ending {
  /** Whether there is anything to do. */
  drains(view: PlacedRelease): boolean;
  work(host: Host, target: Target, view: PlacedRelease, context: DriverContext): Promise<void>;
}

/** Drained everywhere before anything is stopped: what one manager of a cluster stops, the proxies of others may be using. */
async function onEachHost(target: Target, ref: Json, context: DriverContext, { drains, work }: Ending): Promise<void> {
  const { hosts, unreachable } = await openReachable(target, context);
  const found = await Promise.all(hosts.map(async (host) => ({ host, view: await findRelease(host, target, ref) })));
  if (found.some(({ view }) => view && view.percent > 0)) throw live(target, String(ref));
  const there = found.flatMap(({ host, view }) => (view && drains(view) ? [{ host, view }] : []));
  await Promise.all(there.map(({ host, view }) => drained(host, view, context)));
  await Promise.all(there.map(({ host, view }) => work(host, target, view, context)));
  const [lost] = unreachable;
  if (lost) throw on(lost, lost.error);
}

function isUp({ instances }: PlacedRelease): boolean {
  return instances.some(({ state }) => state !== 'stopped');
}

async function restOn(host: Host, target: Target, view: PlacedRelease, context: DriverContext): Promise<void> {
  await view.rest();
  context.log(`stopped release ${view.release}, which is kept for a roll-back`);
  await removeImages(host.engine, target, KEPT_IMAGES);
}

async function findRelease(host: Host, target: Target, ref: Json): Promise<PlacedRelease | undefined> {
  const { releases } = await viewTarget(host, target);
  return releases.find(({ release }) => release === ref);
}

async function retireOn(host: Host, target: Target, view: PlacedRelease): Promise<void> {
  await view.remove();
  await removeImages(host.engine, target, KEPT_IMAGES);
}

/** Waits for what is under way, but no longer than the owner wants to. */
export async function drained(host: Host, view: PlacedRelease, context: DriverContext): Promise<void> {
  const state = await drain(host, view.addresses, host.options.drain_timeout, context);
  if (state === 'busy')
    context.log(`release ${view.release} is stopped with requests under way: drain_timeout is over`, 'info');
}

/**
 * Clears hosts that an earlier config named: the service runs elsewhere now. One that does not answer is told of, and stays on
 * the list; it does not keep a deploy from ending well.
 */
export async function sweepTarget(target: Target, context: DriverContext): Promise<Json | undefined> {
  const { hosts: known, unreachable: silent } = await openReachable(target, context);
  const names = [...known, ...silent].map(({ name }) => name);
  const left = leftHosts(target, names);
  // A host that is silent now may be one of those by another name.
  if (left.length === 0 || silent.length > 0) return undefined;
  const { hosts, unreachable } = await openReachable(target, context, left);
  for (const { name } of unreachable)
    context.log(`${name}, where ${target.service.name} ran before, does not answer: what it has there stays`);
  const own = await Promise.all(known.map(({ engine }) => identityOf(engine)));
  const cleared = await Promise.all(
    hosts.map(async (host) => ((await clearLeft(host, target, own)) ? [host.name] : [])),
  );
  const still = left.filter(({ engine }) => !cleared.flat().includes(engine));
  return { ...(target.resource as JsonObject), hosts: [...known.map(noteOf), ...still] as unknown as Json };
}

/**
 * One that is in use by another name is none of those, and services of a cluster that is in use are not its own. Answers
 * whether nothing is left there: who destroys the target later may want its data gone.
 */
async function clearLeft(host: Host, target: Target, own: readonly Identity[]): Promise<boolean> {
  const { id } = await identityOf(host.engine);
  if (own.some((one) => one.id === id)) return true;
  await clearHost(
    host,
    target,
    own.flatMap(({ cluster }) => cluster ?? []),
  );
  return (await listVolumes(host.engine, target)).length === 0;
}

function live({ service }: Target, release: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The release ${release} of ${service.name} has users`,
    fix: 'Move them to another release first',
  });
}
