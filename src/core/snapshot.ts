import type { BuildInputs } from './build-inputs.ts';
import type { Config, EnvironmentConfig } from './config.ts';
import type { Digest, Fingerprint } from './digest.ts';
import type { DriverFacts } from './driver.ts';
import type { Finding } from './finding.ts';
import type { Inspection } from './inspection.ts';
import type { MigrationStatus } from './migration.ts';
import type { AppliedConfiguration, EnvironmentState, SourceInfo, StateDocument, Version } from './state.ts';

/** What was seen of one service's sources and variables. */
export interface ObservedService {
  /** Over files, build command, output list, build-time variables, and what the driver's build goes by. */
  readonly source: Digest;
  /** Over the files alone. */
  readonly files: Digest;
  /** Differences to the files of the live release; `unknown` when its file list is gone or there is none. */
  readonly files_changed: number | 'unknown';
  readonly options: Digest;
  /** All variables it will get, and those its build sees. Empty before the project has a key. */
  readonly variables: Readonly<Record<string, Fingerprint>>;
  readonly build_variables: Readonly<Record<string, Fingerprint>>;
  /** What the sources ask for, as `ReleaseInputs` keeps it; absent where they were not looked through. */
  readonly needs?: readonly string[];
  /** What driver options refer to, by the option's path; absent where they refer to nothing. */
  readonly option_secrets?: Readonly<Record<string, Fingerprint>>;
  /** What the driver says of its build; absent where the default builder works. */
  readonly build_inputs?: BuildInputs;
}

/**
 * The world, looked at once before planning, as plain data. It records and makes no choice; choosing belongs to the
 * planners.
 */
export interface Snapshot {
  readonly config: Config;
  readonly environment: EnvironmentConfig;
  /** Config file's values with `env set` revisions laid over; secrets by reference. */
  readonly configuration: AppliedConfiguration;
  readonly state: StateDocument;
  /** `undefined` before the first deploy. */
  readonly current?: EnvironmentState;
  readonly source: SourceInfo | null;
  readonly services: Readonly<Record<string, ObservedService>>;
  readonly databases: Readonly<Record<string, MigrationStatus>>;
  readonly drivers: Readonly<Record<string, DriverFacts>>;
  /** What the platforms say; only where it was asked. */
  readonly inspections: Readonly<Record<string, Inspection>>;
  /** Of variables, preflight and drift. Errors refuse the plan. */
  readonly findings: readonly Finding[];
  /** The version that promote, rollback or redeploy is about. */
  readonly version?: Version;
  /** For promote: the source environment's state. */
  readonly from?: EnvironmentState;
}
