import type { DriverContext, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { type Host, openReachableAnyway } from '../host.ts';
import { containerName, releaseOf, routeName } from '../names.ts';
import { ensureEntrance } from '../proxy/entrance.ts';
import { assignSlots, holdRequests, type SlotState, spreadShares, writeSlots } from '../proxy/slots.ts';
import { longestWait } from '../traits.ts';
import { bringImage } from './image-transfer.ts';
import { keptOn } from './kept.ts';
import type { PlacedRelease } from './placed-release.ts';
import { createReplica } from './replicas.ts';
import { drained } from './retirement.ts';
import { gone, newSlots } from './traffic.ts';
import { viewTarget } from './view.ts';

/**
 * Puts a release in the place of the one that is live, for what may not run twice: requests wait in the proxy while the
 * old one ends and the new one comes up. When that fails, or is cut short, the old one is started again.
 */
export async function replaceRelease(
  host: Host,
  target: Target,
  request: PlaceRequest,
  context: DriverContext,
): Promise<string> {
  await bringImage(host, target, request.artifact, context);
  await ensureEntrance(host, target, context);
  const kept = await keptOn(host, target, request);
  const release = kept?.release ?? releaseOf(target, context.idempotencyKey);
  if (!kept) await createReplica(host, target, request, { release, name: containerName(target, release) });
  try {
    await handOver(host, target, release, context);
  } catch (error) {
    throw await putBack(target, { release, kept: kept !== undefined, error }, context);
  }
  return release;
}

interface Scene {
  readonly slots: SlotState;
  readonly incoming: PlacedRelease;
  /** Of all others. */
  readonly others: readonly PlacedRelease[];
  /** Addresses that have the requests, or had them before they were held. */
  readonly served: readonly string[];
}

async function sceneOf(host: Host, target: Target, release: string): Promise<Scene> {
  const { slots = await newSlots(host, target), releases } = await viewTarget(host, target);
  const incoming = releases.find((one) => one.release === release);
  if (!incoming) throw gone(target, release);
  const known = new Set(releases.flatMap(({ addresses }) => addresses));
  const inUse = slots.held ?? slots.slots.filter((address) => address !== null);
  return {
    slots,
    incoming,
    others: releases.filter((one) => one !== incoming),
    served: [...new Set(inUse)].filter((address) => known.has(address)),
  };
}

/** Ends with exactly this release running and having all requests. An earlier attempt may have got anywhere. */
export async function handOver(host: Host, target: Target, release: string, context: DriverContext): Promise<void> {
  const { slots, incoming, others, served } = await sceneOf(host, target, release);
  const running = others.filter(runs);
  if (running.length > 0) {
    if (!slots.held) await holdRequests(host, routeName(target), slots, served);
    await Promise.all(
      running.map(async (other) => {
        await drained(host, other, context);
        context.log(`stopping release ${other.release}, which may not run beside the new one`, 'info');
        await other.rest();
      }),
    );
  }
  await incoming.wake(context);
  await serve(host, target, [incoming]);
}

function runs({ instances }: PlacedRelease): boolean {
  return instances.some(({ started_at }) => started_at !== undefined);
}

async function serve(host: Host, target: Target, releases: readonly PlacedRelease[]): Promise<void> {
  const { slots } = await viewTarget(host, target);
  const before = slots ?? (await newSlots(host, target));
  const all = { addresses: releases.flatMap(({ addresses }) => addresses), percent: 100 };
  const after = assignSlots(before.slots, spreadShares(before.slots, [all]));
  if (before.held || after.some((address, slot) => address !== before.slots[slot]))
    await writeSlots(host, routeName(target), before, { slots: after, counting: 'uncounted' });
}

interface Failed {
  readonly release: string;
  /** It was there before: it stays, at rest. */
  readonly kept: boolean;
  readonly error: unknown;
}

/** Answers the failure, with what became of the old release where that could not be brought back. */
async function putBack(target: Target, { release, kept, error }: Failed, context: DriverContext): Promise<unknown> {
  try {
    await startOld(target, { release, kept }, context);
    return error;
  } catch (again) {
    if (!(error instanceof DeployerError)) return error;
    const why = again instanceof DeployerError ? again.failure.reason : 'it could not be started';
    const detail = [...(error.failure.detail ?? []), `the release before it was not brought back: ${why}`];
    return new DeployerError({ ...error.failure, detail }, error);
  }
}

/** With time of its own, as the run may have been cancelled. */
async function startOld(
  target: Target,
  { release, kept }: Pick<Failed, 'release' | 'kept'>,
  context: DriverContext,
): Promise<void> {
  const limit = longestWait(target.service, { drain_timeout: 0, stop_timeout: 60_000 });
  const scope = { ...context, signal: AbortSignal.timeout(limit), timeout: limit };
  const { hosts, unreachable } = await openReachableAnyway(target, context, limit);
  const [host] = hosts;
  if (!host) throw unreachable[0]?.error;
  const scene = await sceneOf(host, target, release);
  await (kept ? scene.incoming.rest() : scene.incoming.remove());
  // A call that was cut short may still be stopping it.
  if (context.signal.aborted && scene.slots.held) await Promise.all(servedOf(scene).map((old) => old.rest()));
  const { releases } = await viewTarget(host, target);
  const before = servedOf({ ...scene, others: releases.filter((one) => one.release !== release) });
  if (before.length === 0 && !scene.slots.held) return;
  try {
    for (const old of before) await old.wake(scope);
  } finally {
    // Whoever waits hears from the old release then, whatever it has to say.
    await serve(host, target, before);
  }
}

function servedOf({ others, served }: Pick<Scene, 'others' | 'served'>): readonly PlacedRelease[] {
  return others.filter(({ addresses }) => addresses.some((address) => served.includes(address)));
}
