import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { list } from '../../../core/text.ts';
import type { Data, Railway } from '../api/client.ts';
import {
  isId,
  namedProject,
  type PlaceIds,
  projectMark,
  wantedEnvironment,
  wantedProject,
  wantedService,
} from '../names.ts';
import { readOptions } from '../options.ts';

export type ProjectView = Data<'Project'>['project'];

/** A project, and what of the target is in it. */
export interface Found {
  readonly project: ProjectView;
  /** Whether we made the project. */
  readonly ours: boolean;
  readonly environment?: { readonly id: string; readonly name: string; readonly isEphemeral: boolean };
  readonly service?: { readonly id: string; readonly name: string };
}

export async function findPlace(api: Railway, target: Target, context: DriverContext): Promise<Found | undefined> {
  const project = await findProject(api, target, context);
  if (!project) return undefined;
  const known = knownPlace(target);
  const named = readOptions(target.service.options);
  const environment = pick(environmentsOf(project), {
    known: known?.environment,
    named: named.environment,
    usual: wantedEnvironment(target),
  });
  const service = pick(servicesOf(project), {
    known: known?.service,
    named: named.service,
    usual: wantedService(target),
  });
  if (environment && !environment.canAccess) throw noAccess(environment.name, project.name);
  return {
    project,
    ours: project.description === projectMark(target),
    ...(environment ? { environment } : {}),
    ...(service ? { service } : {}),
  };
}

/** For what comes after provisioning. */
export async function requirePlace(api: Railway, target: Target, context: DriverContext): Promise<PlaceIds> {
  const found = await findPlace(api, target, context);
  const place = found && idsOf(found);
  if (place) return place;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `Railway has no service ${wantedService(target)} in ${wantedProject(target, context)}/${wantedEnvironment(target)}`,
    fix: 'Deploy again: it is made anew then',
  });
}

export function idsOf({ project, environment, service }: Found): PlaceIds | undefined {
  return environment && service ? { project: project.id, environment: environment.id, service: service.id } : undefined;
}

export function knownPlace({ resource }: Target): PlaceIds | undefined {
  const known = resource as Partial<PlaceIds> | null;
  const { project, environment, service } = known ?? {};
  const whole = typeof project === 'string' && typeof environment === 'string' && typeof service === 'string';
  return whole ? { project, environment, service } : undefined;
}

export function environmentsOf({ environments }: ProjectView) {
  return environments.edges.map(({ node }) => node).filter(isThere);
}

export function servicesOf({ services }: ProjectView) {
  return services.edges.map(({ node }) => node).filter(isThere);
}

/** Whether a token may make projects, environments and services; one of a project sees its own environment only. */
export async function projectOfToken(api: Railway): Promise<Data<'ProjectToken'>['projectToken'] | undefined> {
  if (api.token.kind !== 'project') return undefined;
  const { projectToken } = await api.call('ProjectToken', {}, { doing: 'say whose the token is' });
  return projectToken;
}

export function getProject(api: Railway, id: string): Promise<ProjectView | undefined> {
  return api
    .find('Project', { id }, { doing: `find the project ${id}` })
    .then((data) => (data && isThere(data.project) ? data.project : undefined));
}

async function findProject(api: Railway, target: Target, context: DriverContext): Promise<ProjectView | undefined> {
  const known = knownPlace(target);
  const there = known && (await getProject(api, known.project));
  const named = namedProject(target.service.options, context.settings);
  if (there && (named === undefined || named === there.id || named === there.name)) return there;
  const token = await projectOfToken(api);
  if (token) return getProject(api, token.projectId);
  const wanted = wantedProject(target, context);
  if (isId(wanted)) return (await getProject(api, wanted)) ?? Promise.reject(noProject(wanted));
  const candidates = await projectsNamed(api, target, wanted);
  const chosen = candidates.find(({ description }) => description === projectMark(target)) ?? candidates[0];
  if (candidates.length > 1 && named !== undefined && chosen?.description !== projectMark(target))
    throw severalProjects(wanted);
  return chosen && getProject(api, chosen.id);
}

/** The oldest first; of all workspaces that the token sees, or of the one that is named. */
export async function projectsNamed(api: Railway, target: Target, name: string) {
  const workspaces = await workspacesOf(api, target);
  const found = await Promise.all(workspaces.map(({ id }) => projectsIn(api, id)));
  return found
    .flat()
    .filter((project) => project.name === name && isThere(project))
    .toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
}

/** Where projects may be. */
export async function workspacesOf(api: Railway, { service }: Target) {
  const { apiToken } = await api.call('ApiToken', {}, { doing: 'say whose the token is' });
  const { workspace } = readOptions(service.options);
  const fitting = apiToken.workspaces.filter(
    ({ id, name }) => workspace === undefined || workspace === id || workspace === name,
  );
  if (fitting.length > 0 || workspace === undefined) return fitting;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `The token sees no workspace ${workspace} at Railway`,
    fix: `Set services.${service.name}.railway.workspace to one of ${list(apiToken.workspaces.map(({ name }) => name))}`,
  });
}

async function projectsIn(api: Railway, workspaceId: string) {
  type Page = Data<'Projects'>['projects'];
  const found: Page['edges'][number]['node'][] = [];
  let after: string | null = null;
  for (;;) {
    const given = { doing: 'list projects' };
    const { projects }: { projects: Page } = await api.call('Projects', { workspaceId, after }, given);
    found.push(...projects.edges.map(({ node }) => node));
    const next: string | null = projects.pageInfo.endCursor ?? null;
    if (!projects.pageInfo.hasNextPage || next === null || next === after) return found;
    after = next;
  }
}

interface Wanted {
  readonly known: string | undefined;
  readonly named: string | undefined;
  readonly usual: string;
}

/** The one that the config names; else the one that was provisioned, whatever it is called now, or the one of the usual name. */
function pick<T extends { readonly id: string; readonly name: string }>(
  items: readonly T[],
  { known, named, usual }: Wanted,
): T | undefined {
  if (named !== undefined) return items.find(({ name }) => name === named);
  return items.find(({ id }) => id === known) ?? items.find(({ name }) => name === usual);
}

/** Lists go on showing what was deleted. */
function isThere({ deletedAt }: { readonly deletedAt?: string | null }): boolean {
  return deletedAt === null || deletedAt === undefined;
}

function noProject(id: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `Railway has no project ${id}, or the token does not see it`,
    fix: 'Correct railway.project or RAILWAY_PROJECT_ID; a project that is to be made needs a name',
  });
}

function severalProjects(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `Railway has several projects ${name}`,
    fix: 'Set railway.project to the id of the one that is meant',
  });
}

function noAccess(environment: string, project: string): DeployerError {
  return new DeployerError({
    code: 'INSUFFICIENT_PERMISSIONS',
    reason: `The token may not see the environment ${environment} of ${project} at Railway`,
    fix: 'Use the token of somebody who may',
  });
}
