import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of ECR. */
export function openEcr({ config, signal }: ClientTerms) {
  return callsOf(
    new ECRClient(config),
    { service: 'ECR', signal },
    {
      getAuthorizationToken: GetAuthorizationTokenCommand,
      describeRepositories: DescribeRepositoriesCommand,
      describeImages: DescribeImagesCommand,
    },
  );
}
