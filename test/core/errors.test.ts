import { expect, test } from 'vitest';
import { DeployerError, toFailure } from '../../src/core/errors.ts';

test('what is thrown becomes a failure with a code, and never shows the words of others', async () => {
  const failure = { code: 'NOT_FOUND', reason: 'There is no such thing', fix: 'Look again' } as const;
  expect(toFailure(new DeployerError(failure), 'deploy')).toEqual({ ...failure, stage: 'deploy' });
  expect(toFailure(new Error('password=hunter2'))).toMatchObject({
    code: 'INTERNAL',
    reason: 'An unexpected error occurred (Error)',
  });
  const limit = AbortSignal.timeout(1);
  await new Promise((resolve) => limit.addEventListener('abort', resolve));
  expect(toFailure(limit.reason)).toMatchObject({ code: 'TIMEOUT', reason: 'No answer came in time' });
});
