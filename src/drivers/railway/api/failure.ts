import { DeployerError, type Failure } from '../../../core/errors.ts';
import type { HttpAnswer } from '../../../core/ports.ts';
import { printableLine } from '../../../core/text.ts';
import { askedWait } from '../../web-call.ts';
import { parseAnswer } from '../../web-service.ts';

const SHOWN = 300;
const AGAIN = 'Try again later; see https://status.railway.com';

type Meaning = Pick<Failure, 'code' | 'fix'>;

/**
 * What Railway says → what it is here. Its codes do not tell: refusals come as INTERNAL_SERVER_ERROR, with status 200.
 * The first that matches counts.
 */
const BY_WORDS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /two factor/i,
    { code: 'AUTH_FAILED', fix: 'Use a token: the workspace wants a second factor of everybody who logs in' },
  ],
  [/too quickly|rate limit|too many requests/i, { code: 'RATE_LIMIT_EXCEEDED', fix: AGAIN }],
  [/already exists/i, { code: 'PROJECT_NAME_TAKEN', fix: 'Choose another name under railway in the config' }],
  [/invalid service name/i, { code: 'INVALID_CONFIG', fix: 'Correct railway.service' }],
  [/not found/i, { code: 'NOT_FOUND', fix: 'Look whether it was removed at Railway, and deploy again' }],
  [/upgrade|limit exceeded|subscription|trial/i, { code: 'GATE_REFUSED', fix: 'Look at the plan of the workspace' }],
  [
    /problem processing request/i,
    { code: 'DEPLOY_FAILED', fix: 'Look at the options under railway: Railway does not say which it does not take' },
  ],
];

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  401: { code: 'AUTH_FAILED', fix: 'Make a new token' },
  403: { code: 'PLATFORM_UNAVAILABLE', fix: 'Try again later: what stands in front of Railway keeps us out' },
  404: { code: 'PLATFORM_UNAVAILABLE', fix: 'Look at RAILWAY_API_URL; there may be a newer version of deployer' },
  413: { code: 'UNSUPPORTED', fix: 'Leave files out by .deployignore, or deploy an image' },
  429: { code: 'RATE_LIMIT_EXCEEDED', fix: AGAIN },
};

/** One entry of `errors`. */
export interface ApiError {
  readonly message: string;
  readonly code: string;
}

/** `errors` of an answer; `undefined` when it is none that the API gives. */
export function errorsOf(answer: Readonly<Record<string, unknown>>): readonly ApiError[] {
  const found = Array.isArray(answer['errors']) ? answer['errors'] : [];
  return found.map((one) => {
    const { message, extensions } = (one ?? {}) as { message?: unknown; extensions?: { code?: unknown } };
    return { message: String(message ?? ''), code: String(extensions?.code ?? '') };
  });
}

/** Says the same of a bad token, a missing right, and of what is not there. */
export function isUnauthorized(errors: readonly ApiError[]): boolean {
  return errors.some(({ message }) => /not authorized|project token not found|unauthorized/i.test(message));
}

/** An answer with `errors`. */
export function refusal(doing: string, errors: readonly ApiError[]): DeployerError {
  const words = errors.map(({ message }) => message).join('\n');
  const known = BY_WORDS.find(([pattern]) => pattern.test(words))?.[1];
  const outdated = errors.some(({ code }) => code === 'GRAPHQL_VALIDATION_FAILED');
  const other: Meaning = outdated
    ? { code: 'UNSUPPORTED', fix: 'Railway has changed its API: take a newer version of deployer' }
    : { code: 'DEPLOY_FAILED', fix: 'See what it said' };
  return new DeployerError({
    reason: `Railway could not ${doing}`,
    ...(outdated ? other : (known ?? other)),
    detail: errors.map(({ message }) => printableLine(message).slice(0, SHOWN)),
  });
}

/** An answer whose status says no, and that has no `errors`. */
export function statusFailure(doing: string, answer: HttpAnswer, now: number): DeployerError {
  const { status } = answer;
  const wait = askedWait(answer, now);
  const { message } = (parseAnswer(answer.body) ?? {}) as { message?: unknown };
  return new DeployerError({
    reason: `Railway could not ${doing} (status ${status})`,
    ...(BY_STATUS[status] ??
      (status >= 500 || status === 408
        ? { code: 'PLATFORM_UNAVAILABLE', fix: AGAIN }
        : { code: 'DEPLOY_FAILED', fix: 'See what it said' })),
    ...(typeof message === 'string' ? { detail: [printableLine(message).slice(0, SHOWN)] } : {}),
    ...(wait === undefined ? {} : { retry_after_ms: wait }),
  });
}
