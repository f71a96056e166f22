import type { ErrorCode } from '../../../core/error-codes.ts';
import { DeployerError } from '../../../core/errors.ts';
import { list, printableLine } from '../../../core/text.ts';
import type { StackEvent } from './events.ts';
import type { StackResource, StackView } from './look.ts';

const SHOWN = 600;

/** The parts of a failed event or resource that are looked at. */
type Failed = Pick<StackEvent, 'resource' | 'type' | 'reason'>;

/** What CloudFormation could not do, by the first thing that failed. */
export function stackFailure(
  stack: Pick<StackView, 'id' | 'name'>,
  verb: 'create' | 'update' | 'delete' | 'roll back',
  failed: readonly Failed[],
): DeployerError {
  const [first] = failed.filter(({ reason }) => !/cancelled/.test(reason));
  const code = first ? codeOf(first.reason) : 'DEPLOY_FAILED';
  const what = first ? `${first.resource} (${first.type}) of the stack ${stack.name}` : `the stack ${stack.name}`;
  return new DeployerError({
    code,
    reason: `CloudFormation could not ${verb} ${what}`,
    fix: verb === 'roll back' ? STUCK : (FIXES[code] ?? 'See its events, correct what they name, and try again'),
    detail: [...failed.map(wordsOf), ...consoleOf(stack)],
  });
}

const STUCK =
  'Correct what its events name, and try again; or give it up: "aws cloudformation continue-update-rollback --resources-to-skip"';

/** Somebody has said that a stack is to stay. */
export function protectedStack({ name }: Pick<StackView, 'name'>): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `The stack ${name} is protected from deletion`,
    fix: `If it may go: "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}"`,
  });
}

function wordsOf({ resource, reason }: Failed): string {
  return printableLine(`${resource}: ${reason}`).slice(0, SHOWN);
}

/** What is still there after a deletion, by name. */
export function deletionFailure(stack: StackView, left: ReadonlyMap<string, StackResource>): DeployerError {
  const failed = [...left].filter(([, { status }]) => status === 'DELETE_FAILED');
  const names = failed.map(([name, { type, id }]) => `${name} (${type} ${id})`);
  return new DeployerError({
    code: codeOf(failed[0]?.[1].reason ?? ''),
    reason: `CloudFormation could not delete ${names.length > 0 ? list(names) : 'all'} of the stack ${stack.name}`,
    fix: 'Empty or free what it names, and try again',
    detail: [...failed.map(([resource, { reason }]) => wordsOf({ resource, type: '', reason })), ...consoleOf(stack)],
  });
}

/** Where a person sees all of it; other partitions have other addresses. */
function consoleOf({ id }: Pick<StackView, 'id'>): string[] {
  const [, partition, , region] = id.split(':');
  if (partition !== 'aws') return [];
  const page = `#/stacks/events?stackId=${encodeURIComponent(id)}`;
  return [`https://${region}.console.aws.amazon.com/cloudformation/home?region=${region}${page}`];
}

/** The handler's own code comes first; older types have their service's words only. */
function codeOf(reason: string): ErrorCode {
  const [, handler = ''] = /HandlerErrorCode: (\w+)/.exec(reason) ?? [];
  const worded = WORDED.find(([words]) => words.test(reason))?.[1];
  return worded ?? HANDLER_CODES[handler] ?? 'DEPLOY_FAILED';
}

const HANDLER_CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'INSUFFICIENT_PERMISSIONS',
  InvalidCredentials: 'AUTH_FAILED',
  UnauthorizedTaggingOperation: 'INSUFFICIENT_PERMISSIONS',
  AlreadyExists: 'PROJECT_NAME_TAKEN',
  ServiceLimitExceeded: 'QUOTA_EXCEEDED',
  Throttling: 'RATE_LIMIT_EXCEEDED',
  InvalidRequest: 'INVALID_CONFIG',
  NotFound: 'NOT_FOUND',
  ResourceConflict: 'STATE_CONFLICT',
  NotStabilized: 'TIMEOUT',
  NetworkFailure: 'PLATFORM_UNAVAILABLE',
  ServiceInternalError: 'PLATFORM_UNAVAILABLE',
  ServiceTimeout: 'PLATFORM_UNAVAILABLE',
};

const WORDED: readonly (readonly [RegExp, ErrorCode])[] = [
  [/not authorized to perform|AccessDenied|Access Denied/, 'INSUFFICIENT_PERMISSIONS'],
  [/already exists|AlreadyExists|AlreadyOwnedByYou/i, 'PROJECT_NAME_TAKEN'],
  [/LimitExceeded|QuotaExceeded|maximum number of|quota/i, 'QUOTA_EXCEEDED'],
  [/Rate exceeded|Throttling/, 'RATE_LIMIT_EXCEEDED'],
];

const FIXES: Partial<Readonly<Record<ErrorCode, string>>> = {
  INSUFFICIENT_PERMISSIONS: 'Add the right that it names; "deployer aws policy" prints all that are needed',
  PROJECT_NAME_TAKEN: 'Name it in the options if it is yours, or remove it',
  QUOTA_EXCEEDED: 'Ask for more at https://console.aws.amazon.com/servicequotas, or remove what is not needed',
  RATE_LIMIT_EXCEEDED: 'Try again later',
  PLATFORM_UNAVAILABLE: 'See https://health.aws.amazon.com, and try again',
};
