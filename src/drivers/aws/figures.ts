import type { DriverContext } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { InspectedRelease } from '../../core/inspection.ts';
import type { Account } from './account.ts';

type Counts = Pick<InspectedRelease, 'requests' | 'errors' | 'uncounted'>;

/** What CloudWatch counts of a release. */
export interface Counted {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Names of its metrics. */
  readonly requests: string;
  readonly errors: string;
  /** From when on they are the release's. */
  readonly since: Date | undefined;
}

interface Place {
  readonly account: Pick<Account, 'aws'>;
  readonly context: DriverContext;
}

const MINUTE = 60_000;
/** CloudWatch keeps figures of a minute for so long, and answers so many at once. */
const LONGEST = 15 * 24 * 60 * MINUTE;

/** Requests and failures so far, which CloudWatch tells minutes late. */
export async function requestCounts(place: Place, counted: Counted): Promise<Counts> {
  try {
    return await sums(place, counted);
  } catch (error) {
    // A canary without figures cannot be judged, and must still be seen and taken back.
    if (error instanceof DeployerError) return { uncounted: true };
    throw error;
  }
}

async function sums({ account, context }: Place, { since, ...counted }: Counted) {
  const now = context.clock.now();
  const from = Math.max(since?.getTime() ?? now, now - LONGEST);
  const found = { requests: 0, errors: 0 };
  const cloudwatch = await account.aws.cloudwatch();
  for (let NextToken: string | undefined; ; ) {
    const page = await cloudwatch.getMetricData({
      MetricDataQueries: [query('requests', counted), query('errors', counted)],
      StartTime: new Date(Math.floor(from / MINUTE) * MINUTE),
      EndTime: new Date(Math.ceil((now + 1) / MINUTE) * MINUTE),
      ...(NextToken ? { NextToken } : {}),
    });
    for (const { Id, Values = [] } of page.MetricDataResults ?? [])
      if (Id === 'requests' || Id === 'errors') found[Id] += Values.reduce((sum, value) => sum + value, 0);
    NextToken = page.NextToken;
    if (!NextToken) return found;
  }
}

function query(Id: 'requests' | 'errors', { namespace, dimensions, ...names }: Omit<Counted, 'since'>) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: names[Id], Dimensions };
  return { Id, MetricStat: { Metric, Period: MINUTE / 1_000, Stat: 'Sum' } };
}
