import { createHash } from 'node:crypto';
import { wordsOf } from '../../../aws/failure.ts';
import { DeployerError } from '../../../core/errors.ts';
import { TAGS } from '../names.ts';
import { executeChange, prepareChange, type StackRequest } from './change-set.ts';
import { deletionFailure, protectedStack, stackFailure } from './failure.ts';
import { followBegun, followStack, type StackEnd } from './follow.ts';
import { type Cloudformation, isBusy, lookAtStack, type StackContext, type StackView, stackResources } from './look.ts';

export type { StackRequest } from './change-set.ts';
export {
  type Cloudformation,
  lookAtStack,
  type StackContext,
  type StackResource,
  type StackView,
  stackResources,
} from './look.ts';

/** Output that tells what a stack was made from: one call sees then that nothing is to do. */
const MADE_FROM = 'DeployerMadeFrom';

/** How a stack came to be as it is asked for. */
export type StackOutcome = 'created' | 'updated' | 'unchanged';

/**
 * Brings a stack to what is asked for. What is under way in it is followed first, as it may be of a run that was killed; what
 * is stuck is mended, where CloudFormation can. A failure leaves the stack as it was before, or no stack where there was
 * none; its error has the first thing that failed. Repeating it is safe at any time.
 */
export async function ensureStack(
  cloud: Cloudformation,
  asked: StackRequest,
  context: StackContext,
): Promise<StackOutcome> {
  const madeFrom = digestOf(asked);
  const request = { ...asked, template: withOutput(asked.template, madeFrom) };
  const before = await usable(cloud, request, context);
  if (before?.outputs[MADE_FROM] === madeFrom) return 'unchanged';
  const type = before && before.status !== 'REVIEW_IN_PROGRESS' ? 'UPDATE' : 'CREATE';
  const set = await prepareChange(cloud, type, request, context);
  if (!set) return 'unchanged';
  const stack = await lookAtStack(cloud, set.StackId ?? request.name);
  await executeChange(cloud, set, context);
  const end = stack && (await followBegun(cloud, stack, context, 'change'));
  if (end?.stack?.status === `${type}_COMPLETE`) return type === 'CREATE' ? 'created' : 'updated';
  throw stackFailure(
    stack ?? { id: '', name: request.name },
    type === 'CREATE' ? 'create' : 'update',
    end?.failed ?? [],
  );
}

const OPEN = /^(?:(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE|REVIEW_IN_PROGRESS)$/;

/** The stack when it can be changed; undefined when a new one is to be made. */
async function usable(
  cloud: Cloudformation,
  request: StackRequest,
  context: StackContext,
): Promise<StackView | undefined> {
  const found = await lookAtStack(cloud, request.name);
  if (!found) return undefined;
  const { stack } = await atRest(cloud, ownOnly(found, request), context);
  if (!stack || OPEN.test(stack.status)) return stack;
  const { stack: after, failed } = await mended(cloud, stack, context);
  if (after && !OPEN.test(after.status)) throw stackFailure(after, 'roll back', failed);
  return after;
}

async function atRest(cloud: Cloudformation, stack: StackView, context: StackContext): Promise<StackEnd> {
  if (!isBusy(stack)) return { stack, failed: [] };
  context.log(`something is under way in the stack ${stack.name} already`, 'info');
  return followStack(cloud, stack, context);
}

/** Out of a state in which a stack takes no change: a creation that failed is removed, a roll-back that stuck is gone on with. */
async function mended(cloud: Cloudformation, stack: StackView, context: StackContext): Promise<StackEnd> {
  if (/^UPDATE_(?:ROLLBACK_)?FAILED$/.test(stack.status)) {
    context.log(`going on with the roll-back of the stack ${stack.name}`, 'info');
    await goOn(cloud, stack);
    return followBegun(cloud, stack, context, 'change');
  }
  await deleteStack(cloud, stack, context);
  return { stack: undefined, failed: [] };
}

async function goOn(cloud: Cloudformation, { id }: StackView): Promise<void> {
  try {
    await cloud.continueUpdateRollback({ StackName: id });
  } catch (error) {
    // Begun by a call whose answer was lost.
    if (!/_IN_PROGRESS/.test(wordsOf(error))) throw error;
  }
}

/**
 * Removes a stack with all that is in it, but for what its template says is kept. One that is not there is no failure. What
 * cannot be deleted is named by the error, and tried anew by the next attempt.
 */
export async function removeStack(
  cloud: Cloudformation,
  { name, tags }: Pick<StackRequest, 'name' | 'tags'>,
  context: StackContext,
): Promise<'deleted' | 'absent'> {
  const found = await lookAtStack(cloud, name);
  if (!found) return 'absent';
  const { stack } = await atRest(cloud, ownOnly(found, { name, tags }), context);
  if (stack) await deleteStack(cloud, stack, context);
  return 'deleted';
}

async function deleteStack(cloud: Cloudformation, stack: StackView, context: StackContext): Promise<void> {
  context.log(`deleting the stack ${stack.name}`, 'info');
  try {
    await cloud.deleteStack({ StackName: stack.id });
  } catch (error) {
    throw /TerminationProtection/.test(wordsOf(error)) ? protectedStack(stack) : error;
  }
  const { stack: left } = await followBegun(cloud, stack, context, 'deletion');
  if (left) throw deletionFailure(left, await stackResources(cloud, left.id));
}

/** A stack of the same name without our tags is somebody else's. One that was never executed has none yet. */
function ownOnly(stack: StackView, { name, tags }: Pick<StackRequest, 'name' | 'tags'>): StackView {
  const ours = [TAGS.project, TAGS.environment, TAGS.service].every((it) => stack.tags[it] === tags[it]);
  if (ours || stack.status === 'REVIEW_IN_PROGRESS') return stack;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `There is a stack ${name} in the account, and it is not of this service`,
    fix: 'Remove or rename it, or rename the project',
  });
}

function digestOf(request: StackRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 32);
}

function withOutput(template: string, madeFrom: string): string {
  const { Outputs = {}, ...rest } = JSON.parse(template);
  return JSON.stringify({ ...rest, Outputs: { ...Outputs, [MADE_FROM]: { Value: madeFrom } } });
}
