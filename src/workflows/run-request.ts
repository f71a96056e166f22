import type { Listener } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunContext } from '../core/run.ts';
import type { EnvironmentState, Version } from '../core/state.ts';
import type { Lock } from '../state/held-lock.ts';
import type { Observation } from './observe.ts';
import type { PlatformLocks } from './platform-locks.ts';
import type { EnvironmentVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** A plan that was approved, with everything it was made from. */
export interface RunRequest {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly observation: Observation;
  readonly lock: Lock;
  readonly platforms: PlatformLocks;
  readonly emit: Listener;
  readonly command: string;
  readonly version?: Version;
  readonly versionName?: string;
  readonly concurrency?: number;
  readonly forced: readonly string[];
}

/** A run whose context is written down: a new one, or one that goes on. */
export interface PerformRequest {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly context: RunContext;
  readonly before: EnvironmentState | undefined;
  readonly variables: EnvironmentVariables;
  readonly lock: Lock;
  readonly platforms: PlatformLocks;
  readonly emit: Listener;
  /** The one that is put in place, when it was built before this run. */
  readonly version?: Version | undefined;
  readonly concurrency?: number;
  /** What the journal of an earlier attempt says; present when a run is resumed. */
  readonly resume?: ResumeOptions;
}

export interface ResumeOptions {
  readonly assumeDone: readonly string[];
  readonly assumeNotDone: readonly string[];
  /** Take back what was done instead of going on. */
  readonly direction: 'forward' | 'back';
}
