import { ERROR_CODES, type ErrorCode, type ExitCode, type RecoveryAction, type Severity } from './error-codes.ts';
import type { Finding, Place } from './finding.ts';

/** The part of the work in which something failed. */
export type Stage =
  | 'usage'
  | 'config'
  | 'env_setup'
  | 'preflight'
  | 'plan'
  | 'lock'
  | 'state'
  | 'provision'
  | 'configure'
  | 'migration'
  | 'build'
  | 'deploy'
  | 'traffic'
  | 'health_check'
  | 'cleanup'
  | 'destroy'
  | 'resume';

export interface Recovery {
  readonly action: RecoveryAction;
  readonly message: string;
}

/** The facts of a failure. Nothing foreign goes in: no other tool's error object, no value of a secret. */
export interface Failure {
  readonly code: ErrorCode;
  /** What happened, one sentence, with the names that matter. */
  readonly reason: string;
  readonly stage?: Stage;
  /** The command or edit that helps. */
  readonly fix?: string;
  readonly place?: Place;
  readonly recovery?: readonly Recovery[];
  readonly findings?: readonly Finding[];
  /** More facts as lines: the last health answer, the last log lines of a build. */
  readonly detail?: readonly string[];
  readonly run_id?: string;
  /** How long to wait before a retry, when the other side said so. Milliseconds. */
  readonly retry_after_ms?: number;
  /** For `INTERRUPTED`: which signal; the exit code follows it. */
  readonly signal?: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
}

/** The one error class. What a person or program sees is composed from its facts by `report/`. */
export class DeployerError extends Error {
  override readonly name = 'DeployerError';
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.reason, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }

  get code(): ErrorCode {
    return this.failure.code;
  }
}

export function severityOf(failure: Failure): Severity {
  return ERROR_CODES[failure.code].severity;
}

export function exitCodeOf(failure: Failure): ExitCode {
  if (failure.code === 'INTERRUPTED' && failure.signal === 'SIGTERM') return 143;
  if (failure.code === 'INTERRUPTED' && failure.signal === 'SIGHUP') return 129;
  return ERROR_CODES[failure.code].exit;
}

/** Whether another try may help without anybody changing anything. */
export function isTemporary(error: unknown): boolean {
  return error instanceof DeployerError && severityOf(error.failure) === 'temporary';
}

/**
 * Any thrown thing → a failure of ours. A foreign error's text may hold a secret, a path or a whole command line, so
 * only its class and system code are kept.
 */
export function toFailure(error: unknown, stage?: Stage): Failure {
  if (error instanceof DeployerError)
    return stage && !error.failure.stage ? { ...error.failure, stage } : error.failure;
  const foreign = error as { name?: unknown; code?: unknown } | null | undefined;
  const kind =
    typeof foreign?.code === 'string' ? foreign.code : typeof foreign?.name === 'string' ? foreign.name : typeof error;
  // What `AbortSignal.timeout` gives for a reason.
  if (kind === 'TimeoutError')
    return { code: 'TIMEOUT', reason: 'No answer came in time', fix: 'Try again', ...(stage ? { stage } : {}) };
  return {
    code: 'INTERNAL',
    reason: `An unexpected error occurred (${kind})`,
    fix: 'Run the command again with --debug and report what it writes',
    ...(stage ? { stage } : {}),
  };
}
