import { setMaxListeners } from 'node:events';
import { DeployerError } from '../core/errors.ts';
import type { Clock, Interrupts, StopSignal } from '../core/ports.ts';

/** How far the stopping of a run has come. Each signal fires once and stays fired. */
export interface Stopping {
  /** Somebody asked: nothing new starts, what runs may end. */
  readonly draining: AbortSignal;
  /** The grace is over: what runs is told to stop. */
  readonly cancelling: AbortSignal;
  /** Somebody insisted: what runs is left alone. */
  readonly abandoning: AbortSignal;
  /** Which signal came first. */
  signal(): StopSignal | undefined;
  /** Ends the listening and the timers. */
  dispose(): void;
}

/** Turns stop signals into the three stages. `drain_ms` is the time that running operations have to end by themselves. */
export function watchInterrupts(interrupts: Interrupts, clock: Clock, drain_ms: number): Stopping {
  const draining = manyListeners();
  const cancelling = manyListeners();
  const abandoning = manyListeners();
  const disposed = new AbortController();
  let first: StopSignal | undefined;
  const unlisten = interrupts.onInterrupt((signal, nth) => {
    if (first === undefined) begin(signal);
    if (nth > 1) insist();
  });
  return {
    draining: draining.signal,
    cancelling: cancelling.signal,
    abandoning: abandoning.signal,
    signal: () => first,
    dispose,
  };

  function begin(signal: StopSignal): void {
    first = signal;
    draining.abort(interrupted(signal));
    clock.sleep(drain_ms, disposed.signal).then(
      () => cancelling.abort(interrupted(signal)),
      () => undefined,
    );
  }

  function insist(): void {
    const reason = interrupted(first ?? 'SIGINT');
    cancelling.abort(reason);
    abandoning.abort(reason);
  }

  function dispose(): void {
    unlisten();
    disposed.abort();
  }
}

function interrupted(signal: StopSignal): DeployerError {
  return new DeployerError({ code: 'INTERRUPTED', reason: `The run was stopped by ${signal}`, signal });
}

/** As many operations listen as run at once; Node warns from the eleventh on. */
function manyListeners(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
