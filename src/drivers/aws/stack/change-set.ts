import { createHash } from 'node:crypto';
import { hasCode, wordsOf } from '../../../aws/failure.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { type Cloudformation, isMissing, type StackContext } from './look.ts';

const LOOK_EVERY = 1_000;

/** What a stack is to become. */
export interface StackRequest {
  readonly name: string;
  /** The template, in JSON. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Go to the stack and to everything in it that takes tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** ARN of a role by which CloudFormation acts; the caller's own rights without it. */
  readonly role?: string;
}

type ChangeSet = Awaited<ReturnType<Cloudformation['describeChangeSet']>>;

/** Prepares a change of a stack, whose id it answers with; undefined when there is nothing to change. */
export async function prepareChange(
  cloud: Cloudformation,
  type: 'CREATE' | 'UPDATE',
  request: StackRequest,
  context: StackContext,
): Promise<ChangeSet | undefined> {
  const ids = { StackName: request.name, ChangeSetName: `deployer-${tokenOf(context, JSON.stringify(request))}` };
  await removeUsed(cloud, ids);
  await create(cloud, type, request, ids);
  const set = await settled(cloud, ids, context);
  if (set.Status === 'CREATE_COMPLETE') return set;
  await cloud.deleteChangeSet(ids);
  const words = set.StatusReason ?? '';
  // The first change set of a stack made it, with nothing in it.
  if (type === 'CREATE') await cloud.deleteStack({ StackName: set.StackId });
  if (/didn't contain changes|No updates are to be performed/.test(words)) return undefined;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `CloudFormation cannot change the stack ${request.name}`,
    fix: 'Correct what it names, and try again',
    detail: [printableLine(words)],
  });
}

type Ids = { readonly StackName: string; readonly ChangeSetName: string };

/** One of an earlier attempt that was executed, or came to nothing, is in the way of a new one of its name. */
async function removeUsed(cloud: Cloudformation, ids: Ids): Promise<void> {
  const set = await describe(cloud, ids);
  const open = set?.Status?.startsWith('CREATE_') && !/^(?:EXECUTE_|OBSOLETE)/.test(set.ExecutionStatus ?? '');
  if (set && !open) await cloud.deleteChangeSet(ids);
}

async function describe(cloud: Cloudformation, ids: Ids): Promise<ChangeSet | undefined> {
  try {
    return await cloud.describeChangeSet(ids);
  } catch (error) {
    if (hasCode(error, 'ChangeSetNotFound') || isMissing(error)) return undefined;
    throw error;
  }
}

async function create(
  cloud: Cloudformation,
  type: 'CREATE' | 'UPDATE',
  { template, parameters, tags, role }: StackRequest,
  ids: Ids,
): Promise<void> {
  try {
    await cloud.createChangeSet({
      ...ids,
      ChangeSetType: type,
      ClientToken: ids.ChangeSetName,
      TemplateBody: template,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...(type === 'CREATE' && { OnStackFailure: 'DELETE' }),
      ...(role !== undefined && { RoleARN: role }),
    });
  } catch (error) {
    // The same one, of an attempt whose answer was lost: its name stands for all that is in it.
    if (!hasCode(error, 'AlreadyExists')) throw error;
  }
}

async function settled(cloud: Cloudformation, ids: Ids, { clock, signal }: StackContext): Promise<ChangeSet> {
  for (;;) {
    const set = await cloud.describeChangeSet(ids);
    if (!/^CREATE_(?:PENDING|IN_PROGRESS)$/.test(set.Status ?? '')) return set;
    await clock.sleep(LOOK_EVERY, signal);
  }
}

/** Carries a prepared change out. One that another attempt has begun is no failure. */
export async function executeChange(cloud: Cloudformation, set: ChangeSet, context: StackContext): Promise<void> {
  const { ChangeSetId, StackName } = set;
  try {
    // The stack may have lived through the same change before: only this change set makes the token its own.
    const ClientRequestToken = tokenOf(context, ChangeSetId ?? '');
    await cloud.executeChangeSet({ ChangeSetName: ChangeSetId, StackName, ClientRequestToken });
  } catch (error) {
    if (!hasCode(error, 'InvalidChangeSetStatus') && !/_IN_PROGRESS/.test(wordsOf(error))) throw error;
  }
}

/** The same for each attempt of one operation at one thing. */
function tokenOf({ idempotencyKey }: Pick<StackContext, 'idempotencyKey'>, thing: string): string {
  return createHash('sha256').update(`${idempotencyKey}\n${thing}`).digest('hex').slice(0, 32);
}
