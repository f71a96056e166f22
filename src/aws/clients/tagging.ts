import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of Resource Groups Tagging. */
export function openTagging({ config, signal }: ClientTerms) {
  return callsOf(
    new ResourceGroupsTaggingAPIClient(config),
    { service: 'Resource Groups Tagging', signal },
    {
      getResources: GetResourcesCommand,
    },
  );
}
