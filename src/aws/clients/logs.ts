import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  FilterLogEventsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of CloudWatch Logs. */
export function openLogs({ config, signal }: ClientTerms) {
  return callsOf(
    new CloudWatchLogsClient(config),
    { service: 'CloudWatch Logs', signal },
    {
      createLogGroup: CreateLogGroupCommand,
      putRetentionPolicy: PutRetentionPolicyCommand,
      listTagsForResource: ListTagsForResourceCommand,
      filterLogEvents: FilterLogEventsCommand,
      deleteLogGroup: DeleteLogGroupCommand,
    },
  );
}
