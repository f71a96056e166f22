import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { checkReference } from '../../src/secrets/check-reference.ts';
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
  ])('%j is none, and the error does not show it', async (text) => {
    expect(parseReference(text)).toBeUndefined();
    const problem = await checkReference(text, { providers: secretProviders, commands: [] });
    expect(problem?.fix).toContain('env:NAME');
    if (text.length > 4) expect(JSON.stringify(problem)).not.toContain(text);
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

  test('any text is parsed or is none, and quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        expect([text, undefined]).toContain(parseReference(text)?.text);
      }),
      { numRuns: 1_000 },
    );
  });
});
