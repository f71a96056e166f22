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
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionUrlConfigCommand,
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
      createFunctionUrlConfig: CreateFunctionUrlConfigCommand,
      getFunctionUrlConfig: GetFunctionUrlConfigCommand,
      updateFunctionUrlConfig: UpdateFunctionUrlConfigCommand,
      deleteFunctionUrlConfig: DeleteFunctionUrlConfigCommand,
      addPermission: AddPermissionCommand,
      deleteFunction: DeleteFunctionCommand,
      invoke: InvokeCommand,
    },
  );
}
