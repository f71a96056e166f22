import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of CloudWatch. */
export function openCloudwatch({ config, signal }: ClientTerms) {
  return callsOf(
    new CloudWatchClient(config),
    { service: 'CloudWatch', signal },
    {
      getMetricData: GetMetricDataCommand,
    },
  );
}
