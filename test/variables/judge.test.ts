import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Requirement } from '../../src/core/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { KNOWN_NAMES, specOf } from '../../src/variables/catalogue/catalogue.ts';
import { judge } from '../../src/variables/judge.ts';

const production = { mode: 'production' } as const;
const entry = (key: string, more: Partial<Requirement> = {}) => specOf({ key, optional: false, ...more });
const messages = (values: Record<string, string>, specs: ReturnType<typeof entry>[] = []) =>
  judge(specs, values, production).map(({ level, code, message }) => `${level} ${code} ${message}`);

describe('judge', () => {
  it('tells everything at once, errors first, each with its variable and a way on', () => {
    const findings = judge(
      [],
      {
        STRIPE_SECRET_KEY: new Secret('sk_test_abcdefghijkl'),
        REDIS_URL: new Secret('https://cache.example.com'),
        MONGODB_URI: 'postgres://h/app',
      },
      production,
    );
    expect(findings.map(({ level, code, key }) => [level, code, key])).toEqual([
      ['error', 'INVALID_ENV', 'REDIS_URL'],
      ['error', 'INVALID_ENV', 'MONGODB_URI'],
      ['warning', 'INVALID_ENV', 'STRIPE_SECRET_KEY'],
    ]);
    for (const { fix } of findings) expect(fix).toBeTruthy();
  });

  it('holds values against the rules of their owner, of each service that has some', () => {
    const specs = [
      entry('CODE', { validation: { pattern: '[a-z]{2,4}', min_length: 3, max_length: 3 } }),
      entry('CODE', { validation: { pattern: 'x.*' } }),
    ];
    expect(messages({ CODE: 'xyz' }, specs)).toEqual([]);
    expect(messages({ CODE: 'A' }, specs)).toEqual([
      'error INVALID_ENV CODE is too short',
      'error INVALID_ENV CODE does not match its pattern',
    ]);
    expect(messages({ CODE: 'x'.repeat(40_000) }, specs)).toContain('error INVALID_ENV CODE is too long');
    expect(judge(specs, { CODE: 'abc' }, production)).toMatchObject([{ expected: 'a value that matches x.*' }]);
  });

  it('lets a pattern of the owner go before what is known of the name', () => {
    const values = { STRIPE_SECRET_KEY: 'mock-key-of-a-test-server' };
    expect(messages(values)).toHaveLength(1);
    expect(messages(values, [entry('STRIPE_SECRET_KEY', { validation: { pattern: 'mock-.*' } })])).toEqual([]);
  });

  it('says nothing of the form of a key for another server', () => {
    expect(messages({ ANTHROPIC_API_KEY: 'gateway-key-0001', ANTHROPIC_BASE_URL: 'https://llm.example.com' })).toEqual(
      [],
    );
  });

  it('asks for an empty value only where a service needs it', () => {
    expect(messages({ STRIPE_SECRET_KEY: '' })).toEqual([]);
    expect(messages({ STRIPE_SECRET_KEY: '' }, [entry('STRIPE_SECRET_KEY', { optional: true })])).toEqual([]);
    expect(messages({ STRIPE_SECRET_KEY: '' }, [entry('STRIPE_SECRET_KEY')])).toHaveLength(1);
  });

  it('misses what a variable is of no use without', () => {
    expect(messages({ AWS_ACCESS_KEY_ID: 'AKIAABCDEFGHIJKLMNOP', AWS_REGION: 'eu-west-1' })).toEqual([
      'error MISSING_ENV Missing ENV: AWS_SECRET_ACCESS_KEY (needed by AWS_ACCESS_KEY_ID)',
    ]);
    expect(messages({ AWS_ACCESS_KEY_ID: '' })).toEqual([]);
    expect(messages({ AUTH_GITHUB_ID: 'Iv1.0123456789' })).toEqual([
      'error MISSING_ENV Missing ENV: AUTH_GITHUB_SECRET (needed by AUTH_GITHUB_ID)',
    ]);
    expect(messages({ GOOGLE_CLIENT_ID: 'abc.apps.googleusercontent.com' })).toEqual([
      'warning MISSING_ENV Missing ENV: GOOGLE_CLIENT_SECRET (needed by GOOGLE_CLIENT_ID)',
    ]);
    expect(messages({ GITHUB_SECRET: 'secret-of-a-webhook', APPLE_ID: 'me@example.com' })).toEqual([]);
  });

  it('misses the URL that sign-ins come back to', () => {
    const values = {
      NEXTAUTH_SECRET: 'c3RyaW5nLW9mLXRoaXJ0eS10d28tY2hhcmFjdGVycw',
      GITHUB_ID: 'Iv1.0123456789',
      GITHUB_SECRET: '0123456789abcdef',
    };
    expect(messages(values)).toEqual([
      'warning MISSING_ENV Missing ENV: NEXTAUTH_URL (needed by sign-ins through OAuth, which come back to it)',
    ]);
    expect(messages({ ...values, NEXTAUTH_URL: 'https://app.example.com' })).toEqual([]);
  });

  it('leaves to others what has a finding of its own, or may be missing', () => {
    const values = { AUTH_GITHUB_ID: 'Iv1.0123456789' };
    expect(judge([], values, { ...production, unread: new Set(['AUTH_GITHUB_SECRET']) })).toEqual([]);
    expect(messages(values, [entry('AUTH_GITHUB_SECRET', { optional: true })])).toEqual([]);
  });

  it('does not mind localhost where the services run on this machine', () => {
    expect(judge([], { REDIS_URL: 'redis://localhost:6379' }, { ...production, onThisMachine: true })).toEqual([]);
  });
});

const KEYS = [
  ...KNOWN_NAMES,
  'VITE_STRIPE_SECRET_KEY',
  'NEXT_PUBLIC_DATABASE_URL',
  'GITHUB_CLIENT_ID',
  'PLAIN',
  '__proto__',
];
const STARTS = [
  '',
  ' ',
  '"',
  'sk_live_',
  'pk_test_',
  'sk-ant-',
  'https://',
  'postgres://u:',
  'mongodb+srv://h:1@',
  'redis://',
  'a.b.',
  '<',
];

describe('any values', () => {
  const marked = fc.tuple(fc.constantFrom(...STARTS), fc.string({ unit: 'binary', minLength: 6 }));
  const values = fc.dictionary(fc.constantFrom(...KEYS), marked, { minKeys: 1, maxKeys: 8 });
  const rules = fc.record(
    { pattern: fc.constantFrom('(a+)+$', '[', '.{3}', '(?=a)'), min_length: fc.nat(20) },
    { requiredKeys: [] },
  );
  const mode = fc.constantFrom('dev', 'staging', 'production', 'preview');

  it('are judged without throwing, and none is quoted in what is found', () => {
    fc.assert(
      fc.property(values, rules, mode, (texts, validation, mode) => {
        const entries = Object.entries(texts).map(([key, parts]) => [key, parts.join('')] as const);
        const specs = entries.slice(0, 2).map(([key]) => entry(key, { validation }));
        const given = Object.fromEntries(
          entries.map(([key, text], index) => [key, index % 2 ? text : new Secret(text)]),
        );
        const found = JSON.stringify(judge(specs, given, { mode }));
        for (const [, [, random]] of Object.entries(texts))
          for (const part of windows(random)) expect(found.includes(part) && part).toBe(false);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

/** Every run of six characters, as JSON has it; those of our own words cannot come by chance. */
function windows(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  return Array.from({ length: Math.max(escaped.length - 5, 0) }, (_, at) => escaped.slice(at, at + 6));
}
