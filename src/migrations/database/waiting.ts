import { DeployerError } from '../../core/errors.ts';
import type { Watch } from './watch.ts';

const SHORTEST = 20;
const LONGEST = 500;

/** What a lock attempt found: got it, or who has it, as far as can be seen. */
export type Attempt = { readonly held: true } | { readonly held: false; readonly by: string };

/**
 * Tries until the lock is there. Polling, for a session that waits inside the server can itself be what a
 * `CREATE INDEX CONCURRENTLY` waits for, and because a poll ends when it is told to.
 */
export async function untilLocked(watch: Watch, attempt: () => Promise<Attempt>): Promise<void> {
  let by: string | undefined;
  try {
    for (let pause = SHORTEST; ; pause = Math.min(pause * 1.5, LONGEST)) {
      const found = await attempt();
      if (found.held) return;
      if (by === undefined) watch.log(`waiting for the migration lock, held by ${found.by}`);
      by = found.by;
      await watch.sleep(pause);
    }
  } catch (error) {
    const timeIsOver = error instanceof DeployerError && error.code === 'TIMEOUT';
    throw timeIsOver && by !== undefined ? locked(by) : error;
  }
}

function locked(by: string): DeployerError {
  return new DeployerError({
    code: 'STATE_LOCKED',
    stage: 'migration',
    reason: `The migration lock is held by ${by}`,
    fix: 'Wait until the other migration is over, or end it at the database, and run the command again',
  });
}
