import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import type { Vercel } from '../api/client.ts';
import type { DeploymentView } from '../api/types.ts';
import { part } from '../names.ts';
import { BuildLog, buildLines } from './events.ts';

/** How often is looked, ms, while younger than the other; as the official tools do. */
const INTERVALS = [
  { until: 15_000, every: 1_000 },
  { until: 60_000, every: 5_000 },
  { until: 300_000, every: 15_000 },
] as const;
const LATE = 30_000;
/** It does not go on by itself; somebody may be about to let it. */
const BLOCKED_FOR = 60_000;
const RECONNECT_AFTER = 2_000;
const SHOWN_LINES = 20;

/**
 * Resolves when the deployment is built, with its build's log in ours. `BUILD_FAILED` with the last lines;
 * `GATE_REFUSED` when Vercel holds it back and nobody lets it go on within a minute; `TIMEOUT` when our time is up: it
 * goes on at Vercel, and another attempt finds it.
 */
export async function awaitReady(
  api: Vercel,
  begun: DeploymentView,
  target: Target,
  context: DriverContext,
): Promise<DeploymentView> {
  if (isOver(begun)) return judged(api, begun, target);
  const over = new AbortController();
  const following = followBuild(api, begun.id, { ...context, signal: AbortSignal.any([context.signal, over.signal]) });
  try {
    const ended = await poll(api, begun, target, context);
    return await judged(api, ended, target);
  } finally {
    over.abort();
    await following;
  }
}

export function getDeployment(api: Vercel, id: string): Promise<{ status: number; body: DeploymentView }> {
  const given = { doing: `find the deployment ${id}`, accept: ['deployment_not_found', 'not_found', 404] };
  return api.call<DeploymentView>('GET', `/v13/deployments/${part(id)}`, given);
}

async function poll(
  api: Vercel,
  begun: DeploymentView,
  target: Target,
  { clock, signal }: DriverContext,
): Promise<DeploymentView> {
  const start = clock.monotonic();
  let blockedAt: number | undefined;
  for (;;) {
    const age = clock.monotonic() - start;
    const wait = INTERVALS.find(({ until }) => age < until)?.every ?? LATE;
    if (clock.monotonic() + wait >= api.terms.deadline) throw late(target, begun);
    await clock.sleep(wait, signal);
    const { status, body } = await getDeployment(api, begun.id);
    if (status >= 400) throw removed(target, begun);
    if (isOver(body)) return body;
    blockedAt = body.readyState === 'BLOCKED' ? (blockedAt ?? clock.monotonic()) : undefined;
    if (blockedAt !== undefined && clock.monotonic() - blockedAt >= BLOCKED_FOR) throw blocked(target, body);
  }
}

export function isOver({ readyState }: DeploymentView): boolean {
  return readyState === 'READY' || readyState === 'ERROR' || readyState === 'CANCELED';
}

/**
 * Whether domains were assigned is not asked: production gets none until it is promoted, and previews get theirs from us.
 */
async function judged(api: Vercel, view: DeploymentView, target: Target): Promise<DeploymentView> {
  if (view.readyState === 'READY' && view.checksConclusion !== 'failed') return view;
  const lines = await buildLines(api, view.id).catch(() => []);
  const last = lines.slice(-SHOWN_LINES).map(({ line }) => printableLine(line));
  const said = [view.errorCode, view.errorMessage].filter((text) => typeof text === 'string' && text !== '');
  throw new DeployerError({
    code: view.readyState === 'ERROR' ? 'BUILD_FAILED' : 'DEPLOY_FAILED',
    stage: view.readyState === 'ERROR' ? 'build' : 'deploy',
    reason: `${target.service.name} ${endOf(view)} at Vercel`,
    fix: view.inspectorUrl ? `See ${view.inspectorUrl}` : 'See its last lines',
    detail: [...said.map((text) => printableLine(String(text)).slice(0, 300)), ...last],
  });
}

function endOf({ readyState }: DeploymentView): string {
  if (readyState === 'READY') return 'did not pass its checks';
  return readyState === 'CANCELED' ? 'was cancelled' : 'could not be built';
}

/** The log is for people: what happens to it does not matter to the deploy. */
async function followBuild(api: Vercel, id: string, context: DriverContext): Promise<void> {
  const log = new BuildLog();
  const deadline = api.terms.deadline;
  try {
    while (!context.signal.aborted) {
      const timeout = Math.max(1, deadline - context.clock.monotonic());
      const follow = log.follow(api, id, { ...context, timeout }, ({ line, channel }) => context.log(line, channel));
      await follow.catch(() => undefined);
      await context.clock.sleep(RECONNECT_AFTER, context.signal);
    }
  } catch {
    // Ended by us.
  }
}

function late({ service }: Target, { id, inspectorUrl }: DeploymentView): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'deploy',
    reason: `Vercel did not get ${service.name} ready in time; the deployment ${id} goes on there`,
    fix: `Raise services.${service.name}.timeout, and run the same command again${inspectorUrl ? `; see ${inspectorUrl}` : ''}`,
  });
}

function removed({ service }: Target, { id }: DeploymentView): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `The deployment ${id} of ${service.name} was removed at Vercel while it was built`,
    fix: 'Deploy again',
  });
}

function blocked({ service }: Target, { seatBlock, inspectorUrl }: DeploymentView): DeployerError {
  const why = seatBlock?.blockCode;
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'deploy',
    reason: `Vercel holds the deployment of ${service.name} back${typeof why === 'string' ? ` (${printableLine(why)})` : ''}`,
    fix: inspectorUrl
      ? `Let it go on at ${inspectorUrl}, and deploy again`
      : 'Let it go on at Vercel, and deploy again',
  });
}
