import { DeployerError, type Failure } from '../core/errors.ts';

/** What went wrong at a place that secrets come from, and what to do next. */
export function failure(code: Failure['code'], reason: string, fix: string): DeployerError {
  return new DeployerError({ code, reason, fix });
}
