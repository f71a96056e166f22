import {
  DeleteParametersCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of SSM. */
export function openSsm({ config, signal }: ClientTerms) {
  return callsOf(
    new SSMClient(config),
    { service: 'SSM', signal },
    {
      putParameter: PutParameterCommand,
      getParameters: GetParametersCommand,
      getParameterHistory: GetParameterHistoryCommand,
      getParametersByPath: GetParametersByPathCommand,
      deleteParameters: DeleteParametersCommand,
    },
  );
}
