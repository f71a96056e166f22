import { healthOf } from '../elb/front.ts';
import { groupsOf } from '../elb/state.ts';
import type { AwsPlace } from '../service.ts';
import { startContainer } from './container.ts';
import { allTasks, type Deployment, ecsOf, type Service, type Task, type TaskDefinition } from './state.ts';

/** Failures in a row with which a deployment is given up. */
const BREAKS_AT = 3;

export function startTask(
  place: AwsPlace,
  { cluster, definition, startedBy, service }: Pick<Task, 'cluster' | 'definition' | 'startedBy' | 'service'>,
): Task {
  const { world, account, region } = place;
  const number = world.next();
  const task: Task = {
    taskArn: `arn:aws:ecs:${region}:${account}:task/${cluster}/${world.hex(32)}`,
    cluster,
    definition,
    startedBy,
    service,
    ip: `127.${60 + (process.pid % 100)}.${Math.floor(number / 250) % 250}.${(number % 250) + 2}`,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    container: undefined,
    exitCode: undefined,
    reason: undefined,
    stoppedReason: undefined,
    looks: 0,
  };
  ecsOf(place).tasks.set(task.taskArn, task);
  allTasks(place).push(task);
  return task;
}

export function stopTask(place: AwsPlace, task: Task, reason: string): void {
  task.desiredStatus = 'STOPPED';
  task.lastStatus = 'STOPPED';
  task.stoppedReason ??= reason;
  task.exitCode ??= task.container ? 143 : undefined;
  task.container?.stop();
  deregister(place, task);
}

/** Brings a task one look further. */
export async function advanceTask(place: AwsPlace, task: Task): Promise<void> {
  if (task.lastStatus === 'STOPPED') return;
  if (task.lastStatus === 'RUNNING') return noticeExit(place, task);
  if (++task.looks <= place.world.looks && task.lastStatus === 'PROVISIONING') {
    task.lastStatus = 'PENDING';
    return;
  }
  try {
    task.container = await startContainer(place, task);
    task.lastStatus = 'RUNNING';
    register(place, task);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    task.reason = /^exec:/.test(message) ? `CannotStartContainerError: ${message}` : message;
    task.lastStatus = 'STOPPED';
    task.desiredStatus = 'STOPPED';
    task.stoppedReason = /^exec:/.test(message) ? 'Task failed to start' : message;
  }
}

function noticeExit(place: AwsPlace, task: Task): void {
  const exit = task.container?.exit();
  if (exit === undefined) return;
  task.exitCode = exit;
  task.lastStatus = 'STOPPED';
  task.desiredStatus = 'STOPPED';
  task.stoppedReason = 'Essential container in task exited';
  deregister(place, task);
}

function balancedBy({ service }: Task): { targetGroupArn: string; containerPort: number } | undefined {
  return service?.given.loadBalancers?.[0];
}

function register(place: AwsPlace, task: Task): void {
  const balanced = balancedBy(task);
  if (balanced) groupsOf(place).get(balanced.targetGroupArn)?.targets.set(task.ip, balanced.containerPort);
}

function deregister(place: AwsPlace, task: Task): void {
  for (const group of groupsOf(place).values()) group.targets.delete(task.ip);
}

export function tasksOf(place: AwsPlace, service: Service): Task[] {
  return [...ecsOf(place).tasks.values()].filter((task) => task.service === service);
}

function upOf(place: AwsPlace, service: Service, definition: TaskDefinition): Task[] {
  return tasksOf(place, service).filter((it) => it.definition === definition && it.desiredStatus === 'RUNNING');
}

/** Brings a service one look further: tasks come and go until they are as many as wanted, of the newest definition. */
export async function advanceService(place: AwsPlace, service: Service): Promise<void> {
  if (service.status === 'DRAINING') {
    if (++service.looks > place.world.looks) service.status = 'INACTIVE';
    return;
  }
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  if (service.status !== 'ACTIVE' || !primary) return;
  const up = upOf(place, service, primary.definition);
  for (const task of up) {
    await advanceTask(place, task);
    if (task.lastStatus === 'STOPPED') failed(place, service, primary, task);
  }
  scale(place, service, primary);
  await complete(place, service, primary);
}

function failed(place: AwsPlace, service: Service, primary: Deployment, task: Task): void {
  if (primary.rolloutState === 'COMPLETED') return;
  primary.failedTasks += 1;
  note(
    place,
    service,
    `(service ${service.serviceName}) task ${task.taskArn.split('/').at(-1)} stopped: ${task.stoppedReason}`,
  );
  const { enable } = service.given.deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  if (enable && primary.failedTasks >= BREAKS_AT) {
    primary.rolloutState = 'FAILED';
    note(
      place,
      service,
      `(service ${service.serviceName}) (deployment ${primary.id}) deployment failed: tasks failed to start.`,
    );
  }
}

export function note(place: AwsPlace, service: Service, message: string): void {
  service.events.unshift({ id: place.world.uuid(), createdAt: place.world.now(), message });
}

function scale(place: AwsPlace, service: Service, primary: Deployment): void {
  const up = upOf(place, service, primary.definition);
  const unwanted = service.desired === 0 ? tasksOf(place, service) : up.slice(service.desired);
  for (const task of unwanted.filter(({ desiredStatus }) => desiredStatus === 'RUNNING'))
    stopTask(place, task, 'Scaling activity initiated by (service)');
  const missing = primary.rolloutState === 'FAILED' ? 0 : service.desired - up.length;
  for (let count = 0; count < missing; count++)
    startTask(place, { cluster: service.cluster, definition: primary.definition, startedBy: primary.id, service });
}

async function complete(place: AwsPlace, service: Service, primary: Deployment): Promise<void> {
  if (primary.rolloutState === 'FAILED') return;
  const up = upOf(place, service, primary.definition).filter((it) => it.lastStatus === 'RUNNING');
  const group = groupsOf(place).get(service.given.loadBalancers?.[0]?.targetGroupArn ?? '');
  const health = await Promise.all(up.map((task) => (group ? healthOf(group, task.ip) : 'healthy')));
  if (up.length < service.desired || health.some((state) => state !== 'healthy')) return;
  primary.rolloutState = 'COMPLETED';
  for (const task of tasksOf(place, service))
    if (task.definition !== primary.definition) stopTask(place, task, 'Scaling activity initiated by (deployment)');
  service.deployments = [primary];
}
