import { describe, expect, test } from 'vitest';
import type { Requirement, ServiceConfig } from '../../src/core/config.ts';
import { Secret, type Variables } from '../../src/core/secret.ts';
import { soughtSecrets } from '../../src/workflows/sought-secrets.ts';

const service = (env: readonly Requirement[] = [], may_contain: readonly string[] = []): ServiceConfig => ({
  ...{ name: 'web', driver: 'local', path: '.', env, after: [], timeout: 1000, options: {} },
  build: { output: [], env: [], may_contain },
});

function sought(values: Variables, own = service()): readonly string[] {
  return [...soughtSecrets(own, [own], values).keys()];
}

describe('secrets that no file may hold', () => {
  test.each([
    ['by its name', 'SESSION_SECRET', 'correct horse'],
    ['by the catalogue', 'DATABASE_URL', 'postgres://app:pa55word@db/app'],
    ['by a password in it', 'ANYTHING', 'amqp://u:p4ss@host'],
    ['by its form', 'ANYTHING', 'sk_live_4eC39HqLyjW'],
    ['by its looks', 'ANYTHING', 'a8f0c12be77d90aa31'],
  ])('are those that are one %s', (_, key, value) => {
    expect(sought({ [key]: new Secret(value) })).toEqual([key]);
  });

  test.each([
    ['an address', 'BACKEND', 'https://api.example.com/v1/things'],
    ['a word', 'FLAVOUR', 'production-europe'],
    ['a database without a password', 'DATABASE_URL', 'sqlite:.data/dev-1.db'],
    ['a placeholder', 'SESSION_SECRET', 'changeme'],
    ['what the catalogue knows as none', 'AWS_REGION', 'eu-central-1-abcdefgh'],
  ])('are not %s that a store keeps too', (_, key, value) => {
    expect(sought({ [key]: new Secret(value) })).toEqual([]);
  });

  test('are not what everybody may see: plain values, public names, and secrets of the same value', () => {
    const value = 'pk_a8f0c12be77d90aa31';
    expect(sought({ TOKEN: value })).toEqual([]);
    expect(sought({ NEXT_PUBLIC_TOKEN: new Secret(value), TOKEN: new Secret(value) })).toEqual([]);
    expect(sought({ SHOWN: value, TOKEN: new Secret(value) })).toEqual([]);
  });

  test("go by their owner's word", () => {
    const values = { SIGNING_KEY: new Secret('a8f0c12be77d90aa31'), PLACE: new Secret('somewhere') };
    const env = [
      { key: 'SIGNING_KEY', optional: false, sensitive: false },
      { key: 'PLACE', optional: false, sensitive: true },
    ];
    expect(sought(values, service(env))).toEqual(['PLACE']);
    expect(sought(values, service([], ['SIGNING_KEY']))).toEqual([]);
  });
});
