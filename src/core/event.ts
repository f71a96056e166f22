import type { Failure } from './errors.ts';
import type { Json } from './json.ts';
import type { Intent, OperationType } from './plan.ts';

/** Which process of an operation a line came from. */
export type Channel = 'stdout' | 'stderr' | 'info';

/**
 * Everything that can be said about a run, one union. The journal, the terminal, JSON, SSE and the audit log are only
 * listeners. `stamp` adds sequence number, time and run.
 */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly intent: Intent;
      readonly env: string;
      readonly plan_id: string;
      readonly operations: number;
    }
  | {
      readonly type: 'run.resumed';
      readonly finished: number;
      readonly in_doubt: readonly string[];
      /** `forward`: what is missing or failed is done; `back`: what was changed is undone. */
      readonly direction: 'forward' | 'back';
    }
  | {
      readonly type: 'operation.started';
      readonly operation: string;
      readonly kind: OperationType;
      readonly title: string;
      readonly attempt: number;
      /** Digest of run, operation and inputs; the same for every attempt. */
      readonly idempotency_key: string;
    }
  | { readonly type: 'operation.log'; readonly operation: string; readonly channel: Channel; readonly line: string }
  | {
      readonly type: 'operation.waiting';
      readonly operation: string;
      readonly elapsed_ms: number;
      readonly message: string;
    }
  | {
      readonly type: 'operation.retrying';
      readonly operation: string;
      readonly attempt: number;
      readonly delay_ms: number;
      readonly reason: string;
    }
  | {
      readonly type: 'operation.succeeded';
      readonly operation: string;
      readonly duration_ms: number;
      /** What later operations and the state need; never a secret. */
      readonly outputs: Json;
      /** Found done already when a run was resumed. */
      readonly adopted?: true;
    }
  | {
      readonly type: 'operation.failed';
      readonly operation: string;
      readonly duration_ms: number;
      readonly failure: Failure;
    }
  | { readonly type: 'operation.cancelled'; readonly operation: string; readonly duration_ms: number }
  | { readonly type: 'operation.skipped'; readonly operation: string; readonly reason: string }
  | {
      readonly type: 'compensation.started';
      readonly operation: string;
      readonly compensation: string;
      readonly title: string;
    }
  | {
      readonly type: 'compensation.succeeded';
      readonly operation: string;
      readonly compensation: string;
      readonly duration_ms: number;
      readonly outputs: Json;
    }
  | {
      readonly type: 'compensation.failed';
      readonly operation: string;
      readonly compensation: string;
      readonly duration_ms: number;
      readonly failure: Failure;
    }
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'run.interrupted';
      readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
      readonly in_doubt: readonly string[];
    }
  | { readonly type: 'run.finished'; readonly status: RunStatus; readonly failure?: Failure };

/**
 * `restored`: it failed, and everything it had changed for users was undone. `held`: nothing failed, and whether it goes on
 * is left to a person.
 */
export type RunStatus = 'succeeded' | 'held' | 'failed' | 'restored' | 'interrupted';

export interface EventStamp {
  /**
   * 1, 2, 3 … within a run, without a gap, for the events that the journal keeps. `operation.log` and
   * `operation.waiting` are not kept there and carry the number of the kept event before them.
   */
  readonly seq: number;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly run_id: string;
}

export type StampedEvent = RunEvent & EventStamp;

export type Listener = (event: StampedEvent) => void;
