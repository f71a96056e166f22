import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';
import type { Running } from './container.ts';

export interface Cluster {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly providers: readonly string[];
  tags: Tags;
}

// biome-ignore lint/suspicious/noExplicitAny: as the client registers them
export type Registered = any;

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly given: Registered;
  readonly registeredAt: Date;
  status: 'ACTIVE' | 'INACTIVE';
  readonly tags: Tags;
}

export interface Task {
  readonly taskArn: string;
  readonly cluster: string;
  readonly definition: TaskDefinition;
  /** Name of a service, or what `RunTask` was told. */
  readonly startedBy: string;
  readonly service: Service | undefined;
  readonly ip: string;
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  container: Running | undefined;
  exitCode: number | undefined;
  reason: string | undefined;
  stoppedReason: string | undefined;
  looks: number;
}

export interface Deployment {
  readonly id: string;
  status: 'PRIMARY' | 'ACTIVE';
  readonly definition: TaskDefinition;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  failedTasks: number;
  readonly createdAt: Date;
}

export interface Service {
  readonly serviceName: string;
  readonly serviceArn: string;
  readonly cluster: string;
  readonly tags: Tags;
  // biome-ignore lint/suspicious/noExplicitAny: as the client gives it
  given: any;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired: number;
  deployments: Deployment[];
  readonly events: { id: string; createdAt: Date; message: string }[];
  looks: number;
}

export interface EcsState {
  readonly clusters: Map<string, Cluster>;
  readonly definitions: Map<string, TaskDefinition>;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
}

export const ecsOf: (place: AwsPlace) => EcsState = stateOf('ecs', () => ({
  clusters: new Map(),
  definitions: new Map(),
  services: new Map(),
  tasks: new Map(),
}));

/** Every task that was ever started, so that their processes can be ended with the world. */
export const allTasks: (place: AwsPlace) => Task[] = stateOf('ecs all tasks', () => [], 'world');
