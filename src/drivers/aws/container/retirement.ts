import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Placed, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { namesOf, type Slot } from './names.ts';
import { findSite, openSite, type Site } from './places.ts';
import { holds, isLive, readRef, readSlots } from './slots.ts';
import { activeDefinitions, type Definition, describe, forget } from './task-definition.ts';

const EVERY = 3_000;

/** Its slot stays, empty: the service costs nothing without tasks, and the name of one that is deleted is taken for minutes. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const site = await findSite(target, context);
  const held = (await slotsIn(site)).find((one) => holds(one, readRef(ref)));
  if (!site || !held?.definition) return;
  if (isLive(held) && (held.service?.desiredCount ?? 0) > 0) throw isInUse(target);
  await clearSlot(site, held.slot, held.definition);
}

/** Stops the tasks of a release without users, and keeps what it is made of. */
export async function restRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const site = await findSite(target, context);
  const held = (await slotsIn(site)).find((one) => holds(one, readRef(ref)));
  if (!site || !held) return;
  if (isLive(held)) throw isInUse(target);
  await scaleToNone(site, held.slot);
}

async function slotsIn(site: Site | undefined) {
  return site ? readSlots(site) : [];
}

/** Ends the tasks of a slot, and takes what they were made of out of use. */
export async function clearSlot(site: Site, slot: Slot, definition: Definition): Promise<void> {
  await scaleToNone(site, slot);
  await forget(site, definition);
}

async function scaleToNone({ account, places, target, context }: Site, slot: Slot): Promise<void> {
  const ecs = await account.aws.ecs();
  const service = namesOf(target).service(slot);
  const { cluster } = places;
  try {
    await ecs.updateService({ cluster, service, desiredCount: 0 });
  } catch (error) {
    if (hasCode(error, 'ServiceNotFound', 'ServiceNotActive', 'ClusterNotFound')) return;
    throw error;
  }
  for (;;) {
    const { services: [now] = [] } = await ecs.describeServices({ cluster, services: [service] });
    if (!now || (now.runningCount ?? 0) + (now.pendingCount ?? 0) === 0) return;
    await context.clock.sleep(EVERY, context.signal);
  }
}

/** Definitions that no slot has any more, with their secrets. */
export async function forgetOthers(site: Site): Promise<void> {
  const used = new Set((await readSlots(site)).map(({ definition }) => definition?.arn));
  for (const arn of await activeDefinitions(site, namesOf(site.target).family))
    if (!used.has(arn)) await forget(site, await describe(site, arn));
}

/** For workers, of which a new release takes the place of the old one. */
export async function restoreRelease(target: Target, ref: Json, context: DriverContext): Promise<Placed> {
  await openSite(target, context);
  return { ref };
}

function isInUse({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `The release of ${service.name} has users: it is not removed`,
    fix: 'Give its traffic to another release first',
  });
}
