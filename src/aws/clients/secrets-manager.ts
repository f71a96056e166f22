import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of Secrets Manager. */
export function openSecretsManager({ config, signal }: ClientTerms) {
  return callsOf(
    new SecretsManagerClient(config),
    { service: 'Secrets Manager', signal },
    {
      getSecretValue: GetSecretValueCommand,
      createSecret: CreateSecretCommand,
      putSecretValue: PutSecretValueCommand,
      updateSecretVersionStage: UpdateSecretVersionStageCommand,
    },
  );
}
