import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { passOwnCheck } from '../../own-host-check.ts';
import { dashboardOf } from './dashboard.ts';
import { bringImage } from './images.ts';
import { forgetJobs } from './job.ts';
import { isStillWanted } from './kept.ts';
import { namesOf, releaseOf, type Slot } from './names.ts';
import { openSite, type Site } from './places.ts';
import { forgetOthers, takeBack } from './retirement.ts';
import { lastLines, waitUntilReady } from './rollout.ts';
import { type Held, holds, isLive, readRef, readSlots, refOf } from './slots.ts';
import { startSlot } from './start.ts';
import { type Definition, ensureDefinition, streamOf } from './task-definition.ts';

/** Into the slot without users: its service gets the new release, and is waited for. The other slot is not touched. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const site = await openSite(target, context);
  const slots = await readSlots(site);
  const kept =
    request.kept === undefined ? undefined : slots.find((held) => holds(held, readRef(request.kept ?? null)));
  if (kept?.definition && kept.service && (await isStillWanted(site, kept.definition, request.variables)))
    return wake(site, kept, kept.definition, request);
  const release = releaseOf(context.idempotencyKey);
  const again = slots.find((held) => holds(held, { slot: held.slot, release }));
  const idle = again ?? idleOf(site, slots);
  if (!idle) throw bothLive(target);
  const family = namesOf(target).family;
  const image = await bringImage(site, request.artifact);
  const wish = { request, release, image, family, stream: streamOf(family, release) };
  const definition = await ensureDefinition(site, wish);
  await startSlot(site, idle, definition);
  const placed = await finish(site, { slot: idle.slot, definition, request, release });
  await forgetJobs(site);
  await forgetOthers(site);
  return placed;
}

/** Before the first release the rule sends everybody to a slot that is empty: that is not the one to fill unseen. */
function idleOf({ options }: Site, slots: readonly Held[]): Held | undefined {
  if (options.worker) return slots[0];
  return slots.find(({ weight }) => weight === 0) ?? slots.find((held) => !isLive(held));
}

/** A release that was at rest: its task definition has its image, variables and secrets. */
async function wake(site: Site, held: Held, definition: Definition, request: PlaceRequest): Promise<Placed> {
  await startSlot(site, held, definition);
  const { release } = readRef(refOf({ ...held, definition }));
  return finish(site, { slot: held.slot, definition, request, release });
}

interface Started {
  readonly slot: Slot;
  readonly definition: Definition;
  readonly request: PlaceRequest;
  readonly release: string;
}

/** What does not become well has no tasks any more when this fails: they would cost money and be started for ever. */
async function finish(site: Site, started: Started): Promise<Placed> {
  const { slot, definition } = started;
  const placed = placedOf(site, { slot, weight: 0, definition });
  try {
    await waitUntilReady(site, started);
    await ownCheck(site, started, placed);
    return placed;
  } catch (error) {
    const failed = error instanceof DeployerError && error.code === 'HEALTH_CHECK_FAILED';
    if (failed) await takeBack(site, slot, definition).catch(() => undefined);
    throw error;
  }
}

async function ownCheck(site: Site, started: Started, { internal_url: url }: Placed): Promise<void> {
  const { target, context } = site;
  if (url === undefined || target.service.health?.kind === 'command') return;
  await passOwnCheck({
    target,
    request: started.request,
    context,
    url,
    lines: () => lastLines(site, started),
    keptOut: {
      statuses: /^(?:no answer|timed out|connection)/i,
      fix: 'Add the address of this machine to aws.check_from',
    },
  });
}

function placedOf({ places, target }: Site, held: Held): Placed {
  const { entrance } = places;
  const internal = entrance?.checks?.[held.slot];
  return {
    ref: refOf(held),
    dashboard_url: dashboardOf(places, namesOf(target).service(held.slot)),
    ...(entrance ? { url: entrance.url } : {}),
    ...(internal ? { internal_url: internal } : {}),
  };
}

function bothLive({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `Two releases of ${service.name} have users, and there is no third place for another`,
    fix: 'End the canary first: deployer canary promote, or deployer canary abort',
  });
}
