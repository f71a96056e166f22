import {
  CloudFrontClient,
  DescribeKeyValueStoreCommand,
  GetDistributionCommand,
  ListConflictingAliasesCommand,
} from '@aws-sdk/client-cloudfront';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of CloudFront. */
export function openCloudfront({ config, signal }: ClientTerms) {
  return callsOf(
    new CloudFrontClient(config),
    { service: 'CloudFront', signal },
    {
      getDistribution: GetDistributionCommand,
      describeKeyValueStore: DescribeKeyValueStoreCommand,
      listConflictingAliases: ListConflictingAliasesCommand,
    },
  );
}
