import { expect, test } from 'vitest';
import { looksSecret } from '../../src/core/secret-name.ts';

test.each([
  ['DATABASE_URL', 'postgres://app:hidden@db/app'],
  ['DATABASE_URL', 'postgres://app:x${{db.PASSWORD}}@db/app'],
  ['API_KEY', 'abc'],
  ['DATABASE_URL', 'postgres://app:hidden@db/${secret:env:NAME}'],
  ['DB_PASSWORD', 'abc'],
])('%s looks like a secret with %s', (name, value) => {
  expect(looksSecret(name, value)).toBe(true);
});

test.each([
  ['DATABASE_URL', 'postgres://db/app'],
  ['DATABASE_URL', 'postgres://${{db.USER}}:${{db.PASSWORD}}@${{db.RAILWAY_PRIVATE_DOMAIN}}/app'],
  ['DB_PASSWORD', '${{db.PASSWORD}}'],
  ['PUBLIC_KEY', 'abc'],
  ['VITE_MAPS_KEY', 'abc'],
  ['REACT_APP_DB_PASSWORD', 'abc'],
  ['DATABASE_URL', 'postgres://app:${secret:vault:kv/db#password}@db/app'],
  ['API_KEY', 'Bearer ${secret:env:KEY}'],
  ['API_KEY', ''],
])('%s does not with %s', (name, value) => {
  expect(looksSecret(name, value)).toBe(false);
});
