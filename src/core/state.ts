import type { Artifact } from './artifact.ts';
import type { FlagValue, Mode } from './config.ts';
import type { Digest, Fingerprint } from './digest.ts';
import type { Json } from './json.ts';

export const STATE_FORMAT = 1;

/** What a service's release was made from; equal inputs need no new release. */
export interface ReleaseInputs {
  /** Over the service's files, build command, output list, build-time variables, and what the driver's build goes by. */
  readonly source: Digest;
  /** Over the service's files alone; names the file list that tells how many changed. */
  readonly files: Digest;
  /** Build-time variables only, so that a promotion knows whether the same artifact will do. */
  readonly build_variables: Readonly<Record<string, Fingerprint>>;
  /** All variables the service gets, by name. */
  readonly variables: Readonly<Record<string, Fingerprint>>;
  /** Which version of a secret among them it was, by variable, where the store keeps versions. */
  readonly secret_versions?: Readonly<Record<string, string>>;
  /** What driver options refer to, by the option's path. */
  readonly option_secrets?: Readonly<Record<string, Fingerprint>>;
  /** Over driver, driver options, start and release command, health check. */
  readonly options: Digest;
  /** Variables that its sources ask for: `KEY`, `KEY?` for one it does without, `:build` behind one that only its build reads. */
  readonly needs?: readonly string[];
}

/** One version's artifact placed in one target. */
export interface Release {
  readonly service: string;
  readonly driver: string;
  readonly version_id: string;
  readonly artifact: Artifact;
  readonly inputs: ReleaseInputs;
  /** Whether a program answers, or only files; people open the latter first. */
  readonly serves: 'process' | 'files';
  /** What the driver needs to find it again. */
  readonly ref: Json;
  readonly url?: string;
  readonly dashboard_url?: string;
  readonly placed_at: string;
}

/**
 * The configuration in force for a deployed version, kept so that a roll-back can restore it. Secrets by reference, or as the
 * text of a variable with references in it; see `holdsSecrets`.
 */
export interface AppliedConfiguration {
  readonly revision: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, FlagValue>>;
}

/**
 * What `env set` changed on top of the config file; every change is a revision. `null` takes a name away. One that a
 * roll-back made says which it restores, and nothing before it counts.
 */
export interface ConfigurationRevision {
  readonly revision: number;
  readonly at: string;
  readonly by: string;
  readonly variables: Readonly<Record<string, string | null>>;
  readonly secrets: Readonly<Record<string, string | null>>;
  readonly flags: Readonly<Record<string, FlagValue | null>>;
  readonly restores?: number;
}

/** A migration as a version knows it. */
export interface MigrationRecord {
  readonly id: string;
  readonly phase: 'expand' | 'contract';
  readonly checksum: Digest;
}

/**
 * One deployed version in an environment's past; the last entry is the current one. Its releases and the services' own
 * configuration lie in the run's folder, so that the state stays small however many services there are.
 */
export interface Deployment {
  readonly version_id: string;
  readonly version_name?: string;
  readonly run_id: string;
  readonly intent: 'deploy' | 'promote' | 'rollback' | 'redeploy' | 'canary';
  readonly at: string;
  readonly healthy: boolean;
  readonly configuration: AppliedConfiguration;
  /** Migrations applied in each database when the run ended. */
  readonly migrations: Readonly<Record<string, readonly MigrationRecord[]>>;
}

/** A canary under way: the current releases stay, the candidates get `percent`. */
export interface CanaryState {
  readonly version_id: string;
  readonly version_name?: string;
  readonly run_id: string;
  readonly percent: number;
  readonly started_at: string;
  readonly releases: Readonly<Record<string, Release>>;
  readonly configuration: AppliedConfiguration;
}

export interface EnvironmentState {
  readonly name: string;
  readonly mode: Mode;
  readonly created_at: string;
  /** For environments made by `env create`: the config environment they follow. */
  readonly template?: string;
  readonly expires_at?: string;
  /** Newest last; the fold of all of them lies over the config file's values. At most 50. */
  readonly revisions: readonly ConfigurationRevision[];
  /** What provision made or adopted, per service, as the driver wants it back. */
  readonly resources: Readonly<Record<string, Json>>;
  /** The live release of each service. */
  readonly current: Readonly<Record<string, Release>>;
  readonly canary?: CanaryState;
  /** Newest last; at most 20. Older ones are only in `versions/` and the audit log. */
  readonly deployments: readonly Deployment[];
  /** How long each operation took last time, ms, by operation id. */
  readonly durations: Readonly<Record<string, number>>;
  /** The run that is under way, or was cut off. Set before the first operation, removed when the run is closed. */
  readonly active_run?: string;
}

/** The whole truth about a project, one snapshot. */
export interface StateDocument {
  readonly format: typeof STATE_FORMAT;
  /** Made once, when the first snapshot is written. */
  readonly lineage: string;
  /** Counts up by one with every write; 0 stands for "no state yet". */
  readonly serial: number;
  readonly written_at: string;
  /** Version of the tool, and generation of the lock under which it was written. */
  readonly writer: { readonly id: string; readonly tool: string; readonly generation?: number };
  readonly project: string;
  readonly environments: Readonly<Record<string, EnvironmentState>>;
}

/** Immutable record of one artifact per service; built once, deployed anywhere. */
export interface Version {
  readonly format: 1;
  readonly id: string;
  readonly name?: string;
  readonly created_at: string;
  readonly project: string;
  /** The environment it was built in. */
  readonly built_in: string;
  readonly run_id: string;
  readonly source: SourceInfo | null;
  readonly config_digest: Digest;
  readonly services: Readonly<
    Record<string, { readonly driver: string; readonly artifact: Artifact; readonly inputs: ReleaseInputs }>
  >;
  readonly variables: readonly string[];
  /** Migration files that belong to this version, per database, in order: the schema it was built for. */
  readonly migrations: Readonly<Record<string, readonly MigrationRecord[]>>;
}

export interface SourceInfo {
  readonly commit: string;
  readonly branch?: string;
}

/** Who holds a lock. No secrets, no argv. */
export interface LockRecord {
  readonly format: 1;
  readonly id: string;
  readonly generation: number;
  readonly state: 'held' | 'released';
  readonly environment: string;
  readonly who: string;
  readonly host: string;
  /** Tells machines of one host name apart, where the system has an id; a digest of it. */
  readonly machine?: string;
  readonly boot_id: string;
  /** A pid means something only inside its namespace: containers on one machine share the boot id but not their pids. */
  readonly pid_namespace?: string;
  readonly pid: number;
  readonly pid_start: string;
  readonly command: string;
  readonly run_id?: string;
  readonly started_at: string;
  readonly beat: number;
  readonly tool: string;
}

/** One line of the audit log; `digest` covers the entry without itself, `previous` is the digest of the line before. */
export interface AuditEntry {
  readonly format: 1;
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly environment?: string;
  readonly run_id?: string;
  readonly result?: 'started' | 'succeeded' | 'failed' | 'interrupted';
  /** Facts in words and names; never values. */
  readonly detail?: Readonly<Record<string, Json>>;
  readonly previous: Digest | null;
  readonly digest: Digest;
}
