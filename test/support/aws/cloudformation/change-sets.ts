import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsOperation, arnOf } from '../service.ts';
import { tellStack } from './perform.ts';
import { changesOf, plan } from './plan.ts';
import { create, type Steps, update } from './run.ts';
import { checkUpdatable, designOf, findStack, isBusy, look, lookFor, makeStack, start } from './stacks.ts';
import { type ChangeSet, type Design, lagOf, type Stack, stacksOf, takeFailing } from './state.ts';
import { invalid } from './template.ts';

const NOTHING =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export const changeSetOperations: Readonly<Record<string, AwsOperation>> = {
  CreateChangeSet: (input, call) => {
    const { ChangeSetName, ChangeSetType = 'UPDATE', ClientToken } = input;
    const before = lookFor(call, input.StackName);
    const existing = before?.changeSets.get(ChangeSetName);
    if (existing && ClientToken && existing.token === ClientToken) return { Id: existing.id, StackId: before?.id };
    if (existing) throw new AwsFault('AlreadyExistsException', `ChangeSet ${ChangeSetName} already exists`);
    const design = designOf(input, before?.design);
    // What is wrong with a template is told before there is a stack.
    plan(design, before ?? { id: '', name: input.StackName }, call);
    const stack = ChangeSetType === 'CREATE' ? stackToCreate(call, input.StackName, before, design) : before;
    if (!stack) throw invalid(`Stack [${input.StackName}] does not exist`);
    if (ChangeSetType === 'UPDATE') checkUpdatable(stack);
    const set = makeChangeSet(call, stack, design, input);
    return { Id: set.id, StackId: stack.id };
  },
  DescribeChangeSet: (input, call) => {
    const { set, stack } = findChangeSet(call, input);
    settle(set, stack, call);
    const { items, next } = pageOf(set.changes, input.NextToken, 100, 'ValidationError');
    return {
      ...shown(set, stack),
      Parameters: [...set.design.parameters].map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: set.design.capabilities,
      Changes: items.map((it) => ({ Type: 'Resource', ResourceChange: { ...it, Scope: [], Details: [] } })),
      NextToken: next,
    };
  },
  ListChangeSets: ({ StackName }, call) => {
    const stack = findStack(call, StackName);
    return { Summaries: [...stack.changeSets.values()].map((it) => shown(it, stack)) };
  },
  DeleteChangeSet: (input, call) => {
    const { set, stack } = findChangeSet(call, input);
    stack.changeSets.delete(set.name);
    return {};
  },
  ExecuteChangeSet: async (input, call) => {
    const { set, stack } = findChangeSet(call, input);
    const { ClientRequestToken: token } = input;
    if (set.execution.startsWith('EXECUTE_') && token && stack.token === token) return {};
    if (set.status !== 'CREATE_COMPLETE' || set.execution !== 'AVAILABLE')
      throw new AwsFault(
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
      );
    if (isBusy(stack)) throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    execute(set, stack, call, token);
    if (lagOf(call) === 0) await look(stack);
    return {};
  },
};

function stackToCreate(call: AwsCall, name: string, before: Stack | undefined, design: Design): Stack {
  if (before && before.status !== 'REVIEW_IN_PROGRESS')
    throw invalid(`Stack [${name}] already exists and cannot be created again with the changeSet.`);
  if (before) return before;
  const stack = makeStack(call, name, design);
  tellStack(stack, call, 'REVIEW_IN_PROGRESS', 'User Initiated');
  return stack;
}

function makeChangeSet(
  call: AwsCall,
  stack: Stack,
  design: Design,
  input: {
    ChangeSetName: string;
    ChangeSetType?: ChangeSet['type'];
    Description?: string;
    ClientToken?: string;
    OnStackFailure?: string;
  },
): ChangeSet {
  const set: ChangeSet = {
    id: arnOf(call, 'cloudformation', `changeSet/${input.ChangeSetName}/${call.world.uuid()}`),
    name: input.ChangeSetName,
    type: input.ChangeSetType ?? 'UPDATE',
    createdAt: call.world.now(),
    description: input.Description,
    token: input.ClientToken,
    design,
    changes: changesOf(stack, design, call),
    outputsChange: JSON.stringify(design.template.Outputs) !== JSON.stringify(stack.design.template.Outputs),
    onFailure: input.OnStackFailure,
    status: 'CREATE_PENDING',
    reason: undefined,
    execution: 'UNAVAILABLE',
    looks: call.world.looks,
  };
  stack.changeSets.set(set.name, set);
  return set;
}

function settle(set: ChangeSet, stack: Stack, call: AwsCall): void {
  if (!/^CREATE_(PENDING|IN_PROGRESS)$/.test(set.status)) return;
  if (set.looks-- > 0) {
    set.status = 'CREATE_IN_PROGRESS';
    return;
  }
  const failing = takeFailing(call, { logicalId: stack.name, type: '' }, 'prepare');
  const empty = set.changes.length === 0 && !set.outputsChange;
  set.reason = failing ?? (empty ? NOTHING : undefined);
  set.status = set.reason ? 'FAILED' : 'CREATE_COMPLETE';
  set.execution = set.reason ? 'UNAVAILABLE' : 'AVAILABLE';
}

function execute(set: ChangeSet, stack: Stack, call: AwsCall, token: string | undefined): void {
  for (const other of stack.changeSets.values()) other.execution = 'OBSOLETE';
  set.execution = 'EXECUTE_IN_PROGRESS';
  stack.token = token;
  start(stack, token, carriedOut(set, stack, call));
}

async function* carriedOut(set: ChangeSet, stack: Stack, call: AwsCall): Steps {
  for (let look = 0; look < lagOf(call); look++) yield;
  if (set.type === 'CREATE') stack.design = set.design;
  tellStack(stack, call, `${set.type}_IN_PROGRESS`, 'User Initiated');
  if (set.type === 'CREATE') yield* create(stack, call, set.onFailure);
  else yield* update(stack, call, set.design);
  set.execution = /^(CREATE|UPDATE)_COMPLETE$/.test(stack.status) ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
}

function findChangeSet(call: AwsCall, { StackName, ChangeSetName }: { StackName?: string; ChangeSetName: string }) {
  const stacks = StackName ? [findStack(call, StackName)] : [...stacksOf(call).values()];
  for (const stack of stacks)
    for (const set of stack.changeSets.values())
      if (set.id === ChangeSetName || (StackName && set.name === ChangeSetName)) return { set, stack };
  throw new AwsFault('ChangeSetNotFound', `ChangeSet [${ChangeSetName}] does not exist`);
}

function shown(set: ChangeSet, stack: Stack) {
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: set.description,
    CreationTime: set.createdAt,
    Status: set.status,
    StatusReason: set.reason,
    ExecutionStatus: set.execution,
  };
}
