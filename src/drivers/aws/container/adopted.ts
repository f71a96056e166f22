import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Account } from '../account.ts';
import type { ContainerOptions } from '../options/container.ts';

/** A listener that others have made, with the load balancer it belongs to. */
export interface AdoptedListener {
  readonly arn: string;
  readonly balancer: string;
  readonly host: string;
  readonly secure: boolean;
  readonly vpc: string;
  /** Security groups of the load balancer. */
  readonly groups: readonly string[];
}

/** `undefined` when the options name none. */
export async function findListener({ aws, options }: Account<ContainerOptions>): Promise<AdoptedListener | undefined> {
  const { listener: arn } = options;
  if (arn === undefined) return undefined;
  const elb = await aws.elb();
  const { Listeners: [listener] = [] } = await elb.describeListeners({ ListenerArns: [arn] });
  const { LoadBalancers: [balancer] = [] } = await elb.describeLoadBalancers({
    LoadBalancerArns: [listener?.LoadBalancerArn ?? ''],
  });
  return {
    arn,
    balancer: balancer?.LoadBalancerArn ?? '',
    host: balancer?.DNSName ?? '',
    secure: listener?.Protocol === 'HTTPS',
    vpc: balancer?.VpcId ?? '',
    groups: balancer?.SecurityGroups ?? [],
  };
}

/** What the options name and nobody has made. */
export async function requireCluster(
  { aws, options, region }: Account<ContainerOptions>,
  target: Target,
): Promise<void> {
  if (options.cluster === undefined) return;
  const { clusters = [] } = await (await aws.ecs()).describeClusters({ clusters: [options.cluster] });
  if (clusters[0]?.status === 'ACTIVE') return;
  throw missing(target, 'cluster', `There is no cluster ${options.cluster} in ${region}`);
}

export async function requireRepository({ aws, options }: Account<ContainerOptions>): Promise<void> {
  if (options.repository === undefined) return;
  await (await aws.ecr()).describeRepositories({ repositoryNames: [options.repository] });
}

function missing({ service }: Target, option: string, reason: string): DeployerError {
  const fix = `Correct aws.${option} of ${service.name}, or leave it out to have one made`;
  const path = `services.${service.name}.aws.${option}`;
  return new DeployerError({
    code: 'NOT_FOUND',
    reason,
    fix,
    findings: [{ level: 'error', code: 'NOT_FOUND', message: reason, path, fix }],
  });
}
