import { DeployerError, type Failure } from '../core/errors.ts';

/** What went wrong at a place that secrets come from, and what to do next. */
export function failure(code: Failure['code'], reason: string, fix: string): DeployerError {
  return new DeployerError({ code, reason, fix });
}

/** For a reference to one version, where a value is to be written. */
export function pinnedVersion(reference: string): DeployerError {
  return failure(
    'UNSUPPORTED',
    `${reference} names a version, and a version is never written anew`,
    'Name the place without @VERSION',
  );
}
