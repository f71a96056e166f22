import type { Aws } from '../../../aws/aws.ts';
import { wordsOf } from '../../../aws/failure.ts';
import type { DriverContext } from '../../../core/driver.ts';

/** What the work on a stack uses of the driver's context. */
export type StackContext = Pick<DriverContext, 'clock' | 'signal' | 'idempotencyKey' | 'log'>;

export type Cloudformation = Awaited<ReturnType<Aws['cloudformation']>>;

/** A stack as CloudFormation tells it. */
export interface StackView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Why it is there, where CloudFormation says so. */
  readonly reason: string;
  /** When the last change of it began, ms; 0 before the first. */
  readonly changed: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The stack of a name; with an id, one that is deleted already too. Undefined when there is none. */
export async function lookAtStack(cloud: Cloudformation, nameOrId: string): Promise<StackView | undefined> {
  try {
    const { Stacks: [stack] = [] } = await cloud.describeStacks({ StackName: nameOrId });
    if (!stack) return undefined;
    return {
      id: stack.StackId ?? nameOrId,
      name: stack.StackName ?? nameOrId,
      status: stack.StackStatus ?? '',
      reason: stack.StackStatusReason ?? '',
      changed: stack.LastUpdatedTime?.getTime() ?? 0,
      tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      outputs: Object.fromEntries((stack.Outputs ?? []).map((it) => [it.OutputKey ?? '', it.OutputValue ?? ''])),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A stack that is not there is a validation error, told from others by its words alone. */
export function isMissing(error: unknown): boolean {
  return /does not exist/.test(wordsOf(error));
}

/** Whether something is under way. A stack that waits for the first change set to be executed is not. */
export function isBusy({ status }: Pick<StackView, 'status'>): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** One thing of a stack. */
export interface StackResource {
  /** The name or ARN under which its service knows it; empty where it was not made. */
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** What is in a stack, by the names of its template. */
export async function stackResources(cloud: Cloudformation, nameOrId: string): Promise<Map<string, StackResource>> {
  const found = new Map<string, StackResource>();
  let NextToken: string | undefined;
  do {
    const page = await cloud.listStackResources({ StackName: nameOrId, ...(NextToken && { NextToken }) });
    for (const it of page.StackResourceSummaries ?? [])
      found.set(it.LogicalResourceId ?? '', {
        id: it.PhysicalResourceId ?? '',
        type: it.ResourceType ?? '',
        status: it.ResourceStatus ?? '',
        reason: it.ResourceStatusReason ?? '',
      });
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
