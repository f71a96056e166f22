import { expect, test } from 'vitest';
import { systemNames } from '../../src/system/names.ts';

test('a name leads to all of its addresses, an address to itself, and a name that nobody has nowhere', async () => {
  expect(await systemNames.addressesOf('localhost', 5_000)).toContain('127.0.0.1');
  expect(await systemNames.addressesOf('192.0.2.7', 5_000)).toEqual(['192.0.2.7']);
  expect(await systemNames.addressesOf('nobody.invalid', 10_000)).toEqual([]);
  expect(await systemNames.addressesOf('also-nobody.invalid', 0)).toEqual([]);
});
