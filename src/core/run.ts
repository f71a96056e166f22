import type { DatabaseConfig, Mode, ServiceConfig } from './config.ts';
import type { Digest, Fingerprint } from './digest.ts';
import { DeployerError, type Failure } from './errors.ts';
import type { RunStatus } from './event.ts';
import type { Finding } from './finding.ts';
import type { Intent, OperationType } from './plan.ts';
import type { AppliedConfiguration, MigrationRecord, ReleaseInputs, SourceInfo } from './state.ts';

/**
 * What a run works with, written once beside its plan before the first operation: whoever resumes it or rolls back to
 * it later needs nothing of the config file of that day. Variables stand by reference or fingerprint only.
 */
export interface RunContext {
  readonly format: 1;
  readonly run_id: string;
  readonly intent: Intent;
  readonly env: string;
  readonly mode: Mode;
  readonly template?: string;
  /** The version that this run makes, or that it is about; `null` for one that is about none, such as `migrate run`. */
  readonly version_id: string | null;
  readonly version_name?: string;
  readonly started_at: string;
  readonly who: string;
  /** The verb, for people: `deploy`, `env promote`. */
  readonly command: string;
  readonly source: SourceInfo | null;
  readonly config_digest: Digest;
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly databases: Readonly<Record<string, DatabaseConfig>>;
  readonly inputs: Readonly<Record<string, ReleaseInputs>>;
  readonly configuration: AppliedConfiguration;
  /** What each secret was when the run began; a resumed run goes on with the same. */
  readonly secrets?: Readonly<Record<string, SecretRecord>>;
  /** Migration files that belong to the version, per database. */
  readonly migrations: Readonly<Record<string, readonly MigrationRecord[]>>;
  /** Gates that were passed by force. */
  readonly forced: readonly string[];
  readonly compensation: 'automatic' | 'off';
}

/** A secret as it may be written down. */
export interface SecretRecord {
  readonly fingerprint: Fingerprint;
  /** The store's own version, where it keeps versions. */
  readonly version?: string;
}

/** The version of a run that has one; whoever places or records releases relies on it. */
export function versionOf({ run_id, version_id }: RunContext): string {
  if (version_id !== null) return version_id;
  throw new DeployerError({ code: 'INTERNAL', reason: `${run_id} is about no version` });
}

export interface OperationReport {
  readonly id: string;
  readonly type: OperationType;
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'skipped' | 'not_started';
  readonly duration_ms: number;
  /** Undone again after a failure. */
  readonly undone?: boolean;
  readonly failure?: Failure;
}

/** What a service has at places that were given up. */
export interface LeftBehind {
  readonly service: string;
  readonly places: readonly string[];
}

/** How a run ended, as people and programs see it. */
export interface RunReport {
  readonly status: RunStatus | 'unchanged';
  readonly intent: Intent;
  readonly env: string;
  readonly run_id?: string;
  readonly version_id?: string;
  readonly version_name?: string;
  readonly url?: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly dashboard_url?: string;
  /** All variables that the services need had values. */
  readonly env_configured: boolean;
  readonly duration_ms: number;
  readonly operations: readonly OperationReport[];
  /** Of the services that were asked for. */
  readonly unchanged: readonly string[];
  /** Services that have changes and were not asked for. */
  readonly left_out: readonly string[];
  readonly warnings: readonly Finding[];
  /** Notifications that nobody took. */
  readonly undelivered: readonly Finding[];
  /** The version from before the run serves users again, or never stopped to. */
  readonly previous_runs: boolean;
  /** Places that did not answer, and were left as they are. */
  readonly left_behind?: readonly LeftBehind[];
  /** Sentences: what was restored, what could not be. */
  readonly restored: readonly string[];
  readonly failure?: Failure;
  /** Why a person has to decide whether it goes on. */
  readonly held?: string;
  readonly next_steps: readonly string[];
}
