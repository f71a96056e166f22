import { DeployerError, type Failure } from '../../../core/errors.ts';
import type { HttpAnswer } from '../../../core/ports.ts';
import { printableLine } from '../../../core/text.ts';
import { askedWait } from '../../web-call.ts';
import { parseAnswer } from '../../web-service.ts';
import type { ApiError } from './types.ts';

const TOKEN_FIX =
  'Make a token at https://app.netlify.com/user/applications#personal-access-tokens and put it into NETLIFY_AUTH_TOKEN';
const SHOWN = 300;
const MOST_LINES = 10;

export type Meaning = Pick<Failure, 'code' | 'fix'>;

const AGAIN = 'Try again later';
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  401: { code: 'AUTH_FAILED', fix: TOKEN_FIX },
  402: { code: 'GATE_REFUSED', fix: 'Look at plan and billing of the team at Netlify' },
  403: {
    code: 'INSUFFICIENT_PERMISSIONS',
    fix: 'Use a token of a member who may do this; a team with SAML wants one that was granted access to it',
  },
  404: { code: 'NOT_FOUND', fix: 'Look whether it was removed at Netlify, and deploy again' },
  408: { code: 'PLATFORM_UNAVAILABLE', fix: AGAIN },
  413: { code: 'UNSUPPORTED', fix: 'Make the file smaller' },
  429: { code: 'RATE_LIMIT_EXCEEDED', fix: AGAIN },
};

/** What an answer that says no means: code, what Netlify said as detail, what to do. */
export function meaningOf(
  answer: HttpAnswer,
  now: number,
  refusal?: Meaning,
): Meaning & Pick<Failure, 'detail' | 'retry_after_ms'> {
  const wait = askedWait(answer, now);
  return {
    ...(BY_STATUS[answer.status] ?? other(answer.status, refusal)),
    detail: said(answer),
    ...(wait === undefined ? {} : { retry_after_ms: wait }),
  };
}

/** `refusal`: what it means that just this request is not acceptable. */
export function callFailure(doing: string, answer: HttpAnswer, now: number, refusal?: Meaning): DeployerError {
  return new DeployerError({
    reason: `Netlify could not ${doing} (status ${answer.status})`,
    ...meaningOf(answer, now, refusal),
  });
}

function other(status: number, refusal: Meaning | undefined): Meaning {
  if (status >= 500) return { code: 'PLATFORM_UNAVAILABLE', fix: 'See https://www.netlifystatus.com, and try again' };
  return refusal ?? { code: 'DEPLOY_FAILED', fix: 'See what it said' };
}

/** A sentence stands in any of four places; what is no JSON is a proxy's page, and says nothing about us. */
function said({ body }: HttpAnswer): readonly string[] {
  const { message, msg, error, errors } = (parseAnswer(body) ?? {}) as ApiError;
  const single = [message, msg, error].filter((text) => typeof text === 'string' && text !== '');
  const lines = [...new Set(single as string[]), ...fields(errors)];
  return lines.slice(0, MOST_LINES).map((line) => printableLine(line.trim()).slice(0, SHOWN));
}

/** `{ subdomain: ["must be unique"] }`. */
function fields(errors: unknown): readonly string[] {
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).map(([field, words]) => `${field}: ${[words].flat().map(String).join(', ')}`);
}
