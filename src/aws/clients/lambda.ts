import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of Lambda. */
export function openLambda({ config, signal }: ClientTerms) {
  return callsOf(
    new LambdaClient(config),
    { service: 'Lambda', signal },
    {
      createFunction: CreateFunctionCommand,
      getFunction: GetFunctionCommand,
      getFunctionConfiguration: GetFunctionConfigurationCommand,
      updateFunctionCode: UpdateFunctionCodeCommand,
      updateFunctionConfiguration: UpdateFunctionConfigurationCommand,
      publishVersion: PublishVersionCommand,
      listVersionsByFunction: ListVersionsByFunctionCommand,
      createAlias: CreateAliasCommand,
      getAlias: GetAliasCommand,
      updateAlias: UpdateAliasCommand,
      deleteAlias: DeleteAliasCommand,
      listAliases: ListAliasesCommand,
      createFunctionUrlConfig: CreateFunctionUrlConfigCommand,
      getFunctionUrlConfig: GetFunctionUrlConfigCommand,
      deleteFunctionUrlConfig: DeleteFunctionUrlConfigCommand,
      addPermission: AddPermissionCommand,
      getPolicy: GetPolicyCommand,
      listTags: ListTagsCommand,
      tagResource: TagResourceCommand,
      deleteFunction: DeleteFunctionCommand,
      invoke: InvokeCommand,
    },
  );
}
