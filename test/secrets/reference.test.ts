import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import { parseReference } from '../../src/secrets/reference.ts';

describe('a reference', () => {
  test.each([
    ['env:DATABASE_URL', { provider: 'env', path: 'DATABASE_URL' }],
    ['dotenv:.env.staging#API_KEY', { provider: 'dotenv', path: '.env.staging', key: 'API_KEY' }],
    ['vault://kv/shop/staging#database_url', { provider: 'vault', path: 'kv/shop/staging', key: 'database_url' }],
    ['vault:app/db#url@7', { provider: 'vault', path: 'app/db', key: 'url', version: '7' }],
    ['op://Private/ann@example.com/password', { provider: 'op', path: 'Private/ann@example.com/password' }],
    ['x:p#a@b@3', { provider: 'x', path: 'p', key: 'a@b', version: '3' }],
  ])('%s', (text, parts) => {
    expect(parseReference(text)).toEqual({ ...parts, text });
  });

  test.each([
    '',
    'hunter2',
    'env:',
    ':TOKEN',
    'ENV:NAME',
    'dotenv:.env#',
    'dotenv:.env#@7',
    'vault:a#b@',
    'a:b#c#d',
    'env:A\nB',
    `env:${'x'.repeat(600)}`,
  ])('%j is none, and the error does not show it', (text) => {
    const error = errorOf(() => parseReference(text));
    expect(error.failure).toMatchObject({ code: 'INVALID_CONFIG', fix: expect.stringContaining('env:NAME') });
    if (text.length > 4) expect(JSON.stringify(error.failure)).not.toContain(text);
  });

  test('put together from its parts is the same again', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_./-]{1,20}$/).filter((text) => !text.startsWith('//'));
    fc.assert(
      fc.property(word, word, word, (path, key, version) => {
        expect(parseReference(`vault:${path}#${key}@${version}`)).toMatchObject({ path, key, version });
      }),
      { numRuns: 1_000 },
    );
  });

  test('any text is parsed or refused as a config error, and quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        try {
          expect(parseReference(text).text).toBe(text);
        } catch (error) {
          expect((error as DeployerError).code).toBe('INVALID_CONFIG');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

function errorOf(work: () => unknown): DeployerError {
  try {
    work();
  } catch (error) {
    if (error instanceof DeployerError) return error;
  }
  throw new Error('no DeployerError was thrown');
}
