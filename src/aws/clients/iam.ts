import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
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
      tagRole: TagRoleCommand,
      putRolePolicy: PutRolePolicyCommand,
      getRolePolicy: GetRolePolicyCommand,
      listRolePolicies: ListRolePoliciesCommand,
      listAttachedRolePolicies: ListAttachedRolePoliciesCommand,
      deleteRolePolicy: DeleteRolePolicyCommand,
      deleteRole: DeleteRoleCommand,
      simulatePrincipalPolicy: SimulatePrincipalPolicyCommand,
    },
  );
}
