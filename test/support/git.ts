import { execFileSync } from 'node:child_process';

/** Whether this machine has git, for tests that compare with it. */
export function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
