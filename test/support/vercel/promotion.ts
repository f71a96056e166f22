import { require, stateOf } from './deployments.ts';
import { type Call, type Front, HttpError } from './front.ts';
import { rollingOf } from './rollout.ts';

/** How long the domains take, ms. */
const TAKES = 40;

export async function promote(front: Front, call: Call, idOrName: string, id: string) {
  const project = await front.project(call, idOrName);
  const deployment = require(front, id);
  requireSwitchable(front, project.id, id);
  if (deployment.target !== 'production')
    throw new HttpError(400, 'bad_request', 'Only deployments built for production can be promoted without a build');
  begin(front, project.id, id, 'promote');
  front.autoAssign.set(project.id, true);
  return { status: 201, body: {} };
}

export async function rollBack(front: Front, call: Call, idOrName: string, id: string) {
  const project = await front.project(call, idOrName);
  const rolling = rollingOf(front, project.id);
  // Going back to what is in production already ends a rolling release, and is refused where there is none.
  if (rolling.active?.current !== id) requireSwitchable(front, project.id, id);
  if (!require(front, id).promoted)
    throw new HttpError(422, 'unprocessable_entity', 'The deployment has never been in production');
  delete rolling.active;
  begin(front, project.id, id, 'rollback');
  front.autoAssign.set(project.id, false);
  return { status: 201, body: {} };
}

function requireSwitchable(front: Front, project: string, id: string): void {
  const deployment = require(front, id);
  if (deployment.project !== project) throw new HttpError(404, 'not_found', 'The deployment was not found.');
  if (stateOf(deployment) !== 'READY') throw new HttpError(400, 'deployment_not_ready', 'The deployment is not ready');
  if (front.production.get(project) === id)
    throw new HttpError(409, 'conflict', 'The deployment is already the current production deployment');
  const open = front.aliasRequests.get(project);
  if (open && Date.now() < open.doneAt) throw new HttpError(409, 'conflict', 'Another promotion is under way');
}

function begin(front: Front, project: string, id: string, type: 'promote' | 'rollback'): void {
  const now = Date.now();
  const fails = front.failNextSwitch;
  front.failNextSwitch = false;
  front.aliasRequests.set(project, {
    fromDeploymentId: front.production.get(project) ?? null,
    toDeploymentId: id,
    requestedAt: now,
    type,
    doneAt: now + TAKES,
    outcome: fails ? 'failed' : 'succeeded',
  });
}

/** Carries out what is due; asked before every request. */
export function settlePromotions(front: Front): void {
  for (const [project, request] of front.aliasRequests) {
    const due = Date.now() >= request.doneAt && request.outcome === 'succeeded';
    const deployment = front.deployments.get(request.toDeploymentId);
    if (!due || request.settled || !deployment) continue;
    request.settled = true;
    front.production.set(project, deployment.id);
    deployment.promoted = true;
  }
}

export function jobOf(front: Front, project: string) {
  const request = front.aliasRequests.get(project);
  if (!request) return null;
  const { fromDeploymentId, toDeploymentId, requestedAt, type, doneAt, outcome } = request;
  return {
    fromDeploymentId,
    toDeploymentId,
    requestedAt,
    type,
    jobStatus: Date.now() < doneAt ? 'in-progress' : outcome,
  };
}

export async function assignAlias(front: Front, { json }: Call, id: string) {
  const deployment = require(front, id);
  const { alias, ...others } = json;
  if (typeof alias !== 'string' || Object.keys(others).some((name) => name !== 'redirect'))
    throw new HttpError(400, 'invalid_alias', 'The alias is wrong');
  if (!/^[a-z0-9.-]+$/.test(alias) || alias.split('.')[0]?.length === 0 || (alias.split('.')[0]?.length ?? 0) > 63)
    throw new HttpError(400, 'invalid_alias', 'The alias is wrong');
  if (stateOf(deployment) !== 'READY') throw new HttpError(400, 'deployment_not_ready', 'The deployment is not ready');
  const holder = front.aliases.get(alias);
  const other = holder === undefined ? undefined : front.deployments.get(holder);
  if (front.taken.has(alias) || (other && other.project !== deployment.project))
    throw new HttpError(403, 'alias_in_use', 'The alias is in use');
  if (holder === id) throw new HttpError(409, 'conflict', 'The alias is assigned already');
  front.aliases.set(alias, id);
  return {
    status: 200,
    body: { uid: `als_${alias}`, alias, created: new Date().toISOString(), oldDeploymentId: holder ?? null },
  };
}

export function findAlias(front: Front, alias: string) {
  const deploymentId = front.aliases.get(alias);
  if (deploymentId === undefined) throw new HttpError(404, 'not_found', 'The alias was not found');
  const projectId = front.deployments.get(deploymentId)?.project;
  return { status: 200, body: { uid: `als_${alias}`, alias, deploymentId, projectId } };
}

export function removeAlias(front: Front, alias: string) {
  if (!front.aliases.delete(alias)) throw new HttpError(404, 'not_found', 'The alias was not found');
  return { status: 200, body: { status: 'SUCCESS' } };
}
