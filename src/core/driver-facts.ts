import type { Artifact } from './artifact.ts';
import type { PlatformIgnores } from './build-inputs.ts';
import type { Mode, ServiceConfig } from './config.ts';
import type { JsonObject } from './json.ts';

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
  /** Tells how long answers took, too, for a canary that may not be slower. */
  | 'latency'
  | 'logs'
  /** Old releases can stay, and one that stayed is taken again faster than it could be placed anew. */
  | 'rollback'
  /** Runs a command once, in the surroundings of a release. */
  | 'jobs'
  /** Keeps a lock where releases are, so that operators without shared state do not meet. */
  | 'lock'
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
  /** What it runs is on the machine that deploys: its localhost is ours. */
  readonly onThisMachine?: true;
  /** How many operations may talk to it at once. */
  readonly concurrency: number;
  /** What the artifact has to be. */
  readonly artifact: Artifact['kind'];
  /** What its users know to be left out of a folder that goes up as it is. */
  readonly ignores?: PlatformIgnores;
  /** Whether a plan asks `preflight`, as `doctor` does. Without, there is nothing that could refuse a deploy. */
  readonly askedByPlans?: boolean;
  /** JSON Schema of the options that stand under the driver's name. */
  readonly optionsSchema: JsonObject;
  /** Checks options and fills in defaults. Pure. Paths in problems are relative to the options. */
  checkOptions(written: unknown): OptionsCheck;
  /** What the options of one service, and where it runs, change about it; nothing when left out. Pure, over options that were checked. */
  traitsOf?(
    service: Pick<ServiceConfig, 'options' | 'health' | 'timeout'>,
    place: { readonly mode: Mode },
  ): TargetTraits;
  /** What the artifact is, such as the name of an image, for options with which nothing of the project is built. Pure. */
  madeElsewhere?(options: JsonObject): string | undefined;
  /** How many files an artifact may have, and what to do about more; `undefined` for any number. Pure. */
  fileLimit?(options: JsonObject): FileLimit | undefined;
  /**
   * Whether what is placed is given variables without a start command, as images are and what a driver configures. Pure.
   */
  readsVariables?(options: JsonObject): boolean;
  /**
   * Checked options that refer to secrets: their path, its parts joined by dots → the reference, such as `env:NAME`. Pure.
   * What they stand for is looked up when the driver is called, and is among its credentials under the path.
   */
  references?(options: JsonObject): Readonly<Record<string, string>>;
  /**
   * Checked options that name variables of the service: their path, its parts joined by dots → the names. Pure. Plans refuse
   * names of variables that the service does not get.
   */
  namedVariables?(options: JsonObject): Readonly<Record<string, readonly string[]>>;
}

export interface FileLimit {
  readonly most: number;
  /** All of the artifact together, or each of its folders by itself. */
  readonly of: 'artifact' | 'folder';
  readonly fix: string;
}

/** A thing, or several of a kind, that `provision` makes at the first deploy of a target. */
export interface Creation {
  /** In words, such as `a load balancer`. */
  readonly what: string;
  /** It costs money while nobody uses it: a plan shows that, and is asked about wherever it runs. */
  readonly costs?: true;
}

/** How one service differs from others of its driver, by its options. */
export interface TargetTraits {
  /** The driver's, without those that the options take away. */
  readonly capabilities: readonly Capability[];
  /** What the artifact is, where that is something else than the driver's. */
  readonly artifact?: Artifact['kind'];
  /** Why the platform builds a promoted artifact again, in words: what runs is then only made of the same sources. */
  readonly rebuilds?: string;
  /** Without `switch`: how long requests may have to wait while a release is replaced, ms. */
  readonly wait?: number;
  /** Lives longer than versions do: once it is there it is placed again only when it is asked for by name. */
  readonly longLived?: true;
  /** Has data that nothing could bring back; `destroy` leaves it unless told otherwise. */
  readonly data?: true;
  /** What is made for the target at its first deploy, for plans. */
  readonly creates?: readonly Creation[];
  /** What others have made and is used as it is, in words, for plans of a first deploy. */
  readonly adopts?: readonly string[];
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
