import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { strangeAnswer } from '../../web-service.ts';
import type { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { part } from '../names.ts';
import { isFailed } from './list.ts';

/** Between two looks, ms, after one at once: small sites are ready at once, and a token has 500 requests a minute. */
const FIRST = 200;
const GROWTH = 1.5;
const LONGEST = 5_000;
/** A reviewer has to let it go on; somebody may be about to. */
const BLOCKED_FOR = 60_000;

export interface Waiting {
  readonly site: SiteView;
  readonly target: Target;
  readonly context: DriverContext;
}

/** `undefined` when it is gone. */
export async function getDeploy(api: Netlify, id: string): Promise<DeployView | undefined> {
  const given = { doing: `find the deploy ${id}`, accept: [404] };
  const { status, body } = await api.call<DeployView>('GET', `/deploys/${part(id)}`, given);
  if (status === 404) return undefined;
  if (typeof body.id === 'string' && typeof body.state === 'string') return body;
  throw strangeAnswer({ service: 'Netlify', doing: `find the deploy ${id}` });
}

/**
 * Resolves with the deploy once it is as wanted. `DEPLOY_FAILED` with what Netlify said when it failed, `GATE_REFUSED` when a
 * reviewer is waited for and nobody comes within a minute, `TIMEOUT` when our time is up: it goes on at Netlify, and another
 * attempt finds it.
 */
export async function awaitDeploy(
  api: Netlify,
  begun: DeployView,
  waiting: Waiting,
  isWanted: (deploy: DeployView) => boolean,
): Promise<DeployView> {
  const { clock, signal } = waiting.context;
  let deploy = begun;
  let blockedAt: number | undefined;
  for (let wait = 0; ; wait = Math.min(LONGEST, Math.max(FIRST, wait * GROWTH))) {
    if (isFailed(deploy)) throw failed(deploy, waiting);
    if (isWanted(deploy)) return deploy;
    blockedAt = deploy.state === 'pending_review' ? (blockedAt ?? clock.monotonic()) : undefined;
    if (blockedAt !== undefined && clock.monotonic() - blockedAt >= BLOCKED_FOR) throw blocked(deploy, waiting);
    if (clock.monotonic() + wait >= api.terms.deadline) throw late(deploy, waiting);
    if (wait > 0) await clock.sleep(wait, signal);
    const found = await getDeploy(api, deploy.id);
    if (!found) throw removed(deploy, waiting);
    deploy = found;
  }
}

/** Where people see it. */
export function pageOf({ id, admin_url }: DeployView): string | undefined {
  return admin_url ? `${admin_url}/deploys/${id}` : undefined;
}

function seeAt(deploy: DeployView): string {
  const page = pageOf(deploy);
  return page ? `See ${page}` : 'See the deploy at Netlify';
}

function failed(deploy: DeployView, { target }: Waiting): DeployerError {
  const rejected = deploy.state === 'rejected';
  const said = deploy.error_message ? [printableLine(deploy.error_message).slice(0, 300)] : [];
  return new DeployerError({
    code: rejected ? 'GATE_REFUSED' : 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `Netlify ${rejected ? 'was told to reject' : 'could not finish'} the deploy ${deploy.id} of ${target.service.name}`,
    fix: seeAt(deploy),
    detail: said,
  });
}

function blocked(deploy: DeployView, { target }: Waiting): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'deploy',
    reason: `Netlify holds the deploy ${deploy.id} of ${target.service.name} back until somebody has reviewed it`,
    fix: `Approve it, and deploy again. ${seeAt(deploy)}`,
  });
}

function late(deploy: DeployView, { target }: Waiting): DeployerError {
  const { name } = target.service;
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'deploy',
    reason: `Netlify did not get ${name} ready in time; the deploy ${deploy.id} goes on there (${printableLine(deploy.state)})`,
    fix: `Raise services.${name}.timeout, and run the same command again. ${seeAt(deploy)}`,
  });
}

function removed({ id }: DeployView, { target }: Waiting): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `The deploy ${id} of ${target.service.name} was removed at Netlify before it was ready`,
    fix: 'Deploy again',
  });
}
