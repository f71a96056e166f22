import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { type Account, openAccount } from '../account.ts';
import { isOwn, ownTags } from '../names.ts';
import type { ContainerOptions } from '../options/container.ts';
import { removeStack } from '../stack/stack.ts';
import { fromEcsTags, namesOf, SLOTS } from './names.ts';
import { Pace } from './pace.ts';
import { removeParameters } from './parameters.ts';
import type { Places } from './places.ts';
import { removeRule, rulesAt } from './rule.ts';
import { activeDefinitions } from './task-definition.ts';

/**
 * Services first, since the load balancer and the cluster cannot go before their tasks have; then what no stack has, then
 * the stack. What is gone already is passed over, so that it can be called again wherever it was cut off.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const account = await openAccount<ContainerOptions>(target, context);
  const names = namesOf(target);
  const places = target.resource as unknown as Places | null;
  const cluster = places?.cluster ?? account.options.cluster ?? names.cluster;
  await removeServices({ account, target, context, cluster });
  await stopTasks({ account, target, context, cluster });
  await removeRules({ account, target, places });
  await removeDefinitions(account, target);
  await removeParameters({ account, target });
  const cloud = await account.aws.cloudformation();
  await removeStack(cloud, { name: names.stack, tags: ownTags(target) }, context);
}

/** One that was made before anything was written down stands at the listener that the options name. */
async function removeRules({
  account,
  target,
  places,
}: Omit<Place, 'context' | 'cluster'> & { places: Places | null }) {
  const { listener } = account.options;
  const elb = await account.aws.elb();
  if (places?.entrance) await removeRule(elb, target, places.entrance.rule);
  else if (listener !== undefined) for (const rule of await rulesAt(elb, listener)) await removeRule(elb, target, rule);
}

interface Place {
  readonly account: Account<ContainerOptions>;
  readonly target: Target;
  readonly context: DriverContext;
  readonly cluster: string;
}

/** Until none of them drains any more: their tasks hold the network that the stack is to remove. */
async function removeServices(place: Place): Promise<void> {
  const { account, target, context, cluster } = place;
  const ecs = await account.aws.ecs();
  for (const service of await ownServices(place))
    if (service.status === 'ACTIVE')
      await ecs.deleteService({ cluster, service: service.serviceName, force: true }).catch(passOver);
  const pace = new Pace();
  for (;;) {
    const left = await ownServices(place);
    if (left.length === 0) return;
    context.log(`waiting until the tasks of ${target.service.name} have ended`);
    await pace.wait(context);
  }
}

/** Those of this target that are not gone; others' are left as they are. */
async function ownServices({ account, target, cluster }: Place) {
  const ecs = await account.aws.ecs();
  const request = { cluster, services: SLOTS.map(namesOf(target).service), include: ['TAGS' as const] };
  const { services = [] } = await ecs.describeServices(request).catch(passOver);
  return services.filter(({ status, tags }) => status !== 'INACTIVE' && isOwn(target, fromEcsTags(tags)));
}

function passOver(error: unknown): { services?: never[]; taskArns?: never[] } {
  if (hasCode(error, 'ServiceNotFound', 'ServiceNotActive', 'ClusterNotFound')) return {};
  throw error;
}

/** What is left of commands. */
async function stopTasks({ account, target, context, cluster }: Place): Promise<void> {
  const ecs = await account.aws.ecs();
  const running = async () => {
    const request = { cluster, family: namesOf(target).jobs, desiredStatus: 'RUNNING' as const };
    return (await ecs.listTasks(request).catch(passOver)).taskArns ?? [];
  };
  for (const task of await running()) await ecs.stopTask({ cluster, task, reason: 'destroyed' });
  const pace = new Pace();
  while ((await running()).length > 0) await pace.wait(context);
}

/** Ones that are out of use cost nothing and name nothing: AWS keeps them for the record. */
async function removeDefinitions(account: Account<ContainerOptions>, target: Target): Promise<void> {
  const { family, jobs } = namesOf(target);
  const ecs = await account.aws.ecs();
  for (const arn of [
    ...(await activeDefinitions({ account }, family)),
    ...(await activeDefinitions({ account }, jobs)),
  ])
    await ecs.deregisterTaskDefinition({ taskDefinition: arn });
}
