import type { AwsCall, AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';
import type { Made } from './resources.ts';
import type { Template } from './template.ts';

/** What a stack is made from; an update brings another, a rollback the one before. */
export interface Design {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, string>;
  readonly tags: Tags;
  readonly capabilities: readonly string[];
  readonly notificationArns?: readonly string[];
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  made: Made | undefined;
  /** As they were last brought about, with all references resolved. */
  properties: Readonly<Record<string, unknown>>;
  /** Tags of the stack, when it was last brought about. */
  tags: string;
  status: string;
  reason: string | undefined;
  at: Date;
}

export interface StackEvent {
  readonly EventId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly Timestamp: Date;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason: string | undefined;
  readonly ClientRequestToken: string | undefined;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  updatedAt: Date | undefined;
  deletedAt: Date | undefined;
  status: string;
  reason: string | undefined;
  design: Design;
  protected: boolean;
  readonly resources: Map<string, StackResource>;
  /** In order of time. */
  readonly events: StackEvent[];
  readonly changeSets: Map<string, ChangeSet>;
  /** What is under way; a look brings it on by one step. */
  run: AsyncGenerator<void, void> | undefined;
  /** Token of the call that began what is or was last under way. */
  token: string | undefined;
  /** Steps of a rollback that failed, to be gone on with. */
  unfinished: Undo[];
  /** One step at a time. */
  turn: Promise<void>;
}

/** Takes one change back. */
export interface Undo {
  readonly logicalId: string;
  readonly undo: (call: AwsCall) => AsyncGenerator<void, void>;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly createdAt: Date;
  readonly description: string | undefined;
  readonly token: string | undefined;
  readonly design: Design;
  readonly changes: readonly Change[];
  /** A change of outputs alone is one as well, though none of a resource. */
  readonly outputsChange: boolean;
  readonly onFailure: string | undefined;
  status: string;
  reason: string | undefined;
  execution: string;
  /** Looks that it still shows itself as under way. */
  looks: number;
}

export interface Change {
  readonly Action: 'Add' | 'Modify' | 'Remove';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string | undefined;
  readonly ResourceType: string;
  readonly Replacement: string | undefined;
}

/** What a test has prepared to fail. */
export interface Failing {
  /** Logical id or type; the name of a stack for `prepare`. */
  readonly resource: string;
  /** `prepare`: a change set comes to nothing. */
  readonly moment: 'create' | 'update' | 'remove' | 'prepare';
  readonly reason: string;
  /** How often; once unless given. */
  times?: number;
}

const state = stateOf('cloudformation', () => ({ stacks: new Map<string, Stack>(), failing: [] as Failing[], lag: 0 }));

/** Stacks by id, deleted ones too. */
export function stacksOf(place: AwsPlace): Map<string, Stack> {
  return state(place).stacks;
}

/** How many looks a stack shows itself as it was before, once a change of it is executed. */
export function lagBehind(place: AwsPlace, looks: number): void {
  state(place).lag = looks;
}

export function lagOf(place: AwsPlace): number {
  return state(place).lag;
}

/** The next time a resource is made, changed or removed, that fails for this reason. */
export function failResource(place: AwsPlace, failing: Failing): void {
  state(place).failing.push(failing);
}

/** The reason why it fails now, if a test has prepared that. */
export function takeFailing(
  place: AwsPlace,
  resource: Pick<StackResource, 'logicalId' | 'type'>,
  moment: Failing['moment'],
): string | undefined {
  const { failing } = state(place);
  const found = failing.find(
    (it) => it.moment === moment && (it.resource === resource.logicalId || it.resource === resource.type),
  );
  if (!found) return undefined;
  found.times = (found.times ?? 1) - 1;
  if (found.times <= 0) failing.splice(failing.indexOf(found), 1);
  return found.reason;
}
