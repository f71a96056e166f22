import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of IAM. */
export function openIam({ config, signal }: ClientTerms) {
  return callsOf(
    new IAMClient(config),
    { service: 'IAM', signal },
    {
      getRole: GetRoleCommand,
      createRole: CreateRoleCommand,
      putRolePolicy: PutRolePolicyCommand,
      deleteRolePolicy: DeleteRolePolicyCommand,
      deleteRole: DeleteRoleCommand,
      simulatePrincipalPolicy: SimulatePrincipalPolicyCommand,
    },
  );
}
