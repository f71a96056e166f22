import type { DriverContext, Provisioned, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { Railway } from '../api/client.ts';
import {
  ENVIRONMENT_MARK,
  environmentMark,
  MARK,
  type PlaceIds,
  projectMark,
  serviceMark,
  wantedEnvironment,
  wantedProject,
  wantedService,
} from '../names.ts';
import { readOptions } from '../options.ts';
import { ensureDomain, ensureTcpProxy, ensureVolume } from './attachments.ts';
import { environmentsOf, type Found, findPlace, idsOf, knownPlace, projectsNamed, workspacesOf } from './find.ts';
import { keepMark, refuseStrangers } from './ownership.ts';
import { ensureRecord, setShared } from './record.ts';
import { readInstance } from './settings.ts';

/** Makes or adopts project, environment, service, and what is attached to it. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const api = new Railway(context);
  return oneAtATime(wantedProject(target, context), async () => {
    const scope = { api, target, context };
    const before = await findPlace(api, target, context);
    if (before) await refuseStrangers(api, before, target, context);
    const place = before && idsOf(before) ? before : await completed(before ?? (await makeProject(scope)), scope);
    const ids = idsOf(place);
    if (!ids) throw vanished(target);
    const url = await attach(scope, place, ids);
    const outcome = before && idsOf(before) ? (knownPlace(target) ? 'unchanged' : 'adopted') : 'created';
    return { resource: { ...ids }, outcome, ...(url === undefined ? {} : { url }) };
  });
}

interface Scope {
  readonly api: Railway;
  readonly target: Target;
  readonly context: DriverContext;
}

const running = new Map<string, Promise<unknown>>();

/** Services of one project are provisioned at the same time, and must not make it, or its environment, twice. */
async function oneAtATime<T>(project: string, work: () => Promise<T>): Promise<T> {
  const before = running.get(project) ?? Promise.resolve();
  const mine = before.then(work, work);
  running.set(project, mine);
  try {
    return await mine;
  } finally {
    if (running.get(project) === mine) running.delete(project);
  }
}

/** Its mark is made with it, so that a lost answer leaves no project that nobody owns. */
async function makeProject({ api, target, context }: Scope): Promise<Found> {
  const name = wantedProject(target, context);
  refuseProjectToken(api, `the project ${name}`);
  const workspaces = await workspacesOf(api, target);
  const [workspace] = workspaces;
  if (workspaces.length > 1 || !workspace) throw whichWorkspace(target, workspaces.length);
  const input = {
    name,
    description: projectMark(target),
    workspaceId: workspace.id,
    defaultEnvironmentName: wantedEnvironment(target),
    prDeploys: false,
  };
  const { projectCreate } = await api.call('CreateProject', { input }, { doing: `create the project ${name}` });
  context.log(`made the project ${name} in the workspace ${workspace.name}`);
  const [oldest] = (await projectsNamed(api, target, name)).filter(
    ({ description }) => description === projectMark(target),
  );
  // Another run, for another environment, was faster: Railway lets both have the name.
  if (oldest && oldest.id !== projectCreate.id)
    await api.call('DeleteProject', { id: projectCreate.id }, { doing: `remove the second project ${name}` });
  const made = await findPlace(api, target, context);
  if (!made) throw vanished(target);
  if (made.project.id === projectCreate.id && made.environment)
    await markEnvironment(api, target, { project: made.project.id, environment: made.environment.id });
  return made;
}

/** Environment and service, as far as they are missing. */
async function completed(found: Found, scope: Scope): Promise<Found> {
  const { api, target, context } = scope;
  if (!found.environment) await makeEnvironment(found, scope);
  const there = found.environment ? found : await findPlace(api, target, context);
  if (!there?.environment) throw vanished(target);
  if (there.service) return there;
  await makeService(there, scope);
  return (await findPlace(api, target, context)) ?? Promise.reject(vanished(target));
}

/** Previews are marked as what they are. A copy brings services, variables and volumes, and deploys nothing. */
async function makeEnvironment({ project }: Found, { api, target, context }: Scope): Promise<void> {
  const name = wantedEnvironment(target);
  refuseProjectToken(api, `the environment ${name}`);
  const { duplicate } = readOptions(target.service.options);
  const source = environmentsOf(project).find((one) => one.name === duplicate);
  if (duplicate !== undefined && !source) throw noSource(duplicate, target);
  const input = {
    projectId: project.id,
    name,
    ephemeral: target.mode === 'preview',
    skipInitialDeploys: true,
    ...(source ? { sourceEnvironmentId: source.id } : {}),
  };
  const given = { doing: `create the environment ${name}` };
  const environment = await api.make(
    async () => (await api.call('CreateEnvironment', { input }, given)).environmentCreate.id,
    async () => (await findPlace(api, target, context))?.environment?.id,
  );
  await markEnvironment(api, target, { project: project.id, environment });
  context.log(`made the environment ${name}${source ? ` as a copy of ${source.name}` : ''}`);
}

/** What is marked goes again with the last that is in it. */
function markEnvironment(
  api: Railway,
  target: Target,
  place: Pick<PlaceIds, 'project' | 'environment'>,
): Promise<void> {
  return setShared(api, place, { [ENVIRONMENT_MARK]: environmentMark(target) });
}

/** Without a source, so that nothing is deployed. */
async function makeService({ project, environment }: Found, { api, target, context }: Scope): Promise<void> {
  const name = wantedService(target);
  refuseProjectToken(api, `the service ${name}`);
  const input = {
    projectId: project.id,
    name,
    variables: { [MARK]: serviceMark(target) },
    ...(environment ? { environmentId: environment.id } : {}),
  };
  await api.call('CreateService', { input }, { doing: `create the service ${name}` });
  context.log(`made the service ${name}`);
}

/** How long an instance may take to show; ms between looks. */
const LOOKS = [0, 500, 1_000, 2_000, 4_000, 8_000];

async function attach(scope: Scope, found: Found, place: PlaceIds): Promise<string | undefined> {
  const { api, target } = scope;
  const instance = await ensureInstance(scope, place);
  await ensureRecord(api, place, target);
  await keepMark(api, found, place, target);
  await ensureVolume(api, place, target);
  await ensureTcpProxy(api, place, target, instance);
  return ensureDomain(api, place, target, instance);
}

/** An environment that is newer than the service does not have it until it is told to. */
async function ensureInstance({ api, target, context }: Scope, place: PlaceIds) {
  const found = await readInstance(api, place);
  if (found) return found;
  await api.call(
    'PatchEnvironment',
    {
      environmentId: place.environment,
      patch: { services: { [place.service]: { isCreated: true } } },
      message: 'deployer adds a service',
    },
    { doing: `add ${target.service.name} to the environment`, repeat: 'always' },
  );
  for (const wait of LOOKS) {
    await context.clock.sleep(wait, context.signal);
    const made = await readInstance(api, place);
    if (made) return made;
  }
  throw vanished(target);
}

function refuseProjectToken({ token }: Railway, what: string): void {
  if (token.kind !== 'project') return;
  throw new DeployerError({
    code: 'INSUFFICIENT_PERMISSIONS',
    stage: 'provision',
    reason: `RAILWAY_TOKEN is the token of a project, which cannot make ${what}`,
    fix: 'Put a token of the account or the workspace into RAILWAY_API_TOKEN for the first deploy, and unset RAILWAY_TOKEN',
  });
}

function whichWorkspace({ service }: Target, count: number): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'provision',
    reason: count === 0 ? 'The token sees no workspace at Railway' : `The token sees ${count} workspaces at Railway`,
    fix: `Set services.${service.name}.railway.workspace to the one that the project is to be made in`,
  });
}

function noSource(name: string, { service }: Target): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'provision',
    reason: `Railway has no environment ${name} that could be copied`,
    fix: `Correct services.${service.name}.railway.duplicate`,
  });
}

function vanished(target: Target): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    stage: 'provision',
    reason: `Railway does not show what was made for ${target.service.name} yet`,
    fix: 'Try again',
  });
}
