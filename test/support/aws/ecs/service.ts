import { isDeepStrictEqual } from 'node:util';
import { isAttached } from '../elb/state.ts';
import { type AwsCall, AwsFault, type AwsService, arnOf } from '../service.ts';
import { definitionOf, definitionOperations } from './definitions.ts';
import { type Cluster, ecsOf, type Service, type Task } from './state.ts';
import { advanceService, advanceTask, note, startTask, stopTask, tasksOf } from './work.ts';

/** Clusters, services and tasks. Tasks are processes of this machine, made from the images of the registry. */
export const ecs: AwsService = {
  signedFor: 'ecs',
  package: '@aws-sdk/client-ecs',
  model: () => import('@aws-sdk/client-ecs') as never,
  operations: {
    ...definitionOperations,
    DescribeClusters: ({ clusters = ['default'] }, call) => {
      const found = (clusters as string[]).map((name) => ecsOf(call).clusters.get(shortOf(name)));
      return {
        clusters: found.flatMap((it) => (it ? [shownCluster(it)] : [])),
        failures: (clusters as string[]).filter((_, index) => !found[index]).map((arn) => ({ arn, reason: 'MISSING' })),
      };
    },
    ListServices: ({ cluster = 'default' }, call) => {
      const { clusterName } = clusterOf(cluster, call);
      const active = [...ecsOf(call).services.values()].filter(
        (it) => it.cluster === clusterName && it.status === 'ACTIVE',
      );
      return { serviceArns: active.map(({ serviceArn }) => serviceArn) };
    },
    ListClusters: (_, call) => ({ clusterArns: [...ecsOf(call).clusters.values()].map((it) => it.clusterArn) }),
    CreateService: (input, call) => ({ service: shown(createService(input, call), call) }),
    UpdateService: (input, call) => ({ service: shown(updateService(input, call), call) }),
    DescribeServices: async ({ cluster = 'default', services, include = [] }, call) => {
      const { clusterName } = clusterOf(cluster, call);
      const found = (services as string[]).map((name) => ecsOf(call).services.get(`${clusterName}/${shortOf(name)}`));
      for (const service of found) if (service) await advanceService(call, service);
      return {
        services: found.flatMap((it) => (it ? [shown(it, call, include.includes('TAGS'))] : [])),
        failures: (services as string[]).filter((_, index) => !found[index]).map((arn) => ({ arn, reason: 'MISSING' })),
      };
    },
    DeleteService: ({ cluster = 'default', service: name, force = false }, call) => {
      const service = serviceOf(cluster, name, call);
      if (service.desired > 0 && !force)
        throw new AwsFault('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
      for (const task of tasksOf(call, service))
        stopTask(call, task, 'Scaling activity initiated by (service deletion)');
      service.status = 'DRAINING';
      service.desired = 0;
      service.looks = 0;
      return { service: shown(service, call) };
    },
    ListTasks: ({ cluster = 'default', family, startedBy, serviceName, desiredStatus = 'RUNNING' }, call) => {
      const { clusterName } = clusterOf(cluster, call);
      const found = [...ecsOf(call).tasks.values()].filter(
        (it) =>
          it.cluster === clusterName &&
          it.desiredStatus === desiredStatus &&
          (family === undefined || it.definition.family === family) &&
          (startedBy === undefined || it.startedBy === startedBy) &&
          (serviceName === undefined || it.service?.serviceName === serviceName),
      );
      return { taskArns: found.map(({ taskArn }) => taskArn) };
    },
    DescribeTasks: async ({ tasks }, call) => {
      const found = (tasks as string[]).map((arn) => ecsOf(call).tasks.get(arn));
      for (const task of found) if (task && !task.service) await advanceTask(call, task);
      return { tasks: found.flatMap((it) => (it ? [shownTask(it, call)] : [])), failures: [] };
    },
    RunTask: ({ cluster = 'default', taskDefinition, startedBy = '', ...given }, call) => {
      const { clusterName } = clusterOf(cluster, call);
      checkNetwork(given);
      const definition = definitionOf(taskDefinition, call);
      const known = [...ecsOf(call).tasks.values()].find(
        (it) => given.clientToken && tokenOf.get(it) === given.clientToken,
      );
      const task = known ?? startTask(call, { cluster: clusterName, definition, startedBy, service: undefined });
      if (given.clientToken) tokenOf.set(task, given.clientToken);
      return { tasks: [shownTask(task, call)], failures: [] };
    },
    StopTask: ({ task: arn, reason = 'Task stopped by user' }, call) => {
      const task = ecsOf(call).tasks.get(arn);
      if (!task) throw new AwsFault('InvalidParameterException', 'The referenced task was not found.');
      stopTask(call, task, reason);
      return { task: shownTask(task, call) };
    },
  },
  tagged: (place) => {
    const { clusters, services } = ecsOf(place);
    const standing = [...services.values()].filter(({ status }) => status !== 'INACTIVE');
    return [
      ...[...clusters.values()].map(({ clusterArn, tags }) => ({ arn: clusterArn, tags: Object.fromEntries(tags) })),
      ...standing.map(({ serviceArn, tags }) => ({ arn: serviceArn, tags: Object.fromEntries(tags) })),
    ];
  },
};

const tokenOf = new WeakMap<Task, string>();

function createService(given: Service['given'], call: AwsCall): Service {
  const { cluster = 'default', serviceName, taskDefinition, desiredCount = 0, tags = [] } = given;
  const { clusterName } = clusterOf(cluster, call);
  const key = `${clusterName}/${serviceName}`;
  const there = ecsOf(call).services.get(key);
  const status = there?.status;
  if (there && status === 'ACTIVE' && given.clientToken && there.given.clientToken === given.clientToken) return there;
  if (status === 'DRAINING')
    throw new AwsFault('InvalidParameterException', 'Unable to Start a service that is still Draining.');
  if (status === 'ACTIVE') throw new AwsFault('InvalidParameterException', 'Creation of service was not idempotent.');
  checkNetwork(given);
  for (const { targetGroupArn } of given.loadBalancers ?? [])
    if (!isAttached(call, targetGroupArn))
      throw new AwsFault(
        'InvalidParameterException',
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      );
  const service: Service = {
    serviceName,
    serviceArn: arnOf(call, 'ecs', `service/${key}`),
    cluster: clusterName,
    tags: new Map(tags.map(({ key: name, value }: { key: string; value: string }) => [name, value])),
    given,
    status: 'ACTIVE',
    desired: desiredCount,
    deployments: [],
    events: [],
    looks: 0,
  };
  ecsOf(call).services.set(key, service);
  deployTo(service, taskDefinition, call);
  return service;
}

/** Counts and settings of deployments alone begin no deployment; another definition does. */
function updateService(given: Service['given'], call: AwsCall): Service {
  const { cluster = 'default', service: name, taskDefinition, desiredCount, forceNewDeployment, ...rest } = given;
  const service = serviceOf(cluster, name, call);
  service.desired = desiredCount ?? service.desired;
  const { capacityProviderStrategy: strategy } = service.given;
  const moved = rest.capacityProviderStrategy && !isDeepStrictEqual(rest.capacityProviderStrategy, strategy);
  if (moved && !forceNewDeployment)
    throw new AwsFault('InvalidParameterException', 'Force a new deployment to change the capacity provider strategy.');
  const { launchType: _, ...before } = service.given;
  service.given = { ...(moved ? before : service.given), ...rest };
  const [primary] = service.deployments;
  const wanted = taskDefinition ? definitionOf(taskDefinition, call) : primary?.definition;
  if (wanted && (wanted !== primary?.definition || forceNewDeployment)) deployTo(service, wanted.arn, call);
  return service;
}

function deployTo(service: Service, taskDefinition: string, call: AwsCall): void {
  const definition = definitionOf(taskDefinition, call);
  if (definition.status !== 'ACTIVE') throw new AwsFault('ClientException', 'TaskDefinition is inactive');
  const id = `ecs-svc/${call.world.next()}`;
  const createdAt = call.world.now();
  for (const deployment of service.deployments) deployment.status = 'ACTIVE';
  service.deployments.unshift({
    id,
    status: 'PRIMARY',
    definition,
    rolloutState: 'IN_PROGRESS',
    failedTasks: 0,
    createdAt,
  });
  note(call, service, `(service ${service.serviceName}) has started a deployment`);
}

function checkNetwork({ networkConfiguration }: Service['given']): void {
  const { subnets = [], securityGroups = [] } = networkConfiguration?.awsvpcConfiguration ?? {};
  if (subnets.length > 0 && securityGroups.length > 0) return;
  throw new AwsFault(
    'InvalidParameterException',
    'Network Configuration must be provided when networkMode awsvpc is used.',
  );
}

function clusterOf(name: string, call: AwsCall): Cluster {
  const cluster = ecsOf(call).clusters.get(shortOf(name));
  if (!cluster) throw new AwsFault('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

function serviceOf(cluster: string, name: string, call: AwsCall): Service {
  const service = ecsOf(call).services.get(`${clusterOf(cluster, call).clusterName}/${shortOf(name)}`);
  if (!service) throw new AwsFault('ServiceNotFoundException', 'Service not found.');
  if (service.status === 'ACTIVE') return service;
  throw new AwsFault('ServiceNotActiveException', 'Service was not ACTIVE.');
}

function shortOf(nameOrArn: string): string {
  return nameOrArn.split('/').at(-1) ?? '';
}

function shownCluster({ clusterName, clusterArn, providers }: Cluster) {
  return { clusterName, clusterArn, status: 'ACTIVE', capacityProviders: [...providers] };
}

function shown(service: Service, call: AwsCall, tagged = false) {
  const own = tasksOf(call, service);
  const in_ = (status: string) => own.filter((it) => it.lastStatus === status).length;
  const { serviceName, serviceArn, cluster, status, desired, events, deployments, given } = service;
  return {
    serviceName,
    serviceArn,
    clusterArn: arnOf(call, 'ecs', `cluster/${cluster}`),
    status,
    desiredCount: desired,
    runningCount: in_('RUNNING'),
    pendingCount: in_('PENDING') + in_('PROVISIONING'),
    taskDefinition: deployments[0]?.definition.arn,
    launchType: given.launchType,
    capacityProviderStrategy: given.capacityProviderStrategy,
    events: events.slice(0, 100),
    deployments: deployments.map(({ definition, ...it }) => ({
      ...it,
      taskDefinition: definition.arn,
      desiredCount: desired,
      runningCount: own.filter((task) => task.definition === definition && task.lastStatus === 'RUNNING').length,
    })),
    ...(tagged ? { tags: [...service.tags].map(([key, value]) => ({ key, value })) } : {}),
  };
}

function shownTask(task: Task, call: AwsCall) {
  const { taskArn, definition, lastStatus, desiredStatus, startedBy, stoppedReason, exitCode, reason } = task;
  return {
    taskArn,
    clusterArn: arnOf(call, 'ecs', `cluster/${task.cluster}`),
    taskDefinitionArn: definition.arn,
    lastStatus,
    desiredStatus,
    startedBy,
    stoppedReason,
    containers: [{ name: definition.given.containerDefinitions[0].name, lastStatus, exitCode, reason }],
  };
}
