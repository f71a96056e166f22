import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configurationOf } from '../../src/core/configuration.ts';
import { settingsBehind } from '../../src/core/revisions.ts';
import {
  escapedText,
  holdsSecrets,
  plainText,
  referencesIn,
  withoutSecrets,
  withSecrets,
} from '../../src/core/secret-text.ts';
import { emptyEnvironment } from '../../src/state/document.ts';

const filled = (text: string) => withSecrets(text, (reference) => `<${reference}/@>`);

describe('a text with secrets in it', () => {
  test.each<[string, readonly string[], string]>([
    ['postgres://app:${secret:vault:kv/db#pw}@db/app', ['vault:kv/db#pw'], 'postgres://app:<vault:kv/db#pw/@>@db/app'],
    ['${secret:env:A}${secret:env:B}', ['env:A', 'env:B'], '<env:A/@><env:B/@>'],
    ['${secret:env:A|url}', ['env:A'], '%3Cenv%3AA%2F%40%3E'],
    ['$${secret:env:A} ${secret:env:B}', ['env:B'], '${secret:env:A} <env:B/@>'],
    ['${secret:env:A', ['env:A'], '<env:A/@>'],
    ['${secret:}', [''], '</@>'],
  ])('%s', (text, references, value) => {
    expect(referencesIn(text)).toEqual(references);
    expect(holdsSecrets(text)).toBe(true);
    expect(filled(text)).toBe(value);
  });

  test.each(['plain', '$${secret:env:A}', '${env:A}', '$secret:env:A', ''])('%s holds none', (text) => {
    expect(holdsSecrets(text)).toBe(false);
    expect(referencesIn(text)).toEqual([]);
  });

  test('what others wrote is never taken for a reference', () => {
    const pieces = fc.constantFrom('$', '{', '}', 'secret:', '${secret:', 'env:A', '$$', 'x');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const safe = escapedText(text);
        if (!/\$\$\{secret:/.test(text)) expect(holdsSecrets(safe)).toBe(false);
        expect(plainText(safe)).toBe(text);
      }),
    );
  });

  test('can be seen without them', () => {
    expect(withoutSecrets('postgres://app:${secret:env:A}@db')).toBe('postgres://app:@db');
  });
});

describe('a variable with secrets in it', () => {
  const environment = {
    variables: { URL: 'db:${secret:env:A}', PLAIN: 'a', ESCAPED: '$${secret:env:A}' },
    secrets: { KEY: 'env:KEY' },
    flags: {},
  } as unknown as Parameters<typeof configurationOf>[0];
  const now = { at: '2026-01-01T00:00:00.000Z', by: 'ann', secrets: {}, flags: {} };

  test('is a secret; its text alone is kept', () => {
    const { variables, secrets } = configurationOf(environment, undefined);
    expect(variables).toEqual({ ESCAPED: '${secret:env:A}', PLAIN: 'a' });
    expect(secrets).toEqual({ KEY: 'env:KEY', URL: 'db:${secret:env:A}' });
  });

  test('that env set made can be taken back, and comes back by a roll-back of long ago', () => {
    const revisions = [{ ...now, revision: 60, variables: { URL: 'plain', ESCAPED: 'now', GONE: 'now' } }];
    const state = { ...emptyEnvironment({ name: 'dev', mode: 'dev', created_at: now.at }), revisions };
    expect(configurationOf(environment, state).secrets).toEqual({ KEY: 'env:KEY' });
    const then = configurationOf(environment, undefined);
    expect(settingsBehind(revisions, then).variables).toEqual({
      URL: 'db:${secret:env:A}',
      ESCAPED: '$${secret:env:A}',
      GONE: null,
    });
  });
});
