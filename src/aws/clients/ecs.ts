import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of ECS. */
export function openEcs({ config, signal }: ClientTerms) {
  return callsOf(
    new ECSClient(config),
    { service: 'ECS', signal },
    {
      describeClusters: DescribeClustersCommand,
      registerTaskDefinition: RegisterTaskDefinitionCommand,
      describeTaskDefinition: DescribeTaskDefinitionCommand,
      listTaskDefinitions: ListTaskDefinitionsCommand,
      deregisterTaskDefinition: DeregisterTaskDefinitionCommand,
      createService: CreateServiceCommand,
      updateService: UpdateServiceCommand,
      describeServices: DescribeServicesCommand,
      deleteService: DeleteServiceCommand,
      listTasks: ListTasksCommand,
      describeTasks: DescribeTasksCommand,
      runTask: RunTaskCommand,
      stopTask: StopTaskCommand,
      tagResource: TagResourceCommand,
    },
  );
}
