import { ownTags } from '../names.ts';
import { ecsTags, namesOf, RELEASE_TAG, type Slot } from './names.ts';
import { isSpot, replicasOf, type Site } from './places.ts';
import type { Held, Service } from './slots.ts';
import { CONTAINER, type Definition } from './task-definition.ts';

/** Has the service of a slot run such tasks; one that does so already is left as it is. */
export async function startSlot(site: Site, held: Held, definition: Definition): Promise<void> {
  const { arn } = definition;
  if (isStarted(held.service, arn, replicasOf(site))) return;
  await setCheck(site, held.slot);
  if (held.service && held.service.status !== 'DRAINING') await update(site, held.slot, arn, held.service);
  else await create(site, held.slot, definition);
}

function isStarted(service: Service | undefined, arn: string, replicas: number): boolean {
  return service?.status === 'ACTIVE' && service.taskDefinition === arn && service.desiredCount === replicas;
}

/** How the load balancer checks the release: by the service's own check, where it has one that asks for a page. */
async function setCheck({ account, places, target }: Site, slot: Slot): Promise<void> {
  const { entrance } = places;
  if (!entrance) return;
  const { health } = target.service;
  const page = health?.kind === 'http' && !/^https?:/.test(health.target) ? health : undefined;
  const seconds = Math.min(300, Math.max(5, Math.round((health?.interval ?? 5_000) / 1000)));
  await (await account.aws.elb()).modifyTargetGroup({
    TargetGroupArn: entrance.groups[slot],
    HealthCheckPath: page?.target ?? '/',
    Matcher: { HttpCode: page ? page.status.join(',') : '200-499' },
    HealthCheckIntervalSeconds: seconds,
    HealthCheckTimeoutSeconds: Math.max(2, Math.min(seconds - 1, 10)),
    HealthyThresholdCount: Math.min(10, Math.max(2, health?.successes ?? 2)),
  });
}

/** What a service has, made or changed. ECS would go back by itself, to a release that nobody wants in this slot. */
function settings(site: Site, arn: string) {
  const { places } = site;
  return {
    cluster: places.cluster,
    taskDefinition: arn,
    desiredCount: replicasOf(site),
    networkConfiguration: networkOf(site),
    deploymentConfiguration: {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: false },
    },
    ...(places.entrance ? { healthCheckGracePeriodSeconds: graceOf(site) } : {}),
  };
}

export function networkOf({ places }: Site) {
  return {
    awsvpcConfiguration: {
      subnets: [...places.subnets],
      securityGroups: [places.security_group],
      assignPublicIp: places.public_ip ? ('ENABLED' as const) : ('DISABLED' as const),
    },
  };
}

/** Until then a failing check stops no task; slow starters would never come up otherwise. */
function graceOf({ target }: Site): number {
  return Math.min(7200, Math.ceil((target.service.health?.timeout ?? 60_000) / 1000));
}

/** By its token a call that is sent again is known: the service would be refused as being there already. */
async function create(site: Site, slot: Slot, { arn, tags }: Definition): Promise<void> {
  const { account, target } = site;
  const serviceName = namesOf(target).service(slot);
  const ecs = await account.aws.ecs();
  await ecs.createService({
    ...settings(site, arn),
    ...capacityOf(site),
    serviceName,
    clientToken: `${tags[RELEASE_TAG]}-${slot}`,
    propagateTags: 'SERVICE',
    tags: ecsTags(ownTags(target)),
    ...balancedBy(site, slot),
  });
}

async function update(site: Site, slot: Slot, arn: string, service: Service): Promise<void> {
  const { account, target } = site;
  const ecs = await account.aws.ecs();
  await ecs.updateService({
    ...settings(site, arn),
    ...changedCapacity(site, service),
    service: namesOf(target).service(slot),
    ...balancedBy(site, slot),
  });
}

/** Behind which group of the load balancer its tasks stand; a worker has none. */
function balancedBy({ places: { entrance }, options }: Site, slot: Slot) {
  if (!entrance) return {};
  const balancer = { targetGroupArn: entrance.groups[slot], containerName: CONTAINER, containerPort: options.port };
  return { loadBalancers: [balancer] };
}

/** Where tasks run: on spare capacity, or not. */
export function capacityOf(site: Site) {
  if (!isSpot(site)) return { launchType: 'FARGATE' as const };
  return { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
}

/** A service that was made on spare capacity stays there until it is told otherwise. */
function changedCapacity(site: Site, { capacityProviderStrategy: now = [] }: Service) {
  const capacityProvider = isSpot(site) ? 'FARGATE_SPOT' : 'FARGATE';
  if ((now[0]?.capacityProvider ?? 'FARGATE') === capacityProvider) return {};
  return { capacityProviderStrategy: [{ capacityProvider, weight: 1 }], forceNewDeployment: true };
}
