import {
  CloudFrontClient,
  CreateInvalidationCommand,
  DescribeFunctionCommand,
  DescribeKeyValueStoreCommand,
  GetDistributionCommand,
  GetInvalidationCommand,
  ListConflictingAliasesCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
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
      listDistributions: ListDistributionsCommand,
      listTagsForResource: ListTagsForResourceCommand,
      describeKeyValueStore: DescribeKeyValueStoreCommand,
      describeFunction: DescribeFunctionCommand,
      listConflictingAliases: ListConflictingAliasesCommand,
      createInvalidation: CreateInvalidationCommand,
      getInvalidation: GetInvalidationCommand,
    },
  );
}
