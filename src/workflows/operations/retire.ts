import type { InspectedRelease } from '../../core/inspection.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import type { Release } from '../../core/state.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { serviceVariables } from '../variables.ts';
import { type Call, callFor, liveBefore, requireService, type Session } from './session.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

/** Lays the newest `keep` releases that are not live to rest, each of another version, and removes the others. */
export async function retire(session: Session, action: ActionOf<'retire'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const { releases, silent = [] } = await call.driver.inspect(call.target, call.context);
  const live = releases.filter(({ percent }) => percent > 0);
  const idle = live.length > 0 ? releases.filter(({ percent }) => percent === 0) : [];
  const kept = keptOf(idle, { live, keep: action.keep });
  for (const release of kept) {
    if (silent.length > 0 || !rests(release)) await call.driver.rest?.(call.target, release.ref, call.context);
  }
  const spare = idle.filter((release) => !kept.includes(release));
  for (const { ref } of spare) await retireOne(call, ref, scope);
  const resource = await call.driver.sweep?.(call.target, call.context);
  return { retired: spare.length, ...(resource === undefined ? {} : { resource }) };
}

function rests({ instances = [] }: InspectedRelease): boolean {
  return instances.length > 0 && instances.every(({ state }) => state === 'stopped');
}

/** Only what was well is worth keeping; a second release of a version is no way back to anything else. */
function keptOf(
  idle: readonly InspectedRelease[],
  { live, keep }: { readonly live: readonly InspectedRelease[]; readonly keep: number },
): readonly InspectedRelease[] {
  const versions = new Set(live.map(({ version_id }) => version_id));
  const kept: InspectedRelease[] = [];
  for (const release of idle.toReversed()) {
    const well = release.state === 'running' || release.state === 'stopped';
    if (kept.length === keep || !well || versions.has(release.version_id)) continue;
    versions.add(release.version_id);
    kept.push(release);
  }
  return kept;
}

async function retireOne({ driver, target, context }: Call, ref: Json, scope: OperationContext): Promise<void> {
  await driver.retire(target, ref, context);
  scope.log(`removed ${canonicalJson(ref)}`);
}

/** Brings the release back that was live before the run: as it was, where the driver can, else placed from its artifact. */
export async function restore(session: Session, action: ActionOf<'restore'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const live = liveBefore(session, action.service);
  if (!live) throw new Error(`nothing of ${action.service} was live before the run`);
  const placed = await (call.driver.restore
    ? call.driver.restore(call.target, live.ref, { ...call.context, undoing: true })
    : placeAgain(session, live, call));
  return { release: { ...live, ref: placed.ref } as unknown as Json };
}

async function placeAgain(session: Session, live: Release, { driver, target, context }: Call) {
  const variables = serviceVariables(requireService(session, live.service), driver.facts, session.variables);
  return driver.deploy(target, { version_id: live.version_id, artifact: live.artifact, variables }, context);
}
