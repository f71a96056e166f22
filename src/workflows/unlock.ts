import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { LockRecord } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { PlaceHolder } from '../state/lock-places.ts';
import { environmentNames, isConfigured } from './environments.ts';
import { findTarget } from './observe.ts';
import { lockPlaces } from './platform-locks.ts';
import { recordAction } from './record.ts';
import type { Workspace } from './workspace.ts';

/** One place where an environment's lock may be, and who holds it there. */
interface PlaceView {
  readonly environment: string;
  readonly place: LockPlace;
  /** `unknown`: the platform could not be asked. */
  readonly holder: PlaceHolder | 'nobody' | 'unknown';
}

export interface Unlocked {
  readonly environment: string;
  /** Platforms that could not be asked: the lock may still be there. */
  readonly unknown: readonly string[];
}

/**
 * Frees the lock with this id, in the state and at the platforms of `env`, or of all environments. A holder that still
 * runs finds out before its next step. `NOT_FOUND` when nowhere is one of that id.
 */
export async function unlock(workspace: Workspace, { id, env }: { id: string; env?: string }): Promise<Unlocked> {
  const { document } = await workspace.state.read();
  const named = env === undefined ? undefined : findTarget(workspace, document, { env }).name;
  const own = await unlockState(workspace, id);
  const only = named ?? own.record?.environment;
  const names = only === undefined ? environmentNames(workspace, document) : [only];
  const views = await viewPlaces(workspace, names);
  const held = views.flatMap(({ environment, place, holder }) =>
    typeof holder === 'object' && holder.record.id === id ? [{ environment, place, token: holder.token }] : [],
  );
  for (const { place, token } of held) await place.remove(token);
  const unknown = views.flatMap(({ place, holder }) => (holder === 'unknown' ? [place.name] : []));
  const environment = own.record?.environment ?? held[0]?.environment;
  if (environment === undefined) throw notFound(own.refusal, unknown, views);
  await recordAction(workspace, { action: 'state unlock', environment, detail: { lock: id } });
  return { environment, unknown };
}

/** Locks of an environment that somebody holds at its platforms, by whichever state. */
export async function platformLockFindings(workspace: Workspace, environment: string): Promise<readonly Finding[]> {
  const views = await viewPlaces(workspace, [environment]);
  return views.flatMap(({ place, holder }) => (typeof holder === 'object' ? [findingOf(holder.record, place)] : []));
}

function findingOf({ id, environment, who, host, started_at, command }: LockRecord, { name }: LockPlace): Finding {
  return {
    level: 'warning',
    code: 'STATE_LOCKED',
    message: `${environment} is locked on ${name} by ${who} on ${host} since ${started_at} (${command})`,
    fix: `Wait for it; if it is surely not running any more: deployer state unlock ${id} --env ${environment}`,
  };
}

async function unlockState(
  { state, runtime }: Workspace,
  id: string,
): Promise<{ readonly record?: LockRecord; readonly refusal?: DeployerError }> {
  try {
    return { record: await state.unlock(id, { who: runtime.who }) };
  } catch (error) {
    if (error instanceof DeployerError && error.code === 'NOT_FOUND') return { refusal: error };
    throw error;
  }
}

/** What cannot be known of an environment, such as an engine that is named wrongly, is for others to tell. */
async function viewPlaces(workspace: Workspace, names: readonly string[]): Promise<readonly PlaceView[]> {
  const { document } = await workspace.state.read();
  const known = names.filter((name) => isConfigured(workspace, document, name));
  const views = known.map(async (name) => {
    const environment = findTarget(workspace, document, { env: name });
    const services = { environment, state: document.environments[name] };
    const places = await lockPlaces(workspace, services).catch(() => []);
    return Promise.all(places.map((place) => viewPlace(workspace, name, place)));
  });
  return (await Promise.all(views)).flat();
}

async function viewPlace({ state }: Workspace, environment: string, place: LockPlace): Promise<PlaceView> {
  const holder = await state.holderAt(environment, place).then(
    (found) => found ?? ('nobody' as const),
    () => 'unknown' as const,
  );
  return { environment, place, holder };
}

function notFound(
  refusal: DeployerError | undefined,
  unknown: readonly string[],
  views: readonly PlaceView[],
): DeployerError {
  const locks = views.flatMap(({ environment, place, holder }) =>
    typeof holder === 'object'
      ? [`${environment} on ${place.name}: ${holder.record.id} (${holder.record.who} on ${holder.record.host})`]
      : [],
  );
  const detail = [
    ...(refusal?.failure.detail ?? []),
    ...locks,
    ...(unknown.length > 0 ? [`not asked, since it cannot be reached: ${list(unknown)}`] : []),
  ];
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'lock',
    reason: refusal?.failure.reason ?? 'No such lock is held',
    fix: detail.length > 0 ? 'Give the exact id of one of those below' : 'Nothing is locked; run the command again',
    detail,
  });
}
