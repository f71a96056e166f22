import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import type { Account } from '../account.ts';
import type { ContainerOptions } from '../options/container.ts';

type Elb = Awaited<ReturnType<Account['aws']['elb']>>;

const KIND = 'application-load-balancers';

/** One load balancer more than there may be would fail the stack after minutes. Who may not look is told nothing by it. */
export async function quotaFindings(
  { service }: Target,
  { aws, options, region }: Account<ContainerOptions>,
): Promise<readonly Finding[]> {
  if (options.worker || options.listener !== undefined) return [];
  const elb = await aws.elb();
  const counts = await Promise.all([limitOf(elb), balancersOf(elb)]).catch((error: unknown) => {
    if (error instanceof DeployerError && error.failure.code === 'INSUFFICIENT_PERMISSIONS') return [];
    throw error;
  });
  const [most, there = 0] = counts;
  if (most === undefined || there < most) return [];
  return [
    {
      level: 'error',
      code: 'QUOTA_EXCEEDED',
      message: `The account has ${there} load balancers in ${region}, and may have ${most}`,
      path: `services.${service.name}.aws.listener`,
      fix: 'Name a listener of one that is there, or ask for more at https://console.aws.amazon.com/servicequotas',
    },
  ];
}

async function limitOf({ describeAccountLimits }: Elb): Promise<number | undefined> {
  const { Limits = [] } = await describeAccountLimits({});
  const max = Limits.find(({ Name }) => Name === KIND)?.Max;
  return max === undefined ? undefined : Number(max);
}

async function balancersOf({ describeLoadBalancers }: Elb): Promise<number> {
  let [count, marker] = [0, undefined as string | undefined];
  do {
    const { LoadBalancers = [], NextMarker } = await describeLoadBalancers(marker ? { Marker: marker } : {});
    count += LoadBalancers.filter(({ Type }) => Type === 'application').length;
    marker = NextMarker;
  } while (marker);
  return count;
}
