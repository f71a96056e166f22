import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DeployerError } from '../../core/errors.ts';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of STS, and the region that everything is asked in. */
export function openSts({ config, signal }: ClientTerms) {
  const client = new STSClient(config);
  return {
    ...callsOf(
      client,
      { service: 'STS', signal },
      {
        getCallerIdentity: GetCallerIdentityCommand,
        assumeRole: AssumeRoleCommand,
      },
    ),
    /** By the config, the operator's environment or the profile. */
    region: async () => {
      try {
        return await client.config.region();
      } catch (error) {
        throw withoutRegion(error);
      }
    },
  };
}

function withoutRegion(cause: unknown): DeployerError {
  return new DeployerError(
    {
      code: 'INVALID_CONFIG',
      reason: 'Nothing says which region of AWS is meant',
      fix: 'Set aws.region of the service, AWS_REGION, or region in the profile',
    },
    cause,
  );
}
