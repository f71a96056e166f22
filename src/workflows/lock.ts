import { DeployerError } from '../core/errors.ts';
import type { Interrupts } from '../core/ports.ts';
import type { Lock } from '../state/held-lock.ts';
import type { Workspace } from './workspace.ts';

export interface LockWish {
  readonly workspace: Workspace;
  /** The verb, for whoever is kept waiting. */
  readonly command: string;
  /** How long to wait for another run, ms. Default: not at all. */
  readonly lockWaitMs?: number;
}

/**
 * Works under the environment's lock; `STATE_LOCKED` names the holder. A stop signal ends the waiting, and no longer ends
 * the process: `stop` fires, and whoever works looks at it where nothing is half done.
 */
export async function underLock<T>(
  wish: LockWish,
  env: string,
  work: (lock: Lock, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = stopSignal(wish.workspace.runtime.interrupts);
  try {
    const lock = await acquire(wish, env, stop.signal);
    try {
      return await work(lock, stop.signal);
    } finally {
      await lock.release();
    }
  } finally {
    stop.dispose();
  }
}

async function acquire({ workspace, command, lockWaitMs }: LockWish, env: string, signal: AbortSignal): Promise<Lock> {
  return workspace.state.lock(env, {
    command: `deployer ${command}`,
    who: workspace.runtime.who,
    wait_ms: lockWaitMs ?? 0,
    signal,
  });
}

function stopSignal(interrupts: Interrupts): { readonly signal: AbortSignal; dispose(): void } {
  const stop = new AbortController();
  const dispose = interrupts.onInterrupt((signal) =>
    stop.abort(
      new DeployerError({ code: 'INTERRUPTED', reason: `Stopped by ${signal} before anything began`, signal }),
    ),
  );
  return { signal: stop.signal, dispose };
}
