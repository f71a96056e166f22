import { execFileSync } from 'node:child_process';

/** Scenario and contract tests run what users run, so the command line is built once before any test. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
}
