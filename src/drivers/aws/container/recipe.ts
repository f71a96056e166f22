import type { Target } from '../../../core/driver.ts';
import type { ContainerOptions } from '../options/container.ts';

/** Where the target's tasks and load balancer are put. */
export interface Network {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly public_ip: boolean;
  /** Of the balancer of an adopted listener: may reach the tasks. */
  readonly balancer_groups?: readonly string[];
}

/** What the template of a target is made from. */
export interface Recipe {
  readonly target: Target;
  readonly options: ContainerOptions;
  readonly network: Network;
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}
