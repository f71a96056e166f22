import { DeployerError } from '../core/errors.ts';
import type { Interrupts } from '../core/ports.ts';
import type { LockRecord } from '../core/state.ts';
import type { Lock } from '../state/held-lock.ts';
import type { Workspace } from './workspace.ts';

export interface LockWish {
  readonly workspace: Workspace;
  /** The verb, for whoever is kept waiting. */
  readonly command: string;
  /** How long to wait for another run, ms. Default: not at all. */
  readonly lockWaitMs?: number;
  /** Told in a sentence whom it waits for, and from whom it took over. */
  readonly tell?: (sentence: string) => void;
}

/** What the work has while it is under the lock. */
export interface Locked {
  readonly lock: Lock;
  readonly stop: AbortSignal;
  /** What is left of the time to wait for others, ms. */
  readonly waitLeft: () => number;
}

/**
 * Works under the environment's lock; `STATE_LOCKED` names the holder. A stop signal ends the waiting, and no longer ends
 * the process: `stop` fires, and whoever works looks at it where nothing is half done.
 */
export async function underLock<T>(wish: LockWish, env: string, work: (locked: Locked) => Promise<T>): Promise<T> {
  const { clock, interrupts } = wish.workspace.runtime;
  const deadline = clock.monotonic() + (wish.lockWaitMs ?? 0);
  const stop = stopSignal(interrupts, 'before anything began');
  try {
    const lock = await acquire(wish, env, stop.signal);
    try {
      return await work({ lock, stop: stop.signal, waitLeft: () => Math.max(0, deadline - clock.monotonic()) });
    } finally {
      await lock.release();
    }
  } finally {
    stop.dispose();
  }
}

async function acquire(
  { workspace, command, lockWaitMs, tell }: LockWish,
  env: string,
  signal: AbortSignal,
): Promise<Lock> {
  const lock = await workspace.state.lock(env, {
    command: `deployer ${command}`,
    who: workspace.runtime.who,
    wait_ms: lockWaitMs ?? 0,
    signal,
    onWait: (holder) => tell?.(`waiting for ${holderOf(holder)}`),
  });
  if (lock.takenOverFrom)
    tell?.(`took over the lock of ${holderOf(lock.takenOverFrom)}: it ended without releasing it`);
  return lock;
}

/** Fires at the first stop signal, which no longer ends the process; `when` ends the sentence that says so. */
export function stopSignal(interrupts: Interrupts, when: string): { readonly signal: AbortSignal; dispose(): void } {
  const stop = new AbortController();
  const dispose = interrupts.onInterrupt((signal) =>
    stop.abort(new DeployerError({ code: 'INTERRUPTED', reason: `Stopped by ${signal} ${when}`, signal })),
  );
  return { signal: stop.signal, dispose };
}

/** Who holds a lock, for people. */
export function holderOf({ command, environment, who, host, started_at }: LockRecord): string {
  return `${command} of ${environment} by ${who} on ${host}, since ${started_at}`;
}
