import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Placed, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { namesOf, RELEASE_TAG, type Slot } from './names.ts';
import { Pace } from './pace.ts';
import { findSite, openSite, type Site } from './places.ts';
import { waitUntilReady } from './rollout.ts';
import { holds, isLive, readRef, readSlots } from './slots.ts';
import { startSlot } from './start.ts';
import { activeDefinitions, type Definition, deregister, describe, findDefinition, forget } from './task-definition.ts';

/** Its slot stays, empty: the service costs nothing without tasks, and the name of one that is deleted is taken for minutes. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const site = await findSite(target, context);
  const held = (await slotsIn(site)).find((one) => holds(one, readRef(ref)));
  if (!site) return;
  if (!held?.definition) return forgetRelease(site, ref);
  if (isLive(held) && (held.service?.desiredCount ?? 0) > 0) throw isInUse(target);
  await clearSlot(site, held.slot, held.definition);
}

/** A worker's earlier release has no slot any more: what it was made of is kept for a way back. */
async function forgetRelease(site: Site, ref: Json): Promise<void> {
  const definition = await findDefinition(site, namesOf(site.target).family, readRef(ref).release);
  if (definition) await forget(site, definition);
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

/**
 * Ends a release that did not become well. A worker's one slot goes back to what it ran before, whose tasks ECS keeps until
 * those of the new one are well.
 */
export async function takeBack(site: Site, slot: Slot, definition: Definition): Promise<void> {
  const earlier = site.options.worker ? await earlierThan(site, definition) : undefined;
  if (!earlier) return clearSlot(site, slot, definition);
  await runAgain(site, earlier);
  await forget(site, definition);
}

async function earlierThan(site: Site, { tags }: Definition): Promise<Definition | undefined> {
  for (const arn of await activeDefinitions(site, namesOf(site.target).family)) {
    const found = await describe(site, arn);
    if (found.tags[RELEASE_TAG] !== tags[RELEASE_TAG]) return found;
  }
  return undefined;
}

/** Has a worker run an earlier release. */
async function runAgain(site: Site, definition: Definition): Promise<void> {
  await startSlot(site, { slot: 'a', weight: 1, ...(await readSlots(site))[0] }, definition);
}

/** Ends the tasks of a slot, and takes what they were made of out of use. */
async function clearSlot(site: Site, slot: Slot, definition: Definition): Promise<void> {
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
  const pace = new Pace();
  for (;;) {
    const { services: [now] = [] } = await ecs.describeServices({ cluster, services: [service] });
    if (!now || (now.runningCount ?? 0) + (now.pendingCount ?? 0) === 0) return;
    await pace.wait(context);
  }
}

/** Definitions that no slot has any more, with their secrets. */
export async function forgetOthers(site: Site): Promise<void> {
  if (site.options.worker) return;
  const used = (await readSlots(site)).flatMap(({ definition }) => definition ?? []);
  for (const arn of await activeDefinitions(site, namesOf(site.target).family)) {
    if (used.some((one) => one.arn === arn)) continue;
    const other = await describe(site, arn);
    // Registered twice, since an answer was lost: the secrets are those of the one in use.
    const twin = used.some(({ tags }) => tags[RELEASE_TAG] === other.tags[RELEASE_TAG]);
    await (twin ? deregister(site, arn) : forget(site, other));
  }
}

/** For workers, of which a new release takes the place of the old one. */
export async function restoreRelease(target: Target, ref: Json, context: DriverContext): Promise<Placed> {
  const site = await openSite(target, context);
  const { release } = readRef(ref);
  const definition = await findDefinition(site, namesOf(target).family, release);
  if (!definition) throw isGone(target);
  await runAgain(site, definition);
  await waitUntilReady(site, { slot: 'a', definition, release });
  return { ref };
}

function isGone({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `The release of ${service.name} that was live before is not there any more`,
    fix: 'Roll back to its version, which places it anew',
  });
}

function isInUse({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `The release of ${service.name} has users: it is not removed`,
    fix: 'Give its traffic to another release first',
  });
}
