import { AwsFault, type AwsService } from '../service.ts';
import { dataOf } from './state.ts';

interface Query {
  readonly Id: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

/** Sums of what services have counted, by period. */
export const cloudwatch: AwsService = {
  signedFor: 'monitoring',
  package: '@aws-sdk/client-cloudwatch',
  model: () => import('@aws-sdk/client-cloudwatch') as never,
  rights: { GetMetricData: 'cloudwatch:GetMetricData' },
  operations: {
    GetMetricData: ({ MetricDataQueries, StartTime, EndTime }, call) => {
      if (StartTime >= EndTime) throw new AwsFault('InvalidParameterCombination', 'StartTime must be before EndTime');
      return {
        MetricDataResults: (MetricDataQueries as Query[]).map((query) => {
          const { Metric, Period = 60, Stat } = query.MetricStat ?? {};
          if (!Metric || Stat !== 'Sum' || Period % 60 !== 0)
            throw new AwsFault('InvalidParameterValue', 'Only sums over whole minutes are told here');
          const wanted = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
          const data = dataOf(call).filter(
            ({ namespace, metric, dimensions, at }) =>
              namespace === Metric.Namespace &&
              metric === Metric.MetricName &&
              JSON.stringify(Object.entries(dimensions).sort()) === JSON.stringify(Object.entries(wanted).sort()) &&
              at >= StartTime.getTime() &&
              at < EndTime.getTime(),
          );
          const sums = new Map<number, number>();
          for (const { at, value } of data) {
            const minute = Math.floor(at / (Period * 1_000)) * Period * 1_000;
            sums.set(minute, (sums.get(minute) ?? 0) + value);
          }
          const Timestamps = [...sums.keys()].map((at) => new Date(at));
          return {
            Id: query.Id,
            Label: Metric.MetricName,
            StatusCode: 'Complete',
            Timestamps,
            Values: [...sums.values()],
          };
        }),
      };
    },
  },
};
