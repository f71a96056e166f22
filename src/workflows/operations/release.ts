import type { Share } from '../../core/driver.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import { versionOf } from '../../core/run.ts';
import type { Release } from '../../core/state.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { outputsOf } from '../fold.ts';
import { serviceVariables } from '../variables.ts';
import { earlierRelease } from './earlier.ts';
import { artifactFor, type Call, callFor, liveBefore, placedRelease, requireService, type Session } from './session.ts';
import { unsupported } from './target.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

/** Places the artifact, started and ready, without users where the driver can. */
export async function place(session: Session, action: ActionOf<'place'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const variables = serviceVariables(requireService(session, action.service), call.driver.facts, session.variables);
  const earlier = await earlierRelease(session, call, action.service);
  if (earlier) {
    scope.log(`${canonicalJson(earlier.ref)} is there still: nothing is placed`);
    return { release: releaseOf(session, action.service, scope, earlier) as unknown as Json, reused: true };
  }
  const artifact = artifactFor(session, action.service, scope);
  const placed = await call.driver.deploy(
    call.target,
    { version_id: versionOf(session.context), artifact, variables },
    call.context,
  );
  return { release: releaseOf(session, action.service, scope, placed) as unknown as Json };
}

/** Was it placed before the crash? The driver finds it by version; deploying again is idempotent, so absent means repeat. */
export async function findPlaced(
  session: Session,
  action: ActionOf<'place'>,
  scope: OperationContext,
): Promise<'repeat' | 'absent'> {
  const { driver, target, context } = await callFor(session, action.service, scope);
  const { releases } = await driver.inspect(target, context);
  return releases.some(({ version_id }) => version_id === session.context.version_id) ? 'repeat' : 'absent';
}

/** Sends `percent` of the users to the new release and the rest to the one that was live before. */
export async function shift(session: Session, action: ActionOf<'shift'>, scope: OperationContext): Promise<Json> {
  const { driver, target, context } = await callFor(session, action.service, scope);
  if (!driver.traffic) throw unsupported(driver.facts.name, 'shift traffic');
  const placed = placedRelease(session, action.service, scope);
  const live = liveBefore(session, action.service);
  if (action.percent === 100 && driver.rollback && placed && isReused(action.service, scope)) {
    await driver.rollback(target, placed.ref, context);
    return { percent: 100 };
  }
  const manner = action.percent === 0 ? { ...context, undoing: true as const } : context;
  await driver.traffic(target, sharesOf(placed, live, action.percent), manner);
  return { percent: action.percent };
}

function isReused(service: string, scope: OperationContext): boolean {
  return outputsOf<'place'>(scope.outputs(`deploy:${service}`))?.reused === true;
}

function sharesOf(placed: Release | undefined, live: Release | undefined, percent: number): Share[] {
  if (!live) {
    // Before a first deploy nothing was live: taking the share away again leaves nobody to send users to.
    return placed && percent > 0 ? [{ ref: placed.ref, percent: 100 }] : [];
  }
  // A driver that has nothing to do places the live release itself: it keeps everybody.
  if (!placed || sameRef(placed, live)) return [{ ref: live.ref, percent: 100 }];
  return [
    { ref: placed.ref, percent },
    { ref: live.ref, percent: 100 - percent },
  ];
}

/** Takes this run's release away again. */
export async function withdraw(session: Session, action: ActionOf<'withdraw'>, scope: OperationContext): Promise<Json> {
  // What was there before the run stays.
  if (isReused(action.service, scope)) return { withdrawn: 0 };
  const call = await callFor(session, action.service, scope);
  const placed = placedRelease(session, action.service, scope);
  const live = liveBefore(session, action.service);
  const inspection = await call.driver.inspect(call.target, call.context);
  const mine = inspection.releases.filter((release) =>
    placed ? sameRef(release, placed) : release.version_id === session.context.version_id,
  );
  for (const { ref } of mine.filter((release) => !live || !sameRef(release, live)))
    await call.driver.retire(call.target, ref, { ...call.context, undoing: true });
  return { withdrawn: mine.length };
}

/** Removes releases that are neither live nor among the newest `keep` others. */
export async function retire(session: Session, action: ActionOf<'retire'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const { releases } = await call.driver.inspect(call.target, call.context);
  const idle = releases.filter(({ percent }) => percent === 0);
  const spare = releases.some(({ percent }) => percent > 0)
    ? idle.slice(0, Math.max(0, idle.length - action.keep))
    : [];
  for (const { ref } of spare) await retireOne(call, ref, scope);
  await call.driver.sweep?.(call.target, call.context);
  return { retired: spare.length };
}

async function retireOne({ driver, target, context }: Call, ref: Json, scope: OperationContext): Promise<void> {
  await driver.retire(target, ref, context);
  scope.log(`removed ${canonicalJson(ref)}`);
}

function sameRef(one: { readonly ref: Json }, other: { readonly ref: Json }): boolean {
  return canonicalJson(one.ref) === canonicalJson(other.ref);
}

function releaseOf(
  session: Session,
  service: string,
  scope: OperationContext,
  placed: { ref: Json; url?: string; dashboard_url?: string },
): Release {
  const { context, workspace } = session;
  const inputs = context.inputs[service];
  const config = requireService(session, service);
  if (!inputs) throw new Error(`no inputs recorded for ${service}`);
  const artifact = artifactFor(session, service, scope);
  return {
    service,
    driver: config.driver,
    version_id: versionOf(context),
    artifact,
    inputs,
    serves: config.start === undefined && artifact.kind !== 'image' ? 'files' : 'process',
    ref: placed.ref,
    ...(placed.url ? { url: placed.url } : {}),
    ...(placed.dashboard_url ? { dashboard_url: placed.dashboard_url } : {}),
    placed_at: new Date(workspace.runtime.clock.now()).toISOString(),
  };
}
