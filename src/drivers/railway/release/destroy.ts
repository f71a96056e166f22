import type { DriverContext, Target } from '../../../core/driver.ts';
import { Railway } from '../api/client.ts';
import { ENVIRONMENT_MARK, environmentMark, MARK, type PlaceIds, recordName, serviceMark } from '../names.ts';
import { contentsOf, domainsOf, volumesOf } from '../place/attachments.ts';
import { environmentsOf, type Found, findPlace, getProject, idsOf, servicesOf } from '../place/find.ts';
import { isOurService } from '../place/ownership.ts';
import {
  parseRecord,
  readRecord,
  removeShared,
  sharedVariables,
  type TargetRecord,
  writeRecord,
} from '../place/record.ts';
import { readInstance } from '../place/settings.ts';
import { readVariables, removeVariables } from '../place/variables.ts';
import { listDeployments, phaseOf, removeDeployment } from './deployments.ts';

interface Destruction {
  readonly api: Railway;
  readonly target: Target;
  readonly context: DriverContext;
  readonly found: Found;
  readonly place: PlaceIds;
}

/**
 * Removes what this target has in its environment, and then what of ours nobody uses any more: the environment, the
 * service, the project. A volume that is to be kept keeps all three.
 */
export async function destroyTarget(target: Target, context: DriverContext, data?: 'keep' | 'remove'): Promise<void> {
  const api = new Railway(context);
  const found = await findPlace(api, target, context);
  if (!found) return;
  const place = idsOf(found);
  if (place) {
    const destruction = { api, target, context, found, place };
    const record = await readRecord(api, place, target);
    if (!(await isOurs(destruction, record))) return;
    await stop(destruction, record);
    const kept = await volumesLeft(destruction, record, data);
    if (kept.length > 0) {
      context.log(`kept the volume at ${kept.join(', ')}`);
      await writeRecord(api, place, { ...record, releases: [] });
      return;
    }
    await withdraw(destruction, record);
  }
  await removeEmpty(api, found, target);
}

/** A service of somebody else's has our record where we have deployed to it. */
async function isOurs({ api, found, place, target }: Destruction, { releases, names }: TargetRecord): Promise<boolean> {
  if (releases.length > 0 || names.length > 0) return true;
  return (await readVariables(api, place))[MARK] === serviceMark(target) || isOurService(api, found, target);
}

/** In a service of somebody else's only what we have deployed. */
async function stop({ api, found, place, target }: Destruction, { releases }: TargetRecord): Promise<void> {
  const known = new Set(releases.map(({ id }) => id));
  const ours = await isOurService(api, found, target);
  const deployments = (await listDeployments(api, place)).filter((one) => phaseOf(one) !== 'gone');
  for (const { id } of deployments.filter((one) => ours || known.has(one.id))) await removeDeployment(api, id);
}

/** Where the volumes are that stay. Only those that we made are removed, and none that another environment has too. */
async function volumesLeft(
  { api, found, place, target }: Destruction,
  record: TargetRecord,
  data: 'keep' | 'remove' | undefined,
): Promise<readonly string[]> {
  if (await isThrownAway(api, found, target)) return [];
  const left: string[] = [];
  for (const { volumeId, mountPath } of await volumesOf(api, place)) {
    const mine =
      data === 'remove' && record.volumes.includes(volumeId) && !(await isShared(api, found, place, volumeId));
    const isGone = async () => !(await volumesOf(api, place)).some((one) => one.volumeId === volumeId);
    if (mine) await api.remove('DeleteVolume', { volumeId }, { doing: `remove the volume at ${mountPath}`, isGone });
    else left.push(mountPath);
  }
  return left;
}

/** A preview of ours goes as a whole, with its volumes. */
async function isThrownAway(api: Railway, { project, environment, ours }: Found, target: Target): Promise<boolean> {
  if (!environment?.isEphemeral || target.mode !== 'preview') return false;
  const shared = await sharedVariables(api, { project: project.id, environment: environment.id });
  return ours || shared[ENVIRONMENT_MARK] === environmentMark(target);
}

async function isShared(api: Railway, { project }: Found, place: PlaceIds, volumeId: string): Promise<boolean> {
  for (const { id } of environmentsOf(project)) {
    if (id === place.environment) continue;
    const { volumes } = await contentsOf(api, { project: project.id, environment: id });
    if (volumes.some((one) => one.volumeId === volumeId)) return true;
  }
  return false;
}

/** The service; of one that stays, because of others or because it is not ours, our variables and addresses. */
async function withdraw({ api, target, found, place }: Destruction, record: TargetRecord): Promise<void> {
  const ours = await isOurService(api, found, target);
  if (ours) await closeAddresses(api, place);
  if (ours && !(await usedElsewhere(api, found, place)))
    await api.remove(
      'DeleteService',
      { id: place.service },
      {
        doing: 'remove the service',
        isGone: async () => !(await hasService(api, place)),
      },
    );
  else await removeVariables(api, place, record.names);
  if (Object.hasOwn(await sharedVariables(api, place), recordName(place.service)))
    await removeShared(api, place, recordName(place.service));
}

async function closeAddresses(api: Railway, place: PlaceIds): Promise<void> {
  const now = () => readInstance(api, place);
  const instance = await now();
  if (!instance) return;
  for (const { id } of domainsOf(instance)) {
    const isGone = async () => !(await now())?.domains.serviceDomains.some((one) => one.id === id);
    await api.remove('DeleteDomain', { id }, { doing: 'remove the domain', isGone });
  }
  for (const { id } of instance.tcpProxies) {
    const isGone = async () => !(await now())?.tcpProxies.some((one) => one.id === id);
    await api.remove('DeleteTcpProxy', { id }, { doing: 'remove the TCP proxy', isGone });
  }
}

async function hasService(api: Railway, { project, service }: PlaceIds): Promise<boolean> {
  const now = await getProject(api, project);
  return now !== undefined && servicesOf(now).some(({ id }) => id === service);
}

/** Whether another environment has a record of the service, or something of it that no record knows. */
async function usedElsewhere(api: Railway, { project }: Found, place: PlaceIds): Promise<boolean> {
  for (const { id, canAccess } of environmentsOf(project)) {
    // What cannot be seen may be in use.
    if (!canAccess) return true;
    if (id === place.environment) continue;
    const at = { project: project.id, environment: id };
    const shared = await sharedVariables(api, at);
    if (Object.hasOwn(shared, recordName(place.service))) return true;
    const { volumes, running } = await contentsOf(api, at);
    if ([...volumes, ...running].some(({ serviceId }) => serviceId === place.service)) return true;
  }
  return false;
}

/** A copy of an environment has the records of the other one too. */
function isRecordHere(text: string | undefined, target: Target): boolean {
  return parseRecord(text)?.target.startsWith(`${environmentMark(target)}/`) ?? false;
}

/** The project that we made, without a service in it; the environment that we made, where nothing is left of anybody. */
async function removeEmpty(api: Railway, { project, environment, ours }: Found, target: Target): Promise<void> {
  const now = await getProject(api, project.id);
  if (!now) return;
  if (ours && servicesOf(now).length === 0) {
    const isGone = async () => (await getProject(api, now.id)) === undefined;
    return api.remove('DeleteProject', { id: now.id }, { doing: `remove the project ${now.name}`, isGone });
  }
  if (!environment || environmentsOf(now).length < 2) return;
  const at = { project: now.id, environment: environment.id };
  const shared = await sharedVariables(api, at);
  const unused = !servicesOf(now).some(({ id }) => isRecordHere(shared[recordName(id)], target));
  const made = ours || shared[ENVIRONMENT_MARK] === environmentMark(target);
  if (!made || !unused) return;
  const { volumes, running } = await contentsOf(api, at);
  if (running.length > 0 || (volumes.length > 0 && !(await isThrownAway(api, { project, environment, ours }, target))))
    return;
  const isGone = async () => {
    const then = await getProject(api, now.id);
    return !then || !environmentsOf(then).some(({ id }) => id === environment.id);
  };
  const doing = `remove the environment ${environment.name}`;
  await api.remove('DeleteEnvironment', { id: environment.id }, { doing, isGone });
}
