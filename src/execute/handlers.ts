import type { Channel } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Compensation, Operation } from '../core/plan.ts';

/** What an operation may know and use while it runs. */
export interface OperationContext {
  readonly runId: string;
  /** The same for every attempt at this operation, in this process and after a resume. 32 hex digits. */
  readonly idempotencyKey: string;
  /** Counts from 1, over resumes too. */
  readonly attempt: number;
  /** Fires when the time limit passed or the run is being stopped; the work has a short grace then. */
  readonly signal: AbortSignal;
  /** Milliseconds left of the time limit, never below 0. */
  remaining(): number;
  /** One line of what the work says. Already free of secrets. */
  log(line: string, channel?: Channel): void;
  /** What a finished operation answered; `undefined` when it has not finished. */
  outputs(operation: string): Json | undefined;
}

/**
 * What was found out about an operation that was under way when its run was cut off: `found`: it was done, with these
 * outputs; `absent`: nothing of it is there; `repeat`: nobody can tell, but doing it again does no harm; `unknown`: nobody
 * can tell, and doing it again may do it twice.
 */
export type FindAnswer = { readonly found: Json } | 'absent' | 'repeat' | 'unknown';

/**
 * The work itself. All failures are `DeployerError`s; what their code calls temporary is tried again, so every method
 * has to end in the same state when it is repeated with the same idempotency key.
 */
export interface OperationHandlers {
  /** Does the operation; answers its outputs, which later operations and the state need. Never a secret. */
  perform(operation: Operation, context: OperationContext): Promise<Json>;
  /** Whether an interrupted operation had been done. Looks only, changes nothing. */
  find(operation: Operation, context: OperationContext): Promise<FindAnswer>;
  /** Undoes `of`. Sets things to a wanted state, so it may run again after a crash without being asked first. */
  compensate(compensation: Compensation, of: Operation, context: OperationContext): Promise<Json>;
}
