import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of CloudFormation. */
export function openCloudformation({ config, signal }: ClientTerms) {
  return callsOf(
    new CloudFormationClient(config),
    { service: 'CloudFormation', signal },
    {
      createChangeSet: CreateChangeSetCommand,
      describeChangeSet: DescribeChangeSetCommand,
      executeChangeSet: ExecuteChangeSetCommand,
      deleteChangeSet: DeleteChangeSetCommand,
      describeStacks: DescribeStacksCommand,
      listStackResources: ListStackResourcesCommand,
      describeStackEvents: DescribeStackEventsCommand,
      deleteStack: DeleteStackCommand,
      continueUpdateRollback: ContinueUpdateRollbackCommand,
    },
  );
}
