import type { Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Account } from '../../account.ts';
import { isOwn } from '../../names.ts';
import { lookAtStack, stackResources } from '../../stack/stack.ts';
import { ownName } from '../names.ts';

/** What the stack of a target has, by the names of its template → ids; `undefined` without a stack. */
export async function findThings(target: Target, account: Account): Promise<ReadonlyMap<string, string> | undefined> {
  const cloud = await account.aws.cloudformation();
  const stack = await lookAtStack(cloud, ownName(target));
  if (!stack) return undefined;
  // One that was never executed has no tags yet.
  if (stack.status !== 'REVIEW_IN_PROGRESS' && !isOwn(target, stack.tags)) throw nameTaken(stack.name);
  const resources = await stackResources(cloud, stack.id);
  const made = [...resources].filter(([, { id, status }]) => id !== '' && status !== 'DELETE_COMPLETE');
  return new Map(made.map(([name, { id }]) => [name, id]));
}

function nameTaken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `There is a stack ${name} in the account, and it is not of this service`,
    fix: 'Remove or rename it, or rename the project',
  });
}
