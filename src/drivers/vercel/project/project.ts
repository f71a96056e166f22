import type { DriverContext, Provisioned, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { Vercel } from '../api/client.ts';
import type { ProjectView, VariableRecord } from '../api/types.ts';
import { MARK, markOf, part, sideOf, wantedAlias, wantedProject } from '../names.ts';
import { readOptions, type VercelOptions } from '../options.ts';
import { ensureBypass } from './bypass.ts';
import { ensureCustomEnvironment } from './custom-environment.ts';
import { ensureDomains } from './domains.ts';

/** What is there of a target's project. `undefined`: nothing. */
export async function findProject(api: Vercel, target: Target): Promise<ProjectView | undefined> {
  const known = knownProject(target);
  const found = known === undefined ? undefined : await getProject(api, known);
  return found ?? getProject(api, wantedProject(target));
}

/** Like `findProject`, for work that cannot be done without. */
export async function requireProject(api: Vercel, target: Target): Promise<ProjectView> {
  const project = await findProject(api, target);
  if (project) return project;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `Vercel has no project ${wantedProject(target)} any more`,
    fix: `Make it again: deployer deploy --env ${target.environment}`,
  });
}

/** Where users reach the production side: a domain of its own before those of Vercel, and of several the shortest. */
export function productionHost({ name, targets }: ProjectView): string {
  const given = [...(targets?.production?.alias ?? [])].sort((one, other) => rank(one) - rank(other));
  return given[0] ?? `${name}.vercel.app`;
}

function rank(host: string): number {
  return (host.endsWith('.vercel.app') ? 1_000 : 0) + host.length;
}

export function urlOf(project: ProjectView, target: Target): string {
  const host = sideOf(target) === 'production' ? productionHost(project) : wantedAlias(project.name, target);
  return `https://${host}`;
}

/** Creates the project, or adopts one that was made for this service or is named in the config. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const api = new Vercel(target, context);
  const found = await findProject(api, target);
  // What an account does to its new projects, such as protecting them, only shows when they are looked at.
  const made =
    found ?? (await getProject(api, (await createProject(api, target)).id)) ?? (await requireProject(api, target));
  const owner = found ? await ownerOf(api, found) : markOf(target);
  if (found) refuseStranger(found, owner, target);
  const changed = found ? await correctSettings(api, found, readOptions(target.service.options)) : 'unchanged';
  const ours = owner === markOf(target);
  const secret = ours ? await ensureBypass(api, made, target, context) : 'unchanged';
  const known = knownProject(target) === made.id;
  if (changed === 'changed') context.log(`settings of ${made.name} corrected`);
  if (secret === 'created') context.log('made a secret by which health checks get past Deployment Protection');
  await ensureCustomEnvironment(api, made, target);
  const domains = await ensureDomains(api, made, target, context);
  const outcome = found ? (known ? 'unchanged' : 'adopted') : 'created';
  const resource = { project: made.id, ...(domains.length > 0 ? { domains } : {}) };
  return { resource, outcome, url: urlOf(made, target) };
}

/** For whom we made a project; `undefined` for one that we did not make. */
export async function ownerOf(api: Vercel, { id, name }: ProjectView): Promise<string | undefined> {
  const records = await listVariables(api, { id, name });
  return records.find(({ key, target }) => key === MARK && [target].flat().includes('development'))?.value;
}

export function listVariables(api: Vercel, { id, name }: Pick<ProjectView, 'id' | 'name'>) {
  return api.pages<VariableRecord>(`/v10/projects/${part(id)}/env`, {
    doing: `list the variables of ${name}`,
    query: { decrypt: 'true' },
    list: 'envs',
  });
}

/** A project of that name must be meant: it may be somebody's live site. */
export function refuseStranger({ id, name }: ProjectView, owner: string | undefined, target: Target): void {
  const { project } = readOptions(target.service.options);
  const named = project === name || project === id || knownProject(target) === id;
  if (owner === markOf(target) || (owner === undefined && named)) return;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason:
      owner === undefined
        ? `Vercel has a project ${name} already, and deployer did not make it`
        : `The Vercel project ${name} was made for ${owner}, and not for ${markOf(target)}`,
    fix:
      owner === undefined
        ? `Set vercel.project of ${target.service.name} to ${name} to deploy to it, or to another name`
        : `Set vercel.project of ${target.service.name} to another name`,
  });
}

function knownProject({ resource }: Target): string | undefined {
  const known = resource as { readonly project?: unknown } | null;
  return typeof known?.project === 'string' ? known.project : undefined;
}

async function getProject(api: Vercel, idOrName: string): Promise<ProjectView | undefined> {
  const { status, body } = await api.call<ProjectView>('GET', `/v9/projects/${part(idOrName)}`, {
    doing: `find the project ${idOrName}`,
    query: { rollbackInfo: 'true' },
    accept: [404],
  });
  if (status === 404) return undefined;
  if (typeof body.id === 'string' && typeof body.name === 'string') return body;
  throw new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    reason: `Vercel could not find the project ${idOrName}: its answer was none that its API gives`,
    fix: 'Try again; look whether a proxy answers in its place',
  });
}

/** Its mark is made with it, so that a lost answer leaves no project that nobody owns. */
async function createProject(api: Vercel, target: Target): Promise<ProjectView> {
  const name = wantedProject(target);
  const { framework, root_directory, ...commands } = readOptions(target.service.options);
  const mark = { key: MARK, value: markOf(target), type: 'plain', target: ['development'] };
  const { status, body } = await api.call<ProjectView>('POST', '/v11/projects', {
    doing: `create the project ${name}`,
    accept: [409],
    body: {
      name,
      environmentVariables: [mark],
      ...(framework === undefined ? {} : { framework }),
      ...(root_directory === undefined ? {} : { rootDirectory: root_directory }),
      ...buildSettings(commands),
    },
  });
  if (status !== 409) return body;
  // Somebody was faster: perhaps we were, and the answer was lost.
  const there = await getProject(api, name);
  if (there) refuseStranger(there, await ownerOf(api, there), target);
  if (there) return there;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `The name ${name} is taken at Vercel`,
    fix: `Set vercel.project of ${target.service.name} to another name`,
  });
}

function buildSettings({ install_command, build_command, output_directory }: Partial<VercelOptions>) {
  return {
    ...(install_command === undefined ? {} : { installCommand: install_command }),
    ...(build_command === undefined ? {} : { buildCommand: build_command }),
    ...(output_directory === undefined ? {} : { outputDirectory: output_directory }),
  };
}

/** The version of Node.js is the one setting that a deployment does not bring along on its own. */
async function correctSettings(
  api: Vercel,
  { id, name, nodeVersion, rootDirectory }: ProjectView,
  { content, node_version, root_directory }: VercelOptions,
): Promise<'changed' | 'unchanged'> {
  if (content !== 'source') return 'unchanged';
  const wanted = {
    ...(node_version !== undefined && node_version !== nodeVersion ? { nodeVersion: node_version } : {}),
    ...((root_directory ?? null) !== (rootDirectory ?? null) ? { rootDirectory: root_directory ?? null } : {}),
  };
  if (Object.keys(wanted).length === 0) return 'unchanged';
  const path = `/v9/projects/${part(id)}`;
  await api.call('PATCH', path, { doing: `correct the settings of ${name}`, body: wanted, repeat: 'always' });
  return 'changed';
}
