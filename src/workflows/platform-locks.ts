import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { Driver } from '../core/driver.ts';
import { DeployerError, toFailure } from '../core/errors.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { EnvironmentState } from '../core/state.ts';
import type { FailedPlace, PlaceLocks } from '../state/held-places.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import { holderOf, type Locked, type LockWish } from './lock.ts';
import type { Workspace } from './workspace.ts';

/** For one call to a platform about its lock, ms. A run that was stopped waits no longer for it. */
const LIMIT = 10_000;

/** The services whose platforms are locked. */
export interface LockedServices {
  readonly environment: Pick<EnvironmentConfig, 'name' | 'mode' | 'services'>;
  readonly state: EnvironmentState | undefined;
}

/** What a run has to do with the locks of its platforms. */
export interface PlatformLocks extends Pick<PlaceLocks, 'assertHeld'> {
  /**
   * Throws when no place of a service that the plan is about could be locked. Where it runs in several places, one that is
   * locked keeps others out: what to make of those that do not answer is for the steps to say.
   */
  require(plan: Plan): void;
}

interface UnderPlatformLocks extends LockedServices {
  readonly wish: LockWish;
  readonly locked: Locked;
}

/**
 * Works under the locks that the platforms of an environment keep, where they keep one: operators who share no state meet
 * there. They are let go however the work ends; where that fails it is told, and the next run from here takes over.
 */
export async function underPlatformLocks<T>(
  { wish, locked, ...services }: UnderPlatformLocks,
  work: (locks: PlatformLocks) => Promise<T>,
): Promise<T> {
  const { workspace, tell } = wish;
  const places = await lockPlaces(workspace, services);
  if (places.length === 0) return work({ assertHeld: async () => {}, require: () => {} });
  const held = await workspace.state.lockPlaces(locked.lock, {
    places,
    wait_ms: locked.waitLeft(),
    signal: locked.stop,
    onWait: (holder, { name }) => tell?.(`waiting for ${holderOf(holder)}, which holds ${name}`),
    onTakeOver: (holder, { name }) =>
      tell?.(`took over ${name} from ${holderOf(holder)}: it ended without releasing it`),
  });
  try {
    return await work({ assertHeld: held.assertHeld, require: (plan) => requireLocked(places, held.missed, plan) });
  } finally {
    for (const { place, error } of await held.release()) tell?.(stillLocked(place, error));
  }
}

/** Where the platforms of these services keep the environment's lock. */
export async function lockPlaces(
  workspace: Workspace,
  { environment, state }: LockedServices,
): Promise<readonly LockPlace[]> {
  const places: LockPlace[] = [];
  for (const [name, services] of servicesByDriver(environment)) {
    const facts = await workspace.runtime.drivers.facts(name);
    if (!facts?.capabilities.includes('lock')) continue;
    const [first] = services;
    if (!first) continue;
    const driver = await requireDriver(workspace, first);
    const targets = services.map((service) =>
      targetOf(workspace.config, environment, service, state?.resources[service.name] ?? null),
    );
    places.push(...((await driver.locks?.(targets, await contextOf(workspace, driver, first))) ?? []));
  }
  return places;
}

function contextOf(workspace: Workspace, driver: Driver, service: ServiceConfig) {
  return driverContext(workspace, driver, service, {
    signal: new AbortController().signal,
    timeout: LIMIT,
    key: 'lock',
  });
}

function servicesByDriver({ services }: LockedServices['environment']): ReadonlyMap<string, readonly ServiceConfig[]> {
  const all = Object.values(services);
  const names = [...new Set(all.map(({ driver }) => driver))];
  return new Map(names.map((name) => [name, all.filter(({ driver }) => driver === name)]));
}

function requireLocked(places: readonly LockPlace[], missed: readonly FailedPlace[], { operations }: Plan): void {
  for (const { action } of operations) {
    if (!('service' in action)) continue;
    const own = places.filter(({ services }) => services.includes(action.service));
    const failed = missed.filter(({ place }) => own.includes(place));
    if (failed[0] && failed.length === own.length && !isGivenUp(action, own)) throw failed[0].error;
  }
}

/** Nobody can be kept out of places that do not answer, and nothing is done there. */
function isGivenUp(action: Action, places: readonly LockPlace[]): boolean {
  return action.do === 'destroy' && (action.leaves?.length ?? 0) >= places.length;
}

function stillLocked({ name }: LockPlace, error: unknown): string {
  const reason = error instanceof DeployerError ? `: ${toFailure(error).reason}` : '';
  return `the lock on ${name} could not be released${reason}; the next run from here takes it over`;
}
