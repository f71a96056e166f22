import type { Lock } from '../state/held-lock.ts';
import type { Workspace } from './workspace.ts';

export interface LockWish {
  readonly workspace: Workspace;
  /** The verb, for whoever is kept waiting. */
  readonly command: string;
  /** How long to wait for another run, ms. Default: not at all. */
  readonly lockWaitMs?: number;
}

/** Takes the environment's lock; `STATE_LOCKED` names the holder. */
export async function acquire({ workspace, command, lockWaitMs }: LockWish, env: string): Promise<Lock> {
  return workspace.state.lock(env, {
    command: `deployer ${command}`,
    who: workspace.runtime.who,
    wait_ms: lockWaitMs ?? 0,
  });
}
