import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { list, printableLine } from '../../../core/text.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { part } from '../names.ts';
import { requireProject } from '../project/project.ts';

/** Before the first look and, as each wait is twice the one before, at most between two, ms; most switches take a moment. */
const FIRST_LOOK = 100;
const LAST_LOOKS = 1_000;
/** How long Vercel may take for its domains, ms. */
const LONGEST = 180_000;

export type Way = 'promote' | 'rollback';

/**
 * Makes a deployment production, without a build. That it is so already is no failure. Promoting makes Vercel assign its
 * domains to new production deployments again; where somebody had switched that off, it is switched off again.
 */
export async function promote(api: Vercel, project: ProjectView, id: string, shift: Shift): Promise<void> {
  if (isProduction(project, id)) return;
  const { autoAssignCustomDomains, lastAliasRequest } = project;
  await switchTo(api, project, id, { ...shift, way: 'promote' });
  if (autoAssignCustomDomains !== false) return;
  if (lastAliasRequest?.type === 'rollback')
    return shift.context.log('the rollback is over: Vercel assigns domains to new production deployments again');
  await api.call('PATCH', `/v9/projects/${part(project.id)}`, {
    doing: `leave autoAssignCustomDomains of ${project.name} switched off`,
    body: { autoAssignCustomDomains: false },
    repeat: 'always',
  });
}

/** Vercel's own way back: to a deployment that was production before. */
export async function rollBack(api: Vercel, project: ProjectView, id: string, shift: Shift): Promise<void> {
  if (isProduction(project, id)) return;
  const refused = await switchTo(api, project, id, { ...shift, way: 'rollback' }).then(() => undefined, refusalOf);
  if (refused) {
    shift.context.log(`${refused.reason}: promoting it instead`);
    return promote(api, project, id, shift);
  }
  if (project.autoAssignCustomDomains !== false)
    shift.context.log(
      'Vercel has switched autoAssignCustomDomains off: production deployments by git get no domains until the next promotion or deploy',
    );
}

/** The plan Hobby goes back by one deployment only, and none goes back to what never was production. */
function refusalOf(error: unknown): DeployerError['failure'] {
  if (error instanceof DeployerError && error.code === 'GATE_REFUSED') return error.failure;
  throw error;
}

export function isProduction({ targets }: ProjectView, id: string): boolean {
  return targets?.production?.id === id;
}

export interface Shift {
  readonly target: Target;
  readonly context: DriverContext;
}

const PATHS = {
  promote: (project: string, id: string) => `/v10/projects/${part(project)}/promote/${part(id)}`,
  rollback: (project: string, id: string) => `/v1/projects/${part(project)}/rollback/${part(id)}`,
} as const;

/** Asks for the switch and waits until it is done. One that was asked for before is waited for. */
export async function switchTo(
  api: Vercel,
  project: ProjectView,
  id: string,
  shift: Shift & { readonly way: Way },
): Promise<void> {
  const { way, target } = shift;
  const doing = `${way === 'promote' ? 'promote' : 'roll back to'} ${id}`;
  // Done twice it answers 409, which says the same.
  const given = { doing, body: {}, accept: [409], repeat: 'always' } as const;
  const { status, code } = await api.call('POST', PATHS[way](project.id, id), given);
  if (status === 409 && !isUnderWay(await requireProject(api, target), id)) throw refused(doing, code);
  await settle(api, id, shift);
}

/** Done, or begun by a request whose answer was lost; what has just succeeded may not show yet. */
function isUnderWay(project: ProjectView, id: string): boolean {
  const { toDeploymentId, jobStatus } = project.lastAliasRequest ?? {};
  const begun = toDeploymentId === id && (isOpen(project) || jobStatus === 'succeeded');
  return isProduction(project, id) || begun;
}

function isOpen({ lastAliasRequest }: ProjectView): boolean {
  return lastAliasRequest?.jobStatus === 'pending' || lastAliasRequest?.jobStatus === 'in-progress';
}

function refused(doing: string, code: string | undefined): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'traffic',
    reason: `Vercel could not ${doing} (status 409${code ? `, ${printableLine(code)}` : ''})`,
    fix: 'See whether another promotion is under way in the project at Vercel, and try again',
  });
}

/** It is asked for and then done; whether, the project says. */
export async function settle(
  api: Vercel,
  id: string,
  { target, context, way }: Shift & { readonly way: Way },
): Promise<void> {
  const { clock, signal } = context;
  const deadline = Math.min(api.terms.deadline, clock.monotonic() + LONGEST);
  for (let wait = FIRST_LOOK; ; wait = Math.min(LAST_LOOKS, wait * 2)) {
    const project = await requireProject(api, target);
    const { jobStatus, toDeploymentId } = project.lastAliasRequest ?? {};
    const mine = toDeploymentId === undefined || toDeploymentId === id;
    if (mine && jobStatus === 'failed') throw await failed(api, project, id, way);
    if (!(mine && isOpen(project)) && isProduction(project, id)) return;
    if (clock.monotonic() + wait >= deadline) throw late(target, id);
    await clock.sleep(wait, signal);
  }
}

async function failed(api: Vercel, project: ProjectView, id: string, way: Way): Promise<DeployerError> {
  const aliases = await api
    .pages<{ readonly alias?: string; readonly status?: string }>(`/v1/projects/${part(project.id)}/${way}/aliases`, {
      doing: 'list the domains that were not switched',
      query: { failedOnly: 'true' },
      list: 'aliases',
    })
    .catch(() => []);
  const names = aliases.flatMap(({ alias }) => (typeof alias === 'string' ? [printableLine(alias)] : []));
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'traffic',
    reason: `Vercel could not give ${names.length > 0 ? list(names) : 'the domains'} to ${id}`,
    fix: `Put the domains right in the project ${project.name} at Vercel, and deploy again`,
  });
}

function late({ service }: Target, id: string): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'traffic',
    reason: `Vercel did not finish giving the domains of ${service.name} to ${id} in time`,
    fix: 'Look at the project at Vercel, and run the same command again',
  });
}
