import { type AwsCall, AwsFault, type AwsOperation, arnOf } from '../service.ts';
import { ecsOf, type TaskDefinition } from './state.ts';

const SIZES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  256: [512, 2048],
  512: [1024, 4096],
  1024: [2048, 8192],
  2048: [4096, 16_384],
  4096: [8192, 30_720],
  8192: [16_384, 61_440],
  16384: [32_768, 122_880],
};

interface EcsTag {
  readonly key: string;
  readonly value: string;
}

/** Task definitions: each registration is another revision, and none ever changes. */
export const definitionOperations: Readonly<Record<string, AwsOperation>> = {
  RegisterTaskDefinition: ({ tags = [], ...given }, call) => {
    check(given);
    const { definitions } = ecsOf(call);
    const revision = 1 + [...definitions.values()].filter((it) => it.family === given.family).length;
    const arn = arnOf(call, 'ecs', `task-definition/${given.family}:${revision}`);
    const definition: TaskDefinition = {
      arn,
      family: given.family,
      revision,
      given,
      registeredAt: call.world.now(),
      status: 'ACTIVE',
      tags: new Map((tags as EcsTag[]).map(({ key, value }) => [key, value])),
    };
    definitions.set(arn, definition);
    return { taskDefinition: shown(definition), tags };
  },
  DescribeTaskDefinition: ({ taskDefinition, include = [] }, call) => {
    const definition = definitionOf(taskDefinition, call);
    const tags = [...definition.tags].map(([key, value]) => ({ key, value }));
    return { taskDefinition: shown(definition), ...(include.includes('TAGS') ? { tags } : {}) };
  },
  ListTaskDefinitions: ({ familyPrefix = '', status = 'ACTIVE', sort = 'ASC' }, call) => {
    const found = [...ecsOf(call).definitions.values()].filter(
      (it) => it.family.startsWith(familyPrefix) && it.status === status,
    );
    const arns = found.map(({ arn }) => arn);
    return { taskDefinitionArns: sort === 'DESC' ? arns.reverse() : arns };
  },
  DeregisterTaskDefinition: ({ taskDefinition }, call) => {
    const definition = definitionOf(taskDefinition, call);
    definition.status = 'INACTIVE';
    return { taskDefinition: shown(definition) };
  },
  TagResource: ({ resourceArn, tags }, call) => {
    const { definitions, services } = ecsOf(call);
    const thing = definitions.get(resourceArn) ?? [...services.values()].find((it) => it.serviceArn === resourceArn);
    if (!thing) throw new AwsFault('ResourceNotFoundException', 'The specified resource cannot be found.');
    for (const { key, value } of tags as EcsTag[]) thing.tags.set(key, value);
    return {};
  },
};

export function definitionOf(arn: string, call: AwsCall): TaskDefinition {
  const definition = ecsOf(call).definitions.get(arn);
  if (definition) return definition;
  throw new AwsFault('ClientException', 'Unable to describe task definition.');
}

// biome-ignore lint/suspicious/noExplicitAny: as the client registers it
function check(given: any): void {
  const [least, most] = SIZES[given.cpu] ?? [1, 0];
  const memory = Number(given.memory);
  const problem =
    (given.networkMode !== 'awsvpc' && 'Fargate only supports network mode ‘awsvpc’.') ||
    ((memory < least || memory > most) && 'No Fargate configuration exists for given values.') ||
    (!given.executionRoleArn &&
      'Fargate requires task definition to have execution role ARN to support log driver awslogs.') ||
    (given.containerDefinitions.some(
      (it: { logConfiguration?: { options: Record<string, string> } }) =>
        !it.logConfiguration?.options['awslogs-stream-prefix'],
    ) &&
      'Log driver awslogs requires options: awslogs-stream-prefix');
  if (problem) throw new AwsFault('ClientException', problem);
}

function shown({ arn, family, revision, given, registeredAt, status }: TaskDefinition) {
  return { ...given, taskDefinitionArn: arn, family, revision, registeredAt, status };
}
