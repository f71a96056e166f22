import { DeployerError } from '../../../core/errors.ts';
import type { InspectedRelease } from '../../../core/inspection.ts';
import type { Site } from './places.ts';
import type { Held } from './slots.ts';

type Counts = Pick<InspectedRelease, 'requests' | 'errors'>;

const MINUTE = 60_000;
/** CloudWatch keeps figures of a minute for so long, and answers so many at once. */
const LONGEST = 15 * 24 * 60 * MINUTE;

/** Requests and failures of a slot since its release was made: counted by the load balancer, and told minutes late. */
export async function requestCounts(site: Site, held: Held): Promise<Counts> {
  try {
    return await countsOf(site, held);
  } catch (error) {
    // A canary without figures cannot be judged, and must still be seen and taken back.
    if (error instanceof DeployerError) return {};
    throw error;
  }
}

async function countsOf({ account, places, context }: Site, { slot, definition }: Held): Promise<Counts> {
  const { entrance } = places;
  if (!entrance) return {};
  const now = context.clock.now();
  const since = Math.max(definition?.registered_at?.getTime() ?? now, now - LONGEST);
  const Dimensions = [
    { Name: 'LoadBalancer', Value: entrance.balancer.split(':loadbalancer/')[1] ?? '' },
    { Name: 'TargetGroup', Value: entrance.groups[slot].split(':').at(-1) ?? '' },
  ];
  const query = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
  });
  const sums = { requests: 0, errors: 0 };
  const cloudwatch = await account.aws.cloudwatch();
  for (let NextToken: string | undefined; ; ) {
    const page = await cloudwatch.getMetricData({
      MetricDataQueries: [query('requests', 'RequestCount'), query('errors', 'HTTPCode_Target_5XX_Count')],
      StartTime: new Date(Math.floor(since / MINUTE) * MINUTE),
      EndTime: new Date(Math.ceil((now + 1) / MINUTE) * MINUTE),
      ...(NextToken ? { NextToken } : {}),
    });
    for (const { Id, Values = [] } of page.MetricDataResults ?? [])
      if (Id === 'requests' || Id === 'errors') sums[Id] += Values.reduce((sum, value) => sum + value, 0);
    NextToken = page.NextToken;
    if (!NextToken) return sums;
  }
}
