import type { HealthCheck } from './config.ts';
import type { Secret } from './secret.ts';

export interface ProbeRequest {
  readonly check: HealthCheck;
  /** Where the release answers, such as `http://127.0.0.1:41234`; relative targets are resolved against it. */
  readonly url: string;
  /** Folder and variables for `command` checks. */
  readonly cwd: string;
  /** Sent with HTTP requests to the release itself, and to no other host. */
  readonly headers?: Readonly<Record<string, Secret>>;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Asked before each try: a reason to give up at once (the process has exited), or `undefined`. */
  readonly doomed?: () => string | undefined;
  readonly onAttempt?: (attempt: ProbeAttempt) => void;
}

export interface ProbeAttempt {
  readonly number: number;
  readonly ok: boolean;
  /** What came back, one line: `HTTP 503 "starting"`, `connection refused`. Redacted by whoever prints it. */
  readonly answer: string;
  readonly elapsed_ms: number;
}

export interface Verdict {
  readonly healthy: boolean;
  readonly attempts: number;
  readonly elapsed_ms: number;
  readonly last?: ProbeAttempt;
  /** Why it was given up, when not simply the time limit. */
  readonly reason?: string;
}

/** Tries a check until it has enough good answers in a row or its time is up. Rejects only when `signal` aborts. */
export type Probe = (request: ProbeRequest) => Promise<Verdict>;
