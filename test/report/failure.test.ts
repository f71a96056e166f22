import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/core/errors.ts';
import type { Finding } from '../../src/core/finding.ts';
import { failureText } from '../../src/report/failure.ts';

const warning: Finding = { level: 'warning', code: 'INVALID_CONFIG', message: 'Look at this', fix: 'Look' };
const missing = (name: string): Finding => ({
  level: 'error',
  code: 'MISSING_ENV',
  message: `Missing ENV: ${name}`,
  fix: `Add ${name}`,
});

describe('a failure for people', () => {
  test('says an error that stands alone once, as the last line, below the warnings', () => {
    const failure: Failure = {
      code: 'MISSING_ENV',
      reason: 'Missing ENV: A',
      fix: 'Add A',
      findings: [warning, missing('A')],
    };
    expect(failureText(failure)).toBe(
      [
        'warning[INVALID_CONFIG] Look at this',
        '  fix: Look',
        'fix: Add A',
        'more: deployer help MISSING_ENV',
        'error[MISSING_ENV] Missing ENV: A',
      ].join('\n'),
    );
  });

  test('gives each of several errors its own fix, and none of them twice', () => {
    const failure: Failure = {
      code: 'MISSING_ENV',
      reason: 'Missing ENV: A, and 1 more of the kind',
      fix: 'Add A',
      findings: [missing('A'), missing('B')],
    };
    expect(failureText(failure)).toBe(
      [
        'error[MISSING_ENV] Missing ENV: A',
        '  fix: Add A',
        'error[MISSING_ENV] Missing ENV: B',
        '  fix: Add B',
        'more: deployer help MISSING_ENV',
        'error[MISSING_ENV] Missing ENV: A, and 1 more of the kind',
      ].join('\n'),
    );
  });

  test('keeps a fix that no finding has', () => {
    const failure: Failure = { code: 'BUILD_FAILED', reason: 'No', fix: 'Mend it', findings: [warning] };
    expect(failureText(failure).split('\n')).toContain('fix: Mend it');
  });

  test('names a file once, whether or not the message begins with it', () => {
    const about = (message: string): Failure => ({
      code: 'MIGRATION_REFUSED',
      reason: message,
      findings: [{ level: 'error', code: 'MIGRATION_REFUSED', message, place: { file: 'db/0001_a.sql' } }],
    });
    expect(failureText(about('db/0001_a.sql was changed'))).toContain(
      'error[MIGRATION_REFUSED] db/0001_a.sql was changed',
    );
    expect(failureText(about('It was changed'))).toContain('error[MIGRATION_REFUSED] db/0001_a.sql: It was changed');
  });
});
