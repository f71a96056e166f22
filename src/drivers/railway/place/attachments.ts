import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Data, Railway } from '../api/client.ts';
import type { PlaceIds } from '../names.ts';
import { readOptions } from '../options.ts';
import { readRecord, writeRecord } from './record.ts';
import type { InstanceView } from './settings.ts';

type EnvironmentPlace = Pick<PlaceIds, 'project' | 'environment'>;
type VolumeView = Data<'Environment'>['environment']['volumeInstances']['edges'][number]['node'];

/** Volumes of the service in this environment. */
export async function volumesOf(api: Railway, place: PlaceIds): Promise<readonly VolumeView[]> {
  const { volumes } = await contentsOf(api, place);
  return volumes.filter(({ serviceId }) => serviceId === place.service);
}

/** Volumes of an environment, and services of which something runs in it. */
export async function contentsOf(api: Railway, { environment, project }: EnvironmentPlace) {
  const given = { doing: 'look what the environment holds' };
  const found = await api.call('Environment', { id: environment, projectId: project }, given);
  const { volumeInstances, serviceInstances } = found.environment;
  const volumes = volumeInstances.edges.map(({ node }) => node);
  return {
    volumes: volumes.filter(({ deletedAt, isPendingDeletion }) => !deletedAt && !isPendingDeletion),
    running: serviceInstances.edges
      .map(({ node }) => node)
      .filter(({ activeDeployments }) => activeDeployments.length > 0),
  };
}

/** A service of Railway's has one volume at most. */
export async function ensureVolume(api: Railway, place: PlaceIds, target: Target): Promise<void> {
  const { volume: mountPath, region } = readOptions(target.service.options);
  if (mountPath === undefined) return;
  const [there] = await volumesOf(api, place);
  if (there && there.mountPath !== mountPath) throw elsewhere(there.mountPath, target);
  if (there) return;
  const input = {
    projectId: place.project,
    environmentId: place.environment,
    serviceId: place.service,
    mountPath,
    ...(region === undefined ? {} : { region }),
  };
  const given = { doing: `make a volume at ${mountPath}` };
  const id = await api.make(
    async () => (await api.call('CreateVolume', { input }, given)).volumeCreate.id,
    async () => (await volumesOf(api, place))[0]?.volumeId,
  );
  const record = await readRecord(api, place, target);
  await writeRecord(api, place, { ...record, volumes: [...record.volumes, id] });
}

/** The address by which users come; creating one twice would make two. */
export async function ensureDomain(
  api: Railway,
  place: PlaceIds,
  target: Target,
  instance: InstanceView,
): Promise<string | undefined> {
  const options = readOptions(target.service.options);
  const there = domainsOf(instance)[0];
  const ids = { environmentId: place.environment, serviceId: place.service };
  if (there && options.port !== undefined && there.targetPort !== options.port) {
    const input = { ...ids, serviceDomainId: there.id, domain: there.domain, targetPort: options.port };
    await api.call('UpdateDomain', { input }, { doing: `lead ${there.domain} to its port`, repeat: 'always' });
  }
  if (!options.public || there) return urlOf(instance);
  const input = { ...ids, ...(options.port === undefined ? {} : { targetPort: options.port }) };
  const { serviceDomainCreate } = await api.call('CreateDomain', { input }, { doing: 'make a domain' });
  return `https://${serviceDomainCreate.domain}`;
}

export async function ensureTcpProxy(
  api: Railway,
  place: PlaceIds,
  { service }: Target,
  { tcpProxies }: InstanceView,
): Promise<void> {
  const { tcp_proxy: applicationPort } = readOptions(service.options);
  if (applicationPort === undefined) return;
  if (tcpProxies.some((one) => !one.deletedAt && one.applicationPort === applicationPort)) return;
  const input = { environmentId: place.environment, serviceId: place.service, applicationPort };
  await api.call('CreateTcpProxy', { input }, { doing: `lead TCP to port ${applicationPort}` });
}

export function domainsOf({ domains }: InstanceView) {
  return domains.serviceDomains.filter(({ deletedAt }) => !deletedAt);
}

/** Railway's domain, or else one of the owner's. */
export function urlOf(instance: InstanceView): string | undefined {
  const own = instance.domains.customDomains.filter(({ deletedAt }) => !deletedAt);
  const [domain] = [...domainsOf(instance), ...own];
  return domain && `https://${domain.domain}`;
}

function elsewhere(path: string, { service }: Target): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'provision',
    reason: `The volume of ${service.name} is mounted at ${path} at Railway`,
    fix: `Set services.${service.name}.railway.volume to ${path}, or mount it elsewhere at Railway`,
  });
}
