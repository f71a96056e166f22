import type { Share } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import { versionOf } from '../../core/run.ts';
import type { Release } from '../../core/state.ts';
import { list } from '../../core/text.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { serviceVariables } from '../variables.ts';
import { artifactFor, type Call, callFor, liveBefore, placedRelease, requireService, type Session } from './session.ts';
import { unsupported } from './target.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

/** Places the artifact, started and ready, without users where the driver can. */
export async function place(session: Session, action: ActionOf<'place'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const variables = serviceVariables(requireService(session, action.service), call.driver.facts, session.variables);
  const artifact = artifactFor(session, action.service, scope);
  const placed = await call.driver.deploy(
    call.target,
    {
      version_id: versionOf(session.context),
      artifact,
      variables,
      ...(action.kept === undefined ? {} : { kept: action.kept }),
    },
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
  const manner = action.percent === 0 ? { ...context, undoing: true as const } : context;
  await driver.traffic(target, sharesOf(placed, live, action.percent), manner);
  return { percent: action.percent };
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

/** Takes this run's release away again. Whether it was placed is known, or else asked of every place there is. */
export async function withdraw(session: Session, action: ActionOf<'withdraw'>, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const placed = placedRelease(session, action.service, scope);
  const live = liveBefore(session, action.service);
  const { releases, silent = [] }: Found = placed
    ? { releases: [placed] }
    : await ofVersion(call, session.context.version_id);
  const mine = releases.filter((release) => !live || !sameRef(release, live));
  const kept = keptRelease(session, action.service);
  for (const { ref } of mine)
    await takeAway(call, ref, kept !== undefined && sameRef({ ref }, { ref: kept }) ? 'rest' : 'retire');
  if (silent.length > 0) throw silentPlaces(action.service, silent);
  return { withdrawn: mine.length };
}

/** What was kept for a roll-back before the run is kept after it too. */
async function takeAway({ driver, target, context }: Call, ref: Json, how: 'rest' | 'retire'): Promise<void> {
  const undoing = { ...context, undoing: true as const };
  if (how === 'rest' && driver.rest) await driver.rest(target, ref, undoing);
  else await driver.retire(target, ref, undoing);
}

function keptRelease({ plan }: Session, service: string): Json | undefined {
  const place = plan.operations.find(({ action }) => action.do === 'place' && action.service === service)?.action;
  return place?.do === 'place' ? place.kept : undefined;
}

interface Found {
  readonly releases: readonly { readonly ref: Json }[];
  /** Places that did not answer. */
  readonly silent?: readonly string[];
}

async function ofVersion({ driver, target, context }: Call, version: string | null): Promise<Found> {
  const inspection = await driver.inspect(target, context);
  return { ...inspection, releases: inspection.releases.filter(({ version_id }) => version_id === version) };
}

function silentPlaces(service: string, places: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    stage: 'cleanup',
    reason: `What this run left of ${service} on ${list(places)} is not known: no answer from there`,
    fix: 'Resume the run when it answers again',
  });
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
