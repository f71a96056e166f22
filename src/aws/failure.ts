import type { ErrorCode } from '../core/error-codes.ts';
import { DeployerError, type Failure } from '../core/errors.ts';
import { parseRetryAfter } from '../core/retry-after.ts';
import { printableLine } from '../core/text.ts';
import { CODES, FIXES } from './codes.ts';

const SHOWN = 400;

/** What was asked of whom: `ECS` and `createService`. */
export interface AwsErrand {
  readonly service: string;
  readonly operation: string;
}

/** The fields of an SDK error that are looked at. Everything else, above all `$response`, may hold headers. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

/** An error of the SDK → ours: the service's own code and sentence as detail, never the error itself. */
export function toAwsFailure(error: unknown, { service, operation }: AwsErrand): DeployerError {
  if (error instanceof DeployerError) return error;
  const { message, $metadata: { httpStatusCode: status, requestId } = {}, $response } = (error ?? {}) as SdkError;
  const wait = parseRetryAfter($response?.headers?.['retry-after'], Date.now());
  const name = nameOf(error);
  const code = codeOf(error, name, status);
  const failure: Failure = {
    code,
    reason: reasonOf({ service, operation, name, status }),
    fix: FIXES[code] ?? 'See what it said',
    detail: [
      ...(status !== undefined && typeof message === 'string' ? [printableLine(message).slice(0, SHOWN)] : []),
      ...(requestId ? [`request ${printableLine(requestId)}`] : []),
    ],
    ...(wait === undefined ? {} : { retry_after_ms: wait }),
  };
  return new DeployerError(failure, new AwsRefusal(name, typeof message === 'string' ? message : '', status));
}

interface Refusal extends AwsErrand {
  readonly name: string;
  readonly status: number | undefined;
}

function reasonOf({ service, operation, name, status }: Refusal): string {
  if (/^(?:Credentials|Token)ProviderError$/.test(name)) return 'Nothing gives credentials for AWS that can be used';
  return `${service} ${status === undefined ? 'gave no answer to' : 'refused'} ${operation}: ${name}`;
}

/** What is kept of an error of the SDK, which itself holds the whole exchange with its headers. */
class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, status: number | undefined) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * Whether a failure of ours is one that the service names so, with or without `Exception` at its end: query services are
 * named one way by their models and another way on the wire.
 */
export function hasCode(error: unknown, ...names: readonly string[]): boolean {
  const code = refusalOf(error)?.code;
  return code !== undefined && names.map(bare).includes(code);
}

/** The service's own sentence, for looking at; may name resources of others, so that it is only shown as detail. */
export function wordsOf(error: unknown): string {
  return refusalOf(error)?.message ?? '';
}

/** HTTP status of the answer behind a failure, where there was one. */
export function statusOf(error: unknown): number | undefined {
  return refusalOf(error)?.status;
}

function refusalOf(error: unknown): AwsRefusal | undefined {
  return error instanceof DeployerError && error.cause instanceof AwsRefusal ? error.cause : undefined;
}

/** The name of a foreign error, without the `Exception` that some services append. */
function nameOf(error: unknown): string {
  const { name, code } = (error ?? {}) as SdkError;
  const text = typeof name === 'string' && name !== 'Error' ? name : typeof code === 'string' ? code : 'Error';
  return bare(printableLine(text));
}

function bare(name: string): string {
  return name.replace(/(?<=.)Exception$/, '');
}

/** By name first; an answer in no format of the service's, such as a proxy's page, has nothing but its status. */
function codeOf(error: unknown, name: string, status: number | undefined): ErrorCode {
  const { code } = error as SdkError;
  if (typeof code === 'string' && LOST.test(code)) return 'PLATFORM_UNAVAILABLE';
  const known = CODES.get(name) ?? (/^(?:TooMany|KMSAccessDenied)/.test(name) ? manyOrDenied(name) : undefined);
  if (known) return known;
  if (status === undefined) return 'PLATFORM_UNAVAILABLE';
  if (/(?:LimitExceeded|QuotaExceeded)$/.test(name)) return 'QUOTA_EXCEEDED';
  return BY_STATUS[status] ?? (status >= 500 || status < 400 ? 'PLATFORM_UNAVAILABLE' : 'DEPLOY_FAILED');
}

const LOST =
  /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/;

function manyOrDenied(name: string): ErrorCode {
  if (name.startsWith('KMS')) return 'INSUFFICIENT_PERMISSIONS';
  return 'QUOTA_EXCEEDED';
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'AUTH_FAILED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'STATE_CONFLICT',
  412: 'STATE_CONFLICT',
  429: 'RATE_LIMIT_EXCEEDED',
};
