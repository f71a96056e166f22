import type { Artifact, ArtifactStore } from './artifact.ts';
import type { Mode, ServiceConfig } from './config.ts';
import type { Channel } from './event.ts';
import type { Finding } from './finding.ts';
import type { Probe } from './health.ts';
import type { Json, JsonObject } from './json.ts';
import type { Clock, Entropy, Http, Peers, Processes } from './ports.ts';
import type { Secret, Variables } from './secret.ts';

/** What a driver can do beyond the least; named in refusals. Each stands for a method or a way of working. */
export type Capability =
  /** Has things to create before the first deploy. */
  | 'provision'
  /** Keeps variables at the platform, apart from releases. */
  | 'configure'
  /** Builds in its own way. */
  | 'build'
  /** Places a release without sending users to it, and then switches at once. */
  | 'switch'
  /** Can send a share between 1 and 99 % to one release. */
  | 'weights'
  /** Tells requests and errors per release, for a watched canary. */
  | 'metrics'
  | 'logs'
  /** Has its own instant way back. */
  | 'rollback'
  /** Serves files without a start command. */
  | 'static'
  /** Runs a start command. */
  | 'process';

/** What is known of a driver without loading any library. */
export interface DriverFacts {
  readonly name: string;
  readonly title: string;
  readonly capabilities: readonly Capability[];
  /** Variables of the operator's environment it reads for its credentials, with what they are for. */
  readonly credentials: readonly { readonly variable: string; readonly purpose: string; readonly optional: boolean }[];
  /** Variables of the operator's environment that say where and how, and are no secrets. */
  readonly settings?: readonly { readonly variable: string; readonly purpose: string }[];
  /** How many operations may talk to it at once. */
  readonly concurrency: number;
  /** What the artifact has to be. */
  readonly artifact: Artifact['kind'];
  /** Whether a plan asks `preflight`, as `doctor` does. Without, there is nothing that could refuse a deploy. */
  readonly askedByPlans?: boolean;
  /** JSON Schema of the options that stand under the driver's name. */
  readonly optionsSchema: JsonObject;
  /** Checks options and fills in defaults. Pure. Paths in problems are relative to the options. */
  checkOptions(written: unknown): OptionsCheck;
}

export type OptionsCheck =
  | { readonly ok: true; readonly options: JsonObject }
  | {
      readonly ok: false;
      readonly problems: readonly {
        readonly path: readonly string[];
        readonly message: string;
        readonly expected?: string;
        readonly fix?: string;
      }[];
    };

/** Service × environment, as handed to a driver. */
export interface Target {
  readonly project: string;
  readonly environment: string;
  readonly mode: Mode;
  readonly service: ServiceConfig;
  /** What `provision` answered last, `null` before. */
  readonly resource: Json;
}

/** Everything a driver may use. No other way to the outside. */
export interface DriverContext {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly http: Http;
  readonly peers: Peers;
  readonly processes: Processes;
  readonly artifacts: ArtifactStore;
  readonly probe: Probe;
  /** Absolute: project folder, and a folder below `.deployer/` that belongs to this driver. */
  readonly root: string;
  readonly folder: string;
  /** The credentials that the facts ask for. */
  readonly credentials: Readonly<Record<string, Secret>>;
  /** The settings that the facts ask for, as far as they are set. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Time left for this call, ms. */
  readonly timeout: number;
  /** The same for every attempt of one operation; put it where the platform keeps it. */
  readonly idempotencyKey: string;
  log(line: string, channel?: Channel): void;
}

export interface Provisioned {
  readonly resource: Json;
  /** `adopted`: it was there before. */
  readonly outcome: 'created' | 'adopted' | 'unchanged';
  readonly url?: string;
}

export interface PlaceRequest {
  readonly version_id: string;
  readonly artifact: Artifact;
  /** Everything the service gets. */
  readonly variables: Variables;
}

/** A release as the driver knows it. */
export interface Placed {
  readonly ref: Json;
  readonly url?: string;
  readonly dashboard_url?: string;
  /** Where the release alone answers, before it has traffic; for checks. */
  readonly internal_url?: string;
}

export interface Share {
  readonly ref: Json;
  /** 0–100; all shares of a target add up to 100. */
  readonly percent: number;
}

export interface InspectedRelease {
  readonly ref: Json;
  readonly version_id: string;
  readonly state: 'starting' | 'running' | 'stopped' | 'failed';
  readonly percent: number;
  readonly url?: string;
  readonly internal_url?: string;
  readonly restarts?: number;
  readonly started_at?: string;
  readonly requests?: number;
  readonly errors?: number;
  /** Last exit, last error line; for status and failures. */
  readonly detail?: string;
}

export interface Inspection {
  /** `absent`: nothing of this target exists at the platform. */
  readonly state: 'present' | 'absent';
  readonly url?: string;
  /** What a check of `url` has to send along to be let in. */
  readonly probe_headers?: Readonly<Record<string, Secret>>;
  readonly releases: readonly InspectedRelease[];
}

export interface LogRequest {
  readonly follow: boolean;
  /** Lines from the end to begin with. */
  readonly tail: number;
  readonly ref?: Json;
}

export interface LogLine {
  readonly at?: string;
  readonly service: string;
  readonly release?: string;
  readonly channel: Channel;
  readonly line: string;
}

/**
 * The code for one platform. Required methods are few; the optional ones come with a capability in the facts. Every
 * method is idempotent: calling it again after a lost answer ends in the same state with nothing twice. Failures are
 * `DeployerError`s with the right code; `signal` and `timeout` are kept.
 */
export interface Driver {
  readonly facts: DriverFacts;
  /** Credentials valid, project reachable, limits not met. Changes nothing. */
  preflight(target: Target, context: DriverContext): Promise<readonly Finding[]>;
  /** Creates or adopts what the target needs for its whole life. */
  provision?(target: Target, context: DriverContext): Promise<Provisioned>;
  /** Brings the platform's variables to the wanted set; answers names. */
  configure?(
    target: Target,
    variables: Variables,
    context: DriverContext,
  ): Promise<{ readonly names: readonly string[] }>;
  /** An artifact in the driver's own form; without it the default builder runs. */
  build?(target: Target, variables: Variables, context: DriverContext): Promise<Artifact>;
  /**
   * Places an artifact, started and ready: with capability `switch`, without users; else with them. Idempotent by
   * the idempotency key: another operation places anew, even the same version. A release that does not become healthy within the service's health time limit is `HEALTH_CHECK_FAILED`
   * with the last answer and last log lines as detail, and has no traffic.
   */
  deploy(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed>;
  /** Sets the shares; in-flight requests on a release that loses its share are finished. Needs `switch` (0/100) or `weights`. */
  traffic?(target: Target, shares: readonly Share[], context: DriverContext): Promise<void>;
  /** What is there now. Never changes anything. */
  inspect(target: Target, context: DriverContext): Promise<Inspection>;
  /** Removes one release: drains, stops, deletes. A release that is gone is no error; the live one is refused. */
  retire(target: Target, ref: Json, context: DriverContext): Promise<void>;
  logs?(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine>;
  /** Makes an earlier release live again in the platform's own way; answers the release that is live then. */
  rollback?(target: Target, ref: Json, context: DriverContext): Promise<Placed>;
  /** Removes everything this target created, and only that. */
  destroy(target: Target, context: DriverContext): Promise<void>;
}

/** All drivers there are. Facts load alone; `load` brings the driver's code. Unknown names give `undefined`. */
export interface DriverCatalog {
  readonly names: readonly string[];
  facts(name: string): Promise<DriverFacts | undefined>;
  load(name: string): Promise<Driver | undefined>;
}
