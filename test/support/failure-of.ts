import type { DeployerError } from '../../src/core/errors.ts';

/** What something fails with; `undefined` when it goes well. */
export async function failureOf(work: Promise<unknown> | undefined): Promise<DeployerError['failure'] | undefined> {
  return (work ?? Promise.resolve()).then(
    () => undefined,
    (error: DeployerError) => error.failure,
  );
}
