import { basename, dirname } from 'node:path';
import type { Processes } from '../core/ports.ts';
import { failure } from './failure.ts';
import { isTracked, repositoryOf } from './git-index.ts';

/** ms */
const TIMEOUT = 10_000;

/**
 * Throws `GATE_REFUSED` for a file that git tracks, or would track at the next `git add`. `file` is absolute and free of links;
 * `shown` names it in errors.
 */
export async function refuseUnlessKeptFromGit(file: string, shown: string, processes: Processes): Promise<void> {
  if (!(await repositoryOf(dirname(file)))) return;
  if (await isTracked(file))
    throw failure(
      'GATE_REFUSED',
      `${shown} is tracked by git, and secrets must not get there`,
      `Run git rm --cached ${shown}, and add it to .gitignore`,
    );
  const { outcome, exitCode } = await processes.run({
    argv: ['git', 'check-ignore', '--quiet', '--no-index', '--', basename(file)],
    cwd: dirname(file),
    env: {},
    timeout: TIMEOUT,
  });
  if (outcome === 'exited' && exitCode === 0) return;
  const isKnown = outcome === 'exited' && exitCode === 1;
  throw failure(
    'GATE_REFUSED',
    isKnown
      ? `${shown} is not ignored by git, and secrets must not get there`
      : `git does not say whether it ignores ${shown}`,
    isKnown ? `Add ${shown} to .gitignore` : `See what git says: git check-ignore ${shown}`,
  );
}
