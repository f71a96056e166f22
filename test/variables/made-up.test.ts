import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { specOf } from '../../src/variables/catalogue/catalogue.ts';
import { judgeValue } from '../../src/variables/judge.ts';
import { makeSecret, recipeFor, recipeOf } from '../../src/variables/made-up.ts';

const bytes = (length: number) => randomBytes(length);

describe('a secret that is made up', () => {
  test.each([
    ['NEXTAUTH_SECRET', /^[A-Za-z0-9+/]{43}=$/],
    ['APP_KEY', /^base64:[A-Za-z0-9+/]{43}=$/],
    ['JWT_SECRET', /^[\w-]{86}$/],
    ['API_JWT_SIGNING_KEY', /^[\w-]{86}$/],
    ['SECRET_KEY_BASE', /^[0-9a-f]{128}$/],
    ['ENCRYPTION_KEY', /^[0-9a-f]{64}$/],
    ['DJANGO_SECRET_KEY', /^[\w-]{64}$/],
    ['DB_PASSWORD', /^[A-Za-z][\w-]{31}$/],
    ['INSTANCE_UUID', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['SESSION_SECRET', /^[\w-]{43}$/],
    ['WEBHOOK_TOKEN', /^[\w-]{43}$/],
  ])('for %s has the form that it is used in, and stands up to a check', (key, form) => {
    const recipe = recipeFor(key);
    const value = recipe && makeSecret(recipe, bytes);
    expect(value).toMatch(form);
    expect(judgeValue(specOf(key), value ?? '', { mode: 'production' })).toEqual([]);
  });

  test.each([
    'STRIPE_SECRET_KEY',
    'OPENAI_API_KEY',
    'SOME_API_KEY',
    'AUTH_GITHUB_SECRET',
    'OWN_CLIENT_SECRET',
    'AWS_SECRET_ACCESS_KEY',
    'DATABASE_URL',
    'LOG_LEVEL',
  ])('is none for %s: somebody hands it out, or it is no secret', (key) => {
    expect(recipeFor(key)).toBeUndefined();
  });

  test('uses every random bit that it is given, and nothing else', () => {
    const zero = (length: number) => new Uint8Array(length);
    expect(makeSecret(recipeOf('hex', 16), zero)).toBe('0'.repeat(32));
    expect(makeSecret(recipeOf('base64url', 16), (length) => new Uint8Array(length).fill(255))).toBe(
      `${'_'.repeat(21)}w`,
    );
    const made = new Set(Array.from({ length: 200 }, () => makeSecret(recipeOf('password', 16), bytes)));
    expect(made.size).toBe(200);
    for (const one of made) for (const kind of [/[A-Z]/, /[a-z]/, /\d/, /[-_]/]) expect(one).toMatch(kind);
  });
});
