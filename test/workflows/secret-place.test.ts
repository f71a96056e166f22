import { expect, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { SecretWriter } from '../../src/secrets/writer.ts';
import { secretPlaces } from '../../src/workflows/secret-place.ts';
import { failureOf } from '../support/failure-of.ts';

/** Takes whatever does not lie in `env`, and remembers what it was asked for. */
function writerOf(asked: string[]): SecretWriter {
  return {
    check: async (reference) => {
      asked.push(reference);
      if (reference.startsWith('env:')) throw new DeployerError({ code: 'UNSUPPORTED', reason: 'only read' });
    },
    write: async () => 'changed',
    close: async () => {},
  };
}

function placeIn(secrets: Record<string, string>, more: { to?: string; secret_paths?: string[] } = {}) {
  const { to, secret_paths } = more;
  const asked: string[] = [];
  const environment = { name: 'production', ...(secret_paths ? { secret_paths } : {}) };
  const configuration = { revision: 0, variables: {}, secrets, flags: {} };
  const place = secretPlaces({ environment, configuration, writer: writerOf(asked), ...(to ? { to } : {}) });
  return { place, asked };
}

test.each<[string, Record<string, string>, string]>([
  ['beside the others', { A: 'aws-sm:shop#A', B: 'aws-sm:shop#B' }, 'aws-sm:shop#NEW'],
  ['where each has its own', { A: 'aws-ssm:/shop/A', B: 'aws-ssm:/shop/B' }, 'aws-ssm:/shop/NEW'],
  ['where it lies', { NEW: 'aws-ssm:/other/name', B: 'aws-sm:shop#B' }, 'aws-ssm:/other/name'],
  ['in a file, not inside of a secret that is used whole', { A: 'aws-sm:key-file' }, 'dotenv:.env.production#NEW'],
  ['in a file, where names tell no place', { A: 'aws-ssm:/shop/one' }, 'dotenv:.env.production#NEW'],
  ['in a file, where the others are only read', { NEW: 'env:NEW', A: 'env:A' }, 'dotenv:.env.production#NEW'],
])('a secret is written %s', async (_, secrets, reference) => {
  expect(await placeIn(secrets).place('NEW')).toBe(reference);
});

test('a place outside of secret_paths is refused, and nothing is asked there', async () => {
  const secret_paths = ['aws-ssm:/shop/production/*'];
  const inside = placeIn({}, { to: 'aws-ssm:/shop/production/{KEY}', secret_paths });
  expect(await inside.place('NEW')).toBe('aws-ssm:/shop/production/NEW');
  const outside = placeIn({}, { to: 'aws-ssm:/shop/staging/{KEY}', secret_paths });
  expect(await failureOf(outside.place('NEW'))).toMatchObject({ code: 'INVALID_CONFIG' });
  expect(outside.asked).toEqual([]);
});
