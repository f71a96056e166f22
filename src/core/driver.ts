import type { Artifact, ArtifactStore } from './artifact.ts';
import type { BuildInputs } from './build-inputs.ts';
import type { Mode, ServiceConfig } from './config.ts';
import type { DriverFacts } from './driver-facts.ts';
import type { Channel } from './event.ts';
import type { Finding } from './finding.ts';
import type { Probe } from './health.ts';
import type { Inspection, KeptVariable } from './inspection.ts';
import type { Json, JsonObject } from './json.ts';
import type { LockPlace } from './lock-place.ts';
import type { LogLine, LogRequest } from './logs.ts';
import type { Clock, Entropy, Http, Names, Peers, Processes, Sockets } from './ports.ts';
import type { Secret, Variables } from './secret.ts';
import type { Stack } from './stack.ts';

export type { Capability, Creation, DriverFacts, FileLimit, OptionsCheck, TargetTraits } from './driver-facts.ts';

/** Service × environment, as handed to a driver. */
export interface Target {
  readonly project: string;
  readonly environment: string;
  readonly mode: Mode;
  readonly service: ServiceConfig;
  /** What `provision` answered last, `null` before. */
  readonly resource: Json;
  /** Names of the variables whose values are secrets; told where a build is looked at or made. */
  readonly secrets?: readonly string[];
}

/** Everything a driver may use. No other way to the outside. */
export interface DriverContext {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly http: Http;
  readonly sockets: Sockets;
  readonly peers: Peers;
  readonly names: Names;
  readonly processes: Processes;
  readonly artifacts: ArtifactStore;
  readonly probe: Probe;
  /** Absolute: project folder, and a folder below `.deployer/` that belongs to this driver. */
  readonly root: string;
  readonly folder: string;
  /** The credentials that the facts ask for, and what the options refer to; without what cannot be read. */
  readonly credentials: Readonly<Record<string, Secret>>;
  /** The settings that the facts ask for, as far as they are set. */
  readonly settings: Readonly<Record<string, string>>;
  /** What a folder of the project (root-relative) seems to hold, as `init` sees it. */
  detect(path: string): Promise<Stack | undefined>;
  readonly signal: AbortSignal;
  /** Time left for this call, ms. */
  readonly timeout: number;
  /** The same for every attempt of one operation; put it where the platform keeps it. */
  readonly idempotencyKey: string;
  /**
   * Set where the call takes back what another did. What reaches several places goes as far as it still can then, and
   * fails afterwards; else the first failure ends it. `destroy` may leave then, and name, what the next try needs.
   */
  readonly undoing?: true;
  /** For `destroy`: silent places, by name, that are left as they are when they still do not answer. */
  readonly leaving?: readonly string[];
  /** Set where people wait for the answer and want to see more: `inspect` tells what takes a moment to find out. */
  readonly detailed?: true;
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
  /**
   * A release of this version that was kept. It is taken again, and answered, when it is still there and was given the
   * same variables and options; else the artifact is placed anew.
   */
  readonly kept?: Json;
}

/** A command that runs once with what a release of the artifact would get. */
export interface JobRequest extends PlaceRequest {
  /** A text goes through the shell; a list of words is run as it is. */
  readonly command: string | readonly [string, ...string[]];
  /**
   * `release`: another attempt with the same key asks for its outcome, which is kept until the target's next release. There
   * is one at a time: what is left of others goes. `once`: nobody asks again, and nothing of it stays.
   */
  readonly kind: 'release' | 'once';
}

/** How a command ended. */
export interface JobEnd {
  /** As a shell tells it: 127 for one that is not there, 128 and the signal for one that was killed. */
  readonly exit_code: number;
  readonly out_of_memory?: true;
}

/** A release as the driver knows it. */
export interface Placed {
  readonly ref: Json;
  readonly url?: string;
  readonly dashboard_url?: string;
  /** Where the release alone answers, before it has traffic; for checks. */
  readonly internal_url?: string;
}

export interface Destroyed {
  /** Names of places that were left as they are. */
  readonly left: readonly string[];
}

export interface Share {
  readonly ref: Json;
  /** 0–100; all shares of a target add up to 100. */
  readonly percent: number;
}

/** What `doctor` tells of a platform. */
export interface Examined {
  /** What was looked at, and how it is, for people. */
  readonly checks: readonly { readonly name: string; readonly result: string }[];
  readonly findings: readonly Finding[];
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
  /** What is worth knowing before trouble comes and takes too long for a plan. Changes nothing. */
  examine?(target: Target, context: DriverContext): Promise<Examined>;
  /** Creates or adopts what the target needs for its whole life. */
  provision?(target: Target, context: DriverContext): Promise<Provisioned>;
  /** Brings the platform's variables to the wanted set; answers names. */
  configure?(
    target: Target,
    variables: Variables,
    context: DriverContext,
  ): Promise<{ readonly names: readonly string[] }>;
  /**
   * The variables that the platform keeps of the target, or that the live release has there, those of others too;
   * `undefined` where it does not tell, or nothing is there. Changes nothing.
   */
  keptVariables?(target: Target, context: DriverContext): Promise<readonly KeptVariable[] | undefined>;
  /**
   * What `build` would see and go by. Reads the project's files only, and answers as well as it can where something is
   * wrong with them: saying so is for `preflight`. Without it a build sees the service's folder under its ignore rules.
   */
  buildInputs?(target: Target, context: Pick<DriverContext, 'root' | 'detect'>): Promise<BuildInputs>;
  /** An artifact in the driver's own form; without it the default builder runs. */
  build?(target: Target, variables: Variables, context: DriverContext): Promise<Artifact>;
  /**
   * Places an artifact, started and ready: with capability `switch`, without users; else with them. Idempotent by the
   * idempotency key: another operation places anew, even the same version. A release that does not become healthy within
   * the service's health time limit is `HEALTH_CHECK_FAILED` with the last answer and last log lines as detail, and has no
   * traffic.
   */
  deploy(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed>;
  /** Sets the shares; in-flight requests on a release that loses its share are finished. Needs `switch` (0/100) or `weights`. */
  traffic?(target: Target, shares: readonly Share[], context: DriverContext): Promise<void>;
  /**
   * Runs a command to its end beside whatever runs, never in it; what it says goes to `context.log`. Idempotent by the
   * idempotency key: another attempt waits for the command that the first one started, or answers how it ended, and starts
   * none. When it is called off the command is stopped, nothing of it stays, and a new attempt starts it anew.
   */
  run?(target: Target, request: JobRequest, context: DriverContext): Promise<JobEnd>;
  /** What is there now. Never changes anything. */
  inspect(target: Target, context: DriverContext): Promise<Inspection>;
  /** Removes one release: drains, stops, deletes. A release that is gone is no error; the live one is refused. */
  retire(target: Target, ref: Json, context: DriverContext): Promise<void>;
  /**
   * Removes what earlier options of the target left at places it does not use any more. Answers the target's resource as
   * it is without them; `undefined` when there were none.
   */
  sweep?(target: Target, context: DriverContext): Promise<Json | undefined>;
  logs?(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine>;
  /**
   * Drains and stops a release without users, and keeps it. One that is gone is no error; the live one is refused. A
   * driver with capability `rollback` lacks this where an idle release costs nothing.
   */
  rest?(target: Target, ref: Json, context: DriverContext): Promise<void>;
  /** Where placing replaces what was live: makes that release live again, as it was, and ends all others. */
  restore?(target: Target, ref: Json, context: DriverContext): Promise<Placed>;
  /** Where the lock of the targets' environment is kept, each place once. Asks no platform; the context is the places' own. */
  locks?(targets: readonly Target[], context: DriverContext): Promise<readonly LockPlace[]>;
  /**
   * Names of places that do not answer and may have something of the target, those of earlier options too. One that answers
   * with a refusal is none of them. Changes nothing.
   */
  silentPlaces?(target: Target, context: DriverContext): Promise<readonly string[]>;
  /**
   * Removes everything this target created, and only that; its data only when asked to. A place that does not answer is a
   * failure unless the context names it for being left; who has `silentPlaces` answers those that were.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a driver of one place has nothing to answer
  destroy(target: Target, context: DriverContext, data?: 'keep' | 'remove'): Promise<Destroyed | void>;
}

/** Where targets are of kinds that have little in common: the options say which, and each kind is a driver by itself. */
export interface DriverFamily {
  readonly facts: DriverFacts;
  /** Takes checked options; loads the code of that kind alone. */
  member(options: JsonObject): Promise<Driver>;
}

/** All drivers there are. Facts load alone; `load` brings the code for such options. Unknown names give `undefined`. */
export interface DriverCatalog {
  readonly names: readonly string[];
  facts(name: string): Promise<DriverFacts | undefined>;
  load(name: string, options: JsonObject): Promise<Driver | undefined>;
}
