import type { PlatformIgnores } from './build-inputs.ts';
import type { Digest } from './digest.ts';
import type { JsonObject } from './json.ts';
import type { Scaffold } from './scaffold.ts';
import type { VariableSpec } from './variable-spec.ts';

/** What kind of place an environment is; production asks for confirmation unless told otherwise. */
export type Mode = 'dev' | 'staging' | 'production' | 'preview';

export type FlagValue = string | number | boolean;

/** A variable a service needs, and what its owner says of it. */
export interface Requirement extends Partial<Omit<VariableSpec, 'required'>> {
  readonly key: string;
  readonly optional: boolean;
}

export interface BuildConfig {
  /** As the owner wrote it; runs through the shell in the service's folder. */
  readonly command?: string;
  /** Paths inside the service that become the artifact; empty: the whole folder under its ignore rules. */
  readonly output: readonly string[];
  /** Names of the variables that the build sees. */
  readonly env: readonly string[];
  /** Names of secrets whose values its files may hold. */
  readonly may_contain?: readonly string[];
}

interface HealthTiming {
  /** How long the service may take to become healthy, ms. */
  readonly timeout: number;
  /** Between two tries, ms. */
  readonly interval: number;
  /** How many good answers in a row are needed. */
  readonly successes: number;
}

/** A health check, complete. An HTTP target that is a URL of another host does not go to the release itself. */
export type HealthCheck = HealthTiming &
  (
    | {
        readonly kind: 'http';
        /** Path on the release, or an absolute URL. */
        readonly target: string;
        readonly status: readonly number[];
        /** A text the body has to contain. */
        readonly body?: string;
        /** Headers the answer has to carry; names in lower case. */
        readonly headers: Readonly<Record<string, string>>;
        readonly allowPrivate: boolean;
      }
    | { readonly kind: 'tcp'; readonly port?: number }
    | { readonly kind: 'command'; readonly command: string }
  );

/** A service in one environment, every default filled in and every override applied: what a target is made from. */
export interface ServiceConfig {
  readonly name: string;
  readonly driver: string;
  /** Folder inside the project, with `/`, no leading `./`; `.` for the project folder itself. */
  readonly path: string;
  /** What the artifact is, where nothing of the project is built: no file counts then. */
  readonly from?: string;
  readonly build: BuildConfig;
  /** What is left out as well where the artifact is the folder itself. */
  readonly ignores?: PlatformIgnores;
  /** The command that runs the service; absent for services that are only files. */
  readonly start?: string;
  /** The command that runs once for each new release, with its artifact and variables, before anything is placed. */
  readonly release_command?: string;
  readonly env: readonly Requirement[];
  readonly health?: HealthCheck;
  /** Services whose new release must be in place before this one's is placed. */
  readonly after: readonly string[];
  /** Time limit for one operation on this service, ms. */
  readonly timeout: number;
  /** The driver's own options, checked against its schema, with its defaults. */
  readonly options: JsonObject;
}

export type MigrationStrategy = 'pre_deploy' | 'post_deploy' | 'manual';

export interface DatabaseConfig {
  readonly name: string;
  /** The variable that holds the URL. */
  readonly connection_env: string;
  /** Another one for migrations, where the first goes through a pooler. */
  readonly migration_env?: string;
  readonly migrations?: {
    readonly engine: string;
    readonly path: string;
    readonly strategy: MigrationStrategy;
    /** ms */
    readonly timeout: number;
    /** The engine's own options, as written. */
    readonly options: JsonObject;
  };
}

/** A program that tells secrets on its standard output. */
export interface SecretCommand {
  /** argv, first the program; run without a shell in the project folder. */
  readonly command: readonly string[];
  /** Names of the variables that it sees, of those that deployer was started with. */
  readonly env: readonly string[];
  /** ms */
  readonly timeout: number;
}

export interface RolloutConfig {
  readonly strategy: 'all' | 'canary';
  /** Shares of the new version in percent, rising, each 1–99. */
  readonly steps: readonly number[];
  /** How long each step is watched, ms. */
  readonly interval: number;
  /** Share of failed requests, 0–1, above which the canary goes back. */
  readonly max_error_rate: number;
  /** How many times as long as of the release before 19 of 20 answers may take; not judged when left out. */
  readonly max_latency_ratio?: number;
  /** Requests that a canary has to get in an interval to be judged. */
  readonly min_requests: number;
}

/** One environment, complete: services and databases carry its overrides already. */
export interface EnvironmentConfig {
  readonly name: string;
  readonly mode: Mode;
  readonly aliases: readonly string[];
  /** Needs confirmation. */
  readonly protected: boolean;
  readonly promote_from: readonly string[];
  /** Plain text; `${secret:REFERENCE}` in one makes it a secret. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variable name → reference such as `env:NAME` or `dotenv:.env.staging#NAME`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where secrets may be read from; everywhere when left out. See `mayRead`. */
  readonly secret_paths?: readonly string[];
  readonly flags: Readonly<Record<string, FlagValue>>;
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly databases: Readonly<Record<string, DatabaseConfig>>;
  readonly rollout: RolloutConfig;
  readonly rollback: { readonly automatic: boolean };
  /** Life of an environment made from this one, ms. */
  readonly ttl?: number;
  /** Where this environment was made from; unset for those written in the file. */
  readonly template?: string;
}

export interface NotificationConfig {
  readonly url: string;
  readonly on: readonly ('started' | 'succeeded' | 'held' | 'failed')[];
  readonly allow_private: boolean;
}

/** The checked, complete config: every default filled in, every override applied. */
export interface Config {
  readonly project: string;
  /** Absolute path of the file and of its folder, the project folder. */
  readonly file: string;
  readonly root: string;
  /** Over the file's bytes. */
  readonly digest: Digest;
  /** Names of the operator's variables that stand in the config as `${env:NAME}`; their values are not in `digest`. */
  readonly interpolations: readonly string[];
  readonly state: { readonly backend: string; readonly path: string };
  readonly default_environment?: string;
  /** What the project is made of, where its owner says so. */
  readonly stack?: Scaffold;
  /** How many operations may run at once. */
  readonly concurrency: number;
  /** How many old versions are kept in place for a roll-back. */
  readonly keep: number;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  readonly notifications: readonly NotificationConfig[];
  /** By the name that references use: `exec:NAME`. */
  readonly secret_commands: Readonly<Record<string, SecretCommand>>;
}
