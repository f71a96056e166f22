import type { AwsCall, AwsPlace } from '../service.ts';
import { arnOf } from '../service.ts';
import { tagsOf } from '../tags.ts';
import type { Steps } from './run.ts';
import { type Design, type Stack, stacksOf } from './state.ts';
import { checkCapabilities, type GivenParameter, invalid, parametersOf, parseTemplate } from './template.ts';

/** The stack of a name, or of an id, under which deleted ones are found too. */
export function findStack(place: AwsPlace, nameOrId: string): Stack {
  const found = lookFor(place, nameOrId);
  if (!found) throw invalid(`Stack with id ${nameOrId} does not exist`);
  return found;
}

export function lookFor(place: AwsPlace, nameOrId: string): Stack | undefined {
  const byId = stacksOf(place).get(nameOrId);
  return byId ?? [...stacksOf(place).values()].find(({ name, deletedAt }) => name === nameOrId && !deletedAt);
}

/** A new stack without anything in it. */
export function makeStack(call: AwsCall, name: string, design: Design): Stack {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    throw invalid(`1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint`);
  const stack: Stack = {
    id: arnOf(call, 'cloudformation', `stack/${name}/${call.world.uuid()}`),
    name,
    createdAt: call.world.now(),
    updatedAt: undefined,
    deletedAt: undefined,
    status: '',
    reason: undefined,
    design,
    protected: false,
    resources: new Map(),
    events: [],
    changeSets: new Map(),
    run: undefined,
    token: undefined,
    unfinished: [],
    turn: Promise.resolve(),
  };
  stacksOf(call).set(stack.id, stack);
  return stack;
}

interface Given {
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  readonly UsePreviousTemplate?: boolean;
  readonly Parameters?: readonly GivenParameter[];
  readonly Tags?: readonly { Key: string; Value: string }[];
  readonly Capabilities?: readonly string[];
}

/** What a call asks a stack to become; what it leaves out stays as it was. */
export function designOf(given: Given, before: Design | undefined): Design {
  if (given.TemplateURL) throw new Error('the stand-in takes templates in the call only');
  const template = given.UsePreviousTemplate
    ? before?.template
    : given.TemplateBody && parseTemplate(given.TemplateBody);
  if (!template) throw invalid('Either Template URL or Template Body must be specified.');
  checkCapabilities(template, given.Capabilities ?? []);
  return {
    template,
    parameters: parametersOf(template, given.Parameters ?? [], before?.parameters ?? new Map()),
    tags: given.Tags ? tagsOf(given.Tags) : (before?.tags ?? new Map()),
    capabilities: given.Capabilities ?? [],
  };
}

export const isBusy = ({ status }: Stack) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';

/** Begins something that then goes on by looks. */
export function start(stack: Stack, token: string | undefined, run: Steps): void {
  stack.token = token;
  stack.run = run;
}

/** A look brings what is under way on by one step. */
export function look(stack: Stack): Promise<void> {
  stack.turn = stack.turn
    .catch(() => undefined)
    .then(async () => {
      if ((await stack.run?.next())?.done) stack.run = undefined;
    });
  return stack.turn;
}

export function checkUpdatable(stack: Stack): void {
  const open = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(stack.status);
  if (!open) throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}
