import { expect, test } from 'vitest';
import { mayRead } from '../../src/core/secret-paths.ts';
import { processorTime } from '../support/processor-time.ts';

test.each<[string, string, boolean]>([
  ['vault:kv/shop/production/*', 'vault:kv/shop/production/db#url', true],
  ['vault:kv/shop/production/*', 'vault://kv/shop/production/a/b#url@7', true],
  ['vault://kv/shop/production/*', 'vault:kv/shop/production/db#url', true],
  ['vault:kv/shop/production/*', 'vault:kv/shop/production#url', false],
  ['vault:kv/shop/production/*', 'vault:kv/shop/productions/db#url', false],
  ['vault:kv/shop/production/*', 'vault:kv/shop/staging/db#production/', false],
  ['vault:kv/shop/production/*', 'vault:kv/shop/production/../staging/db#url', false],
  ['vault:kv/shop/production/*', 'vault:kv/shop/production/./db#url', false],
  ['vault:kv/shop/production/*', 'vault:kv/shop/production//db#url', false],
  ['vault:*/production/*', 'vault:kv/a/production/x/production/y#url', true],
  ['vault:*/production/*', 'vault:kv/staging/db#url', false],
  ['vault:kv/shop', 'vault:kv/shop#url', true],
  ['vault:kv/shop#url', 'vault:kv/shop#url@3', true],
  ['vault:kv/shop#url', 'vault:kv/shop#key', false],
  ['vault:kv/shop#PUBLIC_*', 'vault:kv/shop#PUBLIC_KEY', true],
  ['env:*', 'env:KEY', true],
  ['env:PRODUCTION_*', 'env:STAGING_KEY', false],
  ['env:*', 'dotenv:.env#KEY', false],
  ['dotenv:.env.production', 'dotenv:.env.production#KEY', true],
  ['dotenv:.env.production', 'dotenv:./.env.production#KEY', false],
  ['aws-ssm:/shop/production/*', 'aws-ssm:/shop/production/url', true],
  ['op:Shop/*', 'op://Shop/Database/password', true],
  ['*', 'env:KEY', true],
  ['a*a', 'a', false],
  ['a**b*c', 'axxbxxc', true],
])('%s lets %s be read: %s', (pattern, reference, expected) => {
  expect(mayRead([pattern], reference)).toBe(expected);
});

test('no list allows everything, an empty list nothing', () => {
  expect(mayRead(undefined, 'env:KEY')).toBe(true);
  expect(mayRead([], 'env:KEY')).toBe(false);
  expect(mayRead(['dotenv:*', 'env:KEY'], 'env:KEY')).toBe(true);
});

test('many stars take no long time', async () => {
  const take = (length: number) =>
    processorTime(() => mayRead([`${'*a'.repeat(length)}*b`], `x:${'a'.repeat(length)}`));
  await take(2_000);
  expect(await take(20_000)).toBeLessThan(1_000);
});
