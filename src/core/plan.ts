import type { GeneratedFile } from './build-inputs.ts';
import type { Digest } from './digest.ts';
import type { Finding } from './finding.ts';
import type { Json } from './json.ts';
import type { SourceInfo } from './state.ts';

export const PLAN_FORMAT = 1;

export type Intent =
  | 'deploy'
  | 'redeploy'
  | 'promote'
  | 'rollback'
  | 'canary_promote'
  | 'canary_abort'
  | 'migrate'
  | 'destroy';

export type OperationType =
  | 'infra_provision'
  | 'configure'
  | 'migration'
  | 'build'
  | 'deploy'
  | 'traffic'
  | 'health_check'
  | 'cleanup';

/** What an operation does, as data the handlers read. One member per kind of work; nothing is decided later. */
export type Action =
  | { readonly do: 'provision'; readonly service: string }
  | { readonly do: 'configure'; readonly service: string; readonly names: readonly string[] }
  | {
      readonly do: 'migrate';
      readonly database: string;
      readonly strategy: 'pre_deploy' | 'post_deploy' | 'manual';
      /** The files that were approved, in order; no other file runs. */
      readonly files: readonly {
        readonly id: string;
        readonly checksum: Digest;
        readonly phase: 'expand' | 'contract';
      }[];
      readonly direction: 'up' | 'down';
    }
  | { readonly do: 'build'; readonly service: string; readonly source: Digest }
  /** Runs the service's release command, in the artifact that is placed afterwards, with the variables of that release. */
  | { readonly do: 'run'; readonly service: string; readonly command: string }
  /**
   * Puts the service's artifact of `version` in place without traffic where the driver can; `new`: the version this run
   * makes. `kept` is a release of it that may still be there.
   */
  | { readonly do: 'place'; readonly service: string; readonly version: string | 'new'; readonly kept?: Json }
  /** Makes the release that was live before the run live again, where placing another replaced it. */
  | { readonly do: 'restore'; readonly service: string; readonly version: string }
  /** Gives the run's placed release of `service` `percent`, and the rest to the release that was live before. */
  | { readonly do: 'shift'; readonly service: string; readonly percent: number }
  | { readonly do: 'check'; readonly service: string }
  /** Compares a canary with the release before it for `interval_ms`. */
  | {
      readonly do: 'watch';
      readonly services: readonly string[];
      readonly interval_ms: number;
      readonly max_error_rate: number;
      readonly max_latency_ratio?: number;
      readonly min_requests: number;
    }
  /** Removes the releases of `service` that are neither live nor kept. `keep` counts old releases that stay, at rest. */
  | { readonly do: 'retire'; readonly service: string; readonly keep: number }
  /** Removes the run's placed release again, or the canary's candidate. */
  | { readonly do: 'withdraw'; readonly service: string }
  /** `data`: with what nothing could bring back. `leaves`: places that may be left as they are when they do not answer. */
  | {
      readonly do: 'destroy';
      readonly service: string;
      readonly data?: 'remove';
      readonly leaves?: readonly string[];
    };

/** The step that undoes another; run in reverse order on failure. */
export interface Compensation {
  readonly id: string;
  readonly type: OperationType;
  readonly title: string;
  readonly action: Action;
  /** `started`: also when the step failed half way; `succeeded`: only when it was completed. */
  readonly when: 'started' | 'succeeded';
  /**
   * Ids of operations after which going back is unsafe, such as a migration that takes a column away: once one of them
   * was started, this step is left out and the new code stays.
   */
  readonly unless_started?: readonly string[];
}

export interface Operation {
  /** Readable and stable: `build:web`, `traffic:web:10`, `migrate:main:pre_deploy`, `job:api`. */
  readonly id: string;
  readonly type: OperationType;
  /** One line in the imperative: `Build web`. */
  readonly title: string;
  /** Why it is here, in words a user accepts: `files changed: 3`. Never empty. */
  readonly because: string;
  /** Names the slot for per-driver limits; absent for work that belongs to no driver. */
  readonly driver?: string;
  readonly service?: string;
  readonly depends_on: readonly string[];
  /** What it changes: `+ API_URL`, `~ LOG_LEVEL`, `- OLD`. */
  readonly changes: readonly string[];
  /** What it creates that costs money while nobody uses it; a plan with such steps is asked about in every environment. */
  readonly costs?: readonly string[];
  /** For a build: what is made for it because the service has none, such as a Dockerfile. */
  readonly generates?: readonly GeneratedFile[];
  readonly action: Action;
  readonly compensation?: Compensation;
  /**
   * `keep`: a failure of this step fails the run but undoes nothing, and what does not depend on it goes on; `resume`
   * runs it again. For a post-deploy migration, whose failure must not take the new release away.
   */
  readonly on_failure?: 'keep';
  /**
   * Its outputs may say, as `hold`, why a person has to decide: then nothing that depends on it begins, nothing is undone,
   * and the run ends as `held`.
   */
  readonly may_hold?: true;
  /** Time limit of the step with all its tries, ms. Its compensation gets as much again. */
  readonly timeout_ms: number;
  /** How long it took last time, ms. */
  readonly last_duration_ms?: number;
}

export interface Unchanged {
  readonly service: string;
  readonly because: string;
  /** It has changes, but only other services were asked for. */
  readonly left_out?: true;
}

/**
 * One difference a person wants to see: what kind of thing, its name, and from what to what (never a secret's value). A
 * `setting` is what `env set` holds for later deploys.
 */
export interface Change {
  readonly kind: 'service' | 'variable' | 'secret' | 'flag' | 'migration' | 'option' | 'setting';
  readonly name: string;
  readonly service?: string;
  readonly change: 'add' | 'update' | 'remove';
  readonly from?: Json;
  readonly to?: Json;
}

export interface PlanBasis {
  readonly lineage: string | null;
  /** Serial of the state, and a digest of the environment's part of it, so that work in other environments does not make a plan stale. */
  readonly state_serial: number;
  readonly environment_digest: Digest;
  readonly config_digest: Digest;
  /** Digest over everything the planner saw of the sources, variables and databases. */
  readonly inputs_digest: Digest;
  readonly source: SourceInfo | null;
}

export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  /** `plan_` and 16 hex digits over the plan's own content: same inputs, same id. */
  readonly id: string;
  readonly intent: Intent;
  readonly env: string;
  /** For rollback, promote and canary plans: the version that will run. */
  readonly version_id?: string;
  readonly version_name?: string;
  /** For promote: where the version comes from. */
  readonly from_env?: string;
  /** For deploy: what was asked for, so that a saved plan can be made again and compared. */
  readonly request?: PlanRequest;
  /** For rollback: what was put over the config file by `env set` up to `from` becomes what it was at `to`. */
  readonly restores?: { readonly from: number; readonly to: number };
  readonly based_on: PlanBasis;
  /** In listed order, which is also a topological one. */
  readonly operations: readonly Operation[];
  readonly unchanged: readonly Unchanged[];
  readonly changes: readonly Change[];
  readonly warnings: readonly Finding[];
  /** What has to be true before it may run; `met: false` refuses with exit 4. */
  readonly gates: readonly Gate[];
  /** Milliseconds along the critical path from past runs; absent when a step on it never ran. */
  readonly estimate: { readonly duration_ms?: number; readonly known: number; readonly unknown: number };
}

export interface PlanRequest {
  readonly services?: readonly string[];
  readonly canary_percent?: number;
  readonly force?: true;
}

export interface Gate {
  readonly name: string;
  readonly met: boolean;
  readonly message: string;
  readonly fix?: string;
}

/** Whether the plan places a service under a version that the run makes, and not the one it is about. */
export function placesNew({ operations }: Plan, service: string): boolean {
  return operations.some(
    ({ action }) => action.do === 'place' && action.service === service && action.version === 'new',
  );
}
