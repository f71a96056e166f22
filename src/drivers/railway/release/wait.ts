import { formatDuration } from '../../../core/duration.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import type { Railway } from '../api/client.ts';
import { dashboardUrl } from '../names.ts';
import type { Creation } from './creation.ts';
import { type DeploymentView, getDeployment, phaseOf, removeDeployment } from './deployments.ts';
import { GrowingLog, type PrintedLine } from './log-lines.ts';
import { verdictOf } from './verdict.ts';

/** Between looks, ms: soon at first, for what is quick, and in the end as seldom as Railway's own tool. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5_000;
/** Whoever has to approve it may be there. */
const APPROVAL = 60_000;
/** A look that fails for a moment says nothing about the deployment. */
const MOST_FAILED_LOOKS = 10;
/** For what has to be done although the call is over, ms. */
const LAST_CALL = 15_000;

/**
 * Waits until a deployment is live. The log of its build is told meanwhile, and never decides. One that is called off is
 * cancelled: else it would go live when nobody waits for it any more.
 */
export async function awaitLive(id: string, awaited: Creation): Promise<DeploymentView> {
  const { api, context } = awaited;
  const over = new AbortController();
  const log = new GrowingLog(id, 'build');
  const tell = ({ line, channel }: PrintedLine) => context.log(line, channel);
  const telling = log.follow(api.within(AbortSignal.any([context.signal, over.signal])), tell).catch(() => undefined);
  try {
    return await look(id, awaited);
  } catch (error) {
    if (context.signal.aborted) await cancel(id, awaited);
    throw error;
  } finally {
    over.abort(new Error('the deployment is over'));
    await telling;
    // Whatever became of the subscription.
    if (!context.signal.aborted) await log.catchUp(api, tell);
  }
}

async function look(id: string, awaited: Creation): Promise<DeploymentView> {
  const { api, context } = awaited;
  const begun = context.clock.monotonic();
  const waited = () => context.clock.monotonic() - begun;
  let said = '';
  let failed = 0;
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 1.5)) {
    const seen = await lookOnce(api, id, failed);
    failed = seen === 'unknown' ? failed + 1 : 0;
    if (seen === undefined) throw vanished(awaited);
    if (seen !== 'unknown') {
      const phase = phaseOf(seen);
      if (phase === 'live') return seen;
      const held = phase === 'waits_for_person';
      if (phase !== 'under_way' && phase !== 'unknown' && !(held && waited() < APPROVAL))
        throw await verdictOf(seen, awaited);
      if (said !== seen.status) context.log(`Railway: ${seen.status.toLowerCase().replaceAll('_', ' ')}`);
      said = seen.status;
    }
    if (context.clock.monotonic() + wait >= api.terms.deadline) throw late(id, waited(), awaited);
    await context.clock.sleep(wait, context.signal);
  }
}

async function lookOnce(api: Railway, id: string, failed: number): Promise<DeploymentView | undefined | 'unknown'> {
  try {
    return await getDeployment(api, id);
  } catch (error) {
    if (!isTemporary(error) || failed >= MOST_FAILED_LOOKS) throw error;
    return 'unknown';
  }
}

/** As well as it goes: nobody waits for how it ended. */
async function cancel(id: string, { api }: Creation): Promise<void> {
  await removeDeployment(api.within(AbortSignal.timeout(LAST_CALL), LAST_CALL), id).catch(() => undefined);
}

function vanished({ target }: Creation): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `The deployment of ${target.service.name} is not at Railway any more`,
    fix: 'Deploy again',
  });
}

function late(id: string, waited: number, { place, target }: Creation): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'deploy',
    reason: `${target.service.name} was not live within ${formatDuration(waited)}`,
    fix: `Raise services.${target.service.name}.timeout, or look at ${dashboardUrl(place, id)}`,
  });
}
