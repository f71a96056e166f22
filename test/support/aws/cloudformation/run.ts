import type { AwsCall } from '../service.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { perform, ResourceFailure, tell, tellStack } from './perform.ts';
import { changedProperties, inWaves, isReplacement, type Planned, plan } from './plan.ts';
import type { Made } from './resources.ts';
import type { Design, Stack, StackResource, Undo } from './state.ts';

/** What is done to a stack, step by step: each `next` is one look of somebody. */
export type Steps = AsyncGenerator<void, void>;

/** Makes all resources of a new stack; on a failure takes back what was made, as `onFailure` says. */
export async function* create(stack: Stack, call: AwsCall, onFailure = 'ROLLBACK'): Steps {
  const failed: string[] = [];
  for (const wave of inWaves(plan(stack.design, stack, call))) {
    const begun = wave.map((it) => begin(stack, call, it));
    yield* shown(call);
    for (const resource of begun) {
      if (failed.length > 0) tell(stack, call, resource, 'CREATE_FAILED', 'Resource creation cancelled');
      else await attempt(failed, resource, () => makeNew(stack, call, resource));
    }
    if (failed.length > 0) break;
  }
  if (failed.length === 0) return tellStack(stack, call, 'CREATE_COMPLETE');
  const reason = `The following resource(s) failed to create: [${failed.join(', ')}].`;
  if (onFailure === 'DO_NOTHING') return tellStack(stack, call, 'CREATE_FAILED', reason);
  if (onFailure === 'DELETE') return yield* remove(stack, call, new Set(), `${reason} Delete requested by user.`);
  tellStack(stack, call, 'ROLLBACK_IN_PROGRESS', `${reason} Rollback requested by user.`);
  const left = yield* removeAll(stack, call, new Set());
  tellStack(stack, call, left.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE', leftReason(left));
}

/** Removes what a stack has, but for what is retained. */
export async function* remove(stack: Stack, call: AwsCall, retain: ReadonlySet<string>, reason?: string): Steps {
  tellStack(stack, call, 'DELETE_IN_PROGRESS', reason);
  const left = yield* removeAll(stack, call, retain);
  if (left.length === 0) stack.deletedAt = call.world.now();
  tellStack(stack, call, left.length > 0 ? 'DELETE_FAILED' : 'DELETE_COMPLETE', leftReason(left));
}

function leftReason(left: readonly string[]): string | undefined {
  return left.length > 0 ? `The following resource(s) failed to delete: [${left.join(', ')}]. ` : undefined;
}

/** Brings a stack to another design; on a failure back to the one before. */
export async function* update(stack: Stack, call: AwsCall, design: Design): Steps {
  const before = stack.design;
  const undos: Undo[] = [];
  const old: StackResource[] = [];
  const failed: string[] = [];
  stack.design = design;
  stack.updatedAt = call.world.now();
  for (const wave of inWaves(plan(design, stack, call))) {
    for (const planned of wave) {
      if (failed.length === 0) yield* bring(stack, call, planned, { undos, old, failed });
    }
  }
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to update: [${failed.join(', ')}]. `;
    stack.design = before;
    return yield* takeBack(stack, call, undos.reverse(), reason);
  }
  tellStack(stack, call, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  yield* cleanUp(stack, call, old);
  tellStack(stack, call, 'UPDATE_COMPLETE');
}

interface Progressing {
  readonly undos: Undo[];
  /** What was replaced, to be removed at the end. */
  readonly old: StackResource[];
  readonly failed: string[];
}

async function* bring(stack: Stack, call: AwsCall, planned: Planned, { undos, old, failed }: Progressing): Steps {
  const { logicalId, template } = planned;
  const resource = stack.resources.get(logicalId);
  if (!resource?.made) {
    const made = begin(stack, call, planned);
    yield* shown(call);
    undos.push({ logicalId, undo: (by) => removeOne(stack, by, made) });
    return attempt(failed, made, () => makeNew(stack, call, made));
  }
  const properties = propertiesOf(stack, call, planned);
  const changed = changedProperties(resource.properties, properties);
  if (changed.length === 0 && resource.tags === tagsText(stack)) return;
  const before = { ...resource, made: resource.made };
  tell(stack, call, resource, 'UPDATE_IN_PROGRESS');
  yield* shown(call);
  const replacing = isReplacement(template.Type, changed);
  undos.push({ logicalId, undo: (by) => backTo(stack, by, resource, before, replacing) });
  if (replacing) old.push(before);
  await attempt(failed, resource, async () => {
    await change(stack, call, resource, properties, replacing);
    resource.properties = properties;
    resource.tags = tagsText(stack);
  });
}

function change(stack: Stack, call: AwsCall, resource: StackResource, properties: object, replacing: boolean) {
  const { physicalId = '' } = resource.made ?? {};
  return perform<Made>(stack, call, resource, 'update', (handler, context) =>
    replacing || !handler.update
      ? handler.create(properties as never, context)
      : handler.update(physicalId, properties as never, context),
  );
}

/** Takes the last change of a resource back: the old one was kept when it was replaced. */
async function* backTo(
  stack: Stack,
  call: AwsCall,
  resource: StackResource,
  before: StackResource,
  replaced: boolean,
): Steps {
  tell(stack, call, resource, 'UPDATE_IN_PROGRESS');
  yield* shown(call);
  const current = { ...resource };
  if (!replaced) await change(stack, call, resource, before.properties, false);
  else if (current.made !== before.made) await removing(stack, call, current);
  Object.assign(resource, { made: before.made, properties: before.properties, tags: before.tags });
  tell(stack, call, resource, 'UPDATE_COMPLETE');
}

/** Goes back through what was changed; what cannot be taken back stops it. */
export async function* takeBack(stack: Stack, call: AwsCall, undos: readonly Undo[], reason?: string): Steps {
  tellStack(stack, call, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  for (const [at, { logicalId, undo }] of undos.entries()) {
    try {
      yield* undo(call);
    } catch (error) {
      if (!(error instanceof ResourceFailure)) throw error;
      stack.unfinished = undos.slice(at);
      const why = `The following resource(s) failed to update: [${logicalId}]. `;
      return tellStack(stack, call, 'UPDATE_ROLLBACK_FAILED', why);
    }
  }
  stack.unfinished = [];
  tellStack(stack, call, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  yield* shown(call);
  tellStack(stack, call, 'UPDATE_ROLLBACK_COMPLETE');
}

/** Removes what was replaced, and what the design has no more. A failure here leaves it behind, and is only told. */
async function* cleanUp(stack: Stack, call: AwsCall, old: readonly StackResource[]): Steps {
  const names = new Set(plan(stack.design, stack, call).map(({ logicalId }) => logicalId));
  const gone = [...stack.resources.values()].filter((it) => !names.has(it.logicalId)).reverse();
  for (const it of old) await attempt([], it, () => removing(stack, call, it));
  for (const it of gone) {
    tell(stack, call, it, 'DELETE_IN_PROGRESS');
    yield* shown(call);
    await attempt([], it, () => removing(stack, call, it));
    stack.resources.delete(it.logicalId);
  }
}

async function* removeOne(stack: Stack, call: AwsCall, resource: StackResource): Steps {
  tell(stack, call, resource, 'DELETE_IN_PROGRESS');
  yield* shown(call);
  await removing(stack, call, resource);
  stack.resources.delete(resource.logicalId);
}

/** In the order opposite to that of making; names of what could not be removed. */
async function* removeAll(stack: Stack, call: AwsCall, retain: ReadonlySet<string>): AsyncGenerator<void, string[]> {
  const failed: string[] = [];
  for (const wave of inWaves(plan(stack.design, stack, call)).reverse()) {
    const there = wave.flatMap(({ logicalId }) => stack.resources.get(logicalId) ?? []);
    const going = there.filter((it) => it.made && it.status !== 'DELETE_COMPLETE');
    for (const it of going) if (!isKept(stack, it, retain)) tell(stack, call, it, 'DELETE_IN_PROGRESS');
    if (going.length > 0) yield* shown(call);
    for (const it of going) {
      if (isKept(stack, it, retain)) tell(stack, call, it, 'DELETE_SKIPPED');
      else await attempt(failed, it, () => removing(stack, call, it));
    }
    if (failed.length > 0) return failed;
  }
  return failed;
}

function isKept({ design }: Stack, { logicalId }: StackResource, retain: ReadonlySet<string>): boolean {
  return retain.has(logicalId) || design.template.Resources[logicalId]?.DeletionPolicy === 'Retain';
}

async function removing(stack: Stack, call: AwsCall, resource: StackResource): Promise<void> {
  const { made, properties } = resource;
  await perform(stack, call, resource, 'remove', (handler, context) => {
    if (made) return handler.remove(made.physicalId, context, properties);
  });
}

function begin(stack: Stack, call: AwsCall, planned: Planned): StackResource {
  const resource: StackResource = {
    logicalId: planned.logicalId,
    type: planned.template.Type,
    made: undefined,
    properties: propertiesOf(stack, call, planned),
    tags: tagsText(stack),
    status: '',
    reason: undefined,
    at: call.world.now(),
  };
  stack.resources.set(planned.logicalId, resource);
  tell(stack, call, resource, 'CREATE_IN_PROGRESS');
  return resource;
}

async function makeNew(stack: Stack, call: AwsCall, resource: StackResource): Promise<void> {
  await perform(stack, call, resource, 'create', (handler, context) => handler.create(resource.properties, context));
}

async function attempt(failed: string[], { logicalId }: StackResource, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ResourceFailure)) throw error;
    failed.push(logicalId);
  }
}

/** As many looks as things take in this world. */
async function* shown({ world }: AwsCall): Steps {
  for (let look = 0; look < world.looks; look++) yield;
}

function propertiesOf(stack: Stack, call: AwsCall, { template }: Planned): Readonly<Record<string, unknown>> {
  return (resolve(template.Properties ?? {}, scopeOf(stack, call)) ?? {}) as Readonly<Record<string, unknown>>;
}

export function scopeOf(stack: Stack, place: Scope['place']): Scope {
  const made = (name: string): Made | undefined => stack.resources.get(name)?.made;
  return {
    ...stack.design,
    stack,
    place,
    ref: (name) => made(name)?.physicalId,
    attribute: (name, attribute) => {
      const value = made(name)?.attributes[attribute];
      if (value === undefined) throw new Error(`the handler of ${name} gives no ${attribute}`);
      return value;
    },
  };
}

function tagsText({ design }: Stack): string {
  return JSON.stringify([...design.tags]);
}
