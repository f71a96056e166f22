import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsService, arnOf } from '../service.ts';
import { tagList } from '../tags.ts';
import { changeSetOperations } from './change-sets.ts';
import { holds, resolve } from './intrinsics.ts';
import { tellStack } from './perform.ts';
import { changesOf } from './plan.ts';
import { create, remove, scopeOf, takeBack, update } from './run.ts';
import { checkUpdatable, designOf, findStack, isBusy, look, lookFor, makeStack, start } from './stacks.ts';
import { type Stack, type StackResource, stacksOf } from './state.ts';
import { invalid, parseTemplate } from './template.ts';

/** Stacks from templates, whose resources come into the state of the other services. What is under way goes on by looks. */
export const cloudformation: AwsService = {
  signedFor: 'cloudformation',
  package: '@aws-sdk/client-cloudformation',
  model: () => import('@aws-sdk/client-cloudformation') as never,
  resourceOf: (_operation, { StackName }, call) =>
    StackName && (lookFor(call, StackName)?.id ?? arnOf(call, 'cloudformation', `stack/${StackName}/*`)),
  tagged: (place) =>
    [...stacksOf(place).values()]
      .filter(({ deletedAt }) => !deletedAt)
      .map(({ id, design }) => ({ arn: id, tags: Object.fromEntries(design.tags) })),
  operations: {
    ...changeSetOperations,
    CreateStack: (input, call) => {
      const before = lookFor(call, input.StackName);
      if (before && input.ClientRequestToken && before.token === input.ClientRequestToken)
        return { StackId: before.id };
      if (before) throw new AwsFault('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
      const stack = makeStack(call, input.StackName, designOf(input, undefined));
      changesOf(stack, stack.design, call);
      stack.token = input.ClientRequestToken;
      stack.protected = input.EnableTerminationProtection ?? false;
      tellStack(stack, call, 'CREATE_IN_PROGRESS', 'User Initiated');
      const onFailure = input.OnFailure ?? (input.DisableRollback ? 'DO_NOTHING' : 'ROLLBACK');
      start(stack, input.ClientRequestToken, create(stack, call, onFailure));
      return { StackId: stack.id };
    },
    UpdateStack: (input, call) => {
      const stack = findStack(call, input.StackName);
      if (input.ClientRequestToken && stack.token === input.ClientRequestToken) return { StackId: stack.id };
      checkUpdatable(stack);
      const design = designOf(input, stack.design);
      if (changesOf(stack, design, call).length === 0) throw invalid('No updates are to be performed.');
      stack.token = input.ClientRequestToken;
      tellStack(stack, call, 'UPDATE_IN_PROGRESS', 'User Initiated');
      start(stack, input.ClientRequestToken, update(stack, call, design));
      return { StackId: stack.id };
    },
    DeleteStack: ({ StackName, ClientRequestToken, RetainResources = [], DeletionMode }, call) => {
      const stack = lookFor(call, StackName);
      if (!stack || stack.deletedAt || stack.status === 'DELETE_IN_PROGRESS') return {};
      if (stack.protected)
        throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
      if (RetainResources.length > 0 && stack.status !== 'DELETE_FAILED')
        throw invalid(`Invalid operation on stack [${stack.id}]. RetainResources can only be given in DELETE_FAILED.`);
      if (isBusy(stack) && stack.status !== 'CREATE_IN_PROGRESS')
        throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
      const forced = DeletionMode === 'FORCE_DELETE_STACK' ? failedOnes(stack) : [];
      stack.token = ClientRequestToken;
      start(stack, ClientRequestToken, remove(stack, call, new Set([...RetainResources, ...forced]), 'User Initiated'));
      tellStack(stack, call, 'DELETE_IN_PROGRESS', 'User Initiated');
      return {};
    },
    ContinueUpdateRollback: ({ StackName, ClientRequestToken, ResourcesToSkip = [] }, call) => {
      const stack = findStack(call, StackName);
      if (ClientRequestToken && stack.token === ClientRequestToken) return {};
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
        throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`);
      const rest = stack.unfinished.filter(({ logicalId }) => !ResourcesToSkip.includes(logicalId));
      start(stack, ClientRequestToken, takeBack(stack, call, rest, 'User Initiated'));
      stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
      return {};
    },
    UpdateTerminationProtection: ({ StackName, EnableTerminationProtection }, call) => {
      const stack = findStack(call, StackName);
      stack.protected = EnableTerminationProtection;
      return { StackId: stack.id };
    },
    DescribeStacks: async ({ StackName, NextToken }, call) => {
      const all = [...stacksOf(call).values()].filter((it) => !it.deletedAt);
      const stacks = StackName ? [await lookAt(call, StackName)] : all;
      const { items, next } = pageOf(stacks, NextToken, 50, 'ValidationError');
      return { Stacks: items.map((it) => shown(it, call)), NextToken: next };
    },
    ListStacks: ({ StackStatusFilter = [], NextToken }, call) => {
      const stacks = [...stacksOf(call).values()].filter(
        ({ status }) => StackStatusFilter.length === 0 || StackStatusFilter.includes(status),
      );
      const { items, next } = pageOf(stacks, NextToken, 100, 'ValidationError');
      return { StackSummaries: items.map(summary), NextToken: next };
    },
    DescribeStackEvents: async ({ StackName, NextToken }, call) => {
      const stack = NextToken ? findStack(call, StackName) : await lookAt(call, StackName);
      const { items, next } = pageOf(stack.events.toReversed(), NextToken, 100, 'ValidationError');
      const { id: StackId, name } = stack;
      return { StackEvents: items.map((it) => ({ StackId, StackName: name, ...it })), NextToken: next };
    },
    ListStackResources: ({ StackName, NextToken }, call) => {
      const resources = [...findStack(call, StackName).resources.values()];
      const { items, next } = pageOf(resources, NextToken, 100, 'ValidationError');
      return { StackResourceSummaries: items.map(resourceShown), NextToken: next };
    },
    DescribeStackResources: ({ StackName, LogicalResourceId }, call) => {
      const stack = findStack(call, StackName);
      const resources = [...stack.resources.values()].filter(
        ({ logicalId }) => !LogicalResourceId || logicalId === LogicalResourceId,
      );
      return {
        StackResources: resources.map((it) => {
          const { LastUpdatedTimestamp: Timestamp, ...rest } = resourceShown(it);
          return { ...rest, Timestamp, StackId: stack.id, StackName: stack.name };
        }),
      };
    },
    GetTemplate: ({ StackName }, call) => ({
      TemplateBody: JSON.stringify(findStack(call, StackName).design.template),
      StagesAvailable: ['Original', 'Processed'],
    }),
    ValidateTemplate: ({ TemplateBody }) => {
      const { Parameters = {}, Description } = parseTemplate(TemplateBody);
      const named = Object.entries(Parameters);
      return {
        Description,
        Parameters: named.map(([ParameterKey, it]) => ({ ParameterKey, DefaultValue: it.Default?.toString() })),
      };
    },
  },
};

/** A look may be the one by which a stack goes: then only its id finds it. */
async function lookAt(call: AwsCall, nameOrId: string): Promise<Stack> {
  await look(findStack(call, nameOrId));
  return findStack(call, nameOrId);
}

function failedOnes({ resources }: Stack): string[] {
  return [...resources.values()].flatMap(({ logicalId, status }) => (status === 'DELETE_FAILED' ? [logicalId] : []));
}

function shown(stack: Stack, call: AwsCall): unknown {
  const { template, parameters, tags, capabilities } = stack.design;
  return {
    ...summary(stack),
    TemplateDescription: undefined,
    Description: template.Description,
    Parameters: [...parameters].map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: template.Parameters?.[ParameterKey]?.NoEcho ? '****' : value,
    })),
    Tags: tagList(tags),
    Capabilities: capabilities,
    EnableTerminationProtection: stack.protected,
    Outputs: outputsOf(stack, call),
  };
}

function outputsOf(stack: Stack, call: AwsCall): unknown[] {
  if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) return [];
  const scope = scopeOf(stack, call);
  const outputs = Object.entries(stack.design.template.Outputs ?? {});
  return outputs
    .filter(([, { Condition }]) => !Condition || holds(Condition, scope))
    .map(([OutputKey, { Value, Description }]) => ({
      OutputKey,
      OutputValue: String(resolve(Value, scope)),
      Description,
    }));
}

function summary(stack: Stack) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    TemplateDescription: stack.design.template.Description,
  };
}

function resourceShown({ logicalId, made, type, at, status, reason }: StackResource) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: made?.physicalId,
    ResourceType: type,
    LastUpdatedTimestamp: at,
    ResourceStatus: status,
    ResourceStatusReason: reason,
  };
}
