import type { Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Finding } from '../../../../core/finding.ts';
import type { Account } from '../../account.ts';
import { isOwn } from '../../names.ts';
import type { StaticOptions } from '../../options/static.ts';
import { lookAtStack, stackResources } from '../../stack/stack.ts';
import { type Adopting, ownName, placeOf } from '../names.ts';

/** What the stack of a target has, by the names of its template → ids. */
export type Things = ReadonlyMap<string, string>;

/** `undefined` without a stack. */
export async function findThings(target: Target, account: Account): Promise<Things | undefined> {
  const cloud = await account.aws.cloudformation();
  const stack = await lookAtStack(cloud, ownName(target));
  if (!stack) return undefined;
  // One that was never executed has no tags yet.
  if (stack.status !== 'REVIEW_IN_PROGRESS' && !isOwn(target, stack.tags)) throw nameTaken(stack.name);
  const resources = await stackResources(cloud, stack.id);
  const made = [...resources].filter(([, { id, status }]) => id !== '' && status !== 'DELETE_COMPLETE');
  return new Map(made.map(([name, { id }]) => [name, id]));
}

const MADE = { bucket: 'Bucket', distribution: 'Distribution' } as const;

/** What of others a target uses: what it was made with, else what the options say. */
export function adoptedBy({ resource }: Target, { options }: Account<StaticOptions>): Adopting {
  const { bucket, distribution } = placeOf(resource)?.adopts ?? options;
  return { ...(bucket === undefined ? {} : { bucket }), ...(distribution === undefined ? {} : { distribution }) };
}

/** A target keeps its bucket and its distribution: its releases and its users would be left behind with them. */
export function movedFindings(
  target: Target,
  account: Account<StaticOptions>,
  things: Things | undefined,
): readonly Finding[] {
  if (things === undefined) return [];
  const used = adoptedBy(target, account);
  return (['bucket', 'distribution'] as const).flatMap((option) => {
    const given = account.options[option];
    const same = given === used[option] && (given === undefined || !things.has(MADE[option]));
    return same ? [] : [moved(target.service.name, option, things.has(MADE[option]) ? undefined : used[option])];
  });
}

function moved(service: string, option: string, was = 'its own'): Finding {
  return {
    level: 'error',
    code: 'GATE_REFUSED',
    message: `${service} keeps the ${option} that it was made with, which is ${was}`,
    path: `services.${service}.aws.${option}`,
    fix: `Leave aws.${option} as it was, or destroy the environment first`,
  };
}

/** For what was planned before somebody moved it. */
export function refuseMoved(target: Target, account: Account<StaticOptions>, things: Things | undefined): void {
  const [finding] = movedFindings(target, account, things);
  if (finding) throw new DeployerError({ code: finding.code, reason: finding.message, fix: finding.fix ?? '' });
}

function nameTaken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `There is a stack ${name} in the account, and it is not of this service`,
    fix: 'Remove or rename it, or rename the project',
  });
}
