import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type FakeProgram, fakeProgram } from '../support/stores/fake-program.ts';

const CONTENT = {
  url: 'postgres://db',
  db: { users: [{ password: 'of the first' }, { password: 'of the second' }] },
  'a.b': 'dotted',
  port: 5432,
};

let world: SecretWorld;
let sops: FakeProgram;

/** SOPS itself cannot be had from npm or Debian: this one takes the arguments and gives the exit codes that its own source has. */
beforeEach(async () => {
  world = await secretWorld();
  sops = await fakeProgram(
    world.root,
    'sops',
    `const [decrypt, type, json, file, ...more] = args;
     if (decrypt !== '--decrypt' || type !== '--output-type' || json !== 'json' || more.length > 0) fail(100, 'flag provided but not defined');
     const text = require('node:fs').readFileSync(file, 'utf8');
     if (text === 'changed') fail(51, 'MAC mismatch. File has hunter2, computed hunter3');
     if (text === 'plain') fail(1, 'sops metadata not found hunter2');
     if (env.SOPS_AGE_KEY !== 'AGE-SECRET-KEY-1GOOD') fail(128, 'Failed to get the data key required to decrypt the SOPS file. hunter2');
     return text === 'long' ? 'hunter2'.repeat(200000) : text;`,
  );
  await world.write('secrets.enc.yaml', JSON.stringify(CONTENT));
});

afterEach(() => world.dispose());

test.each([
  ['sops:secrets.enc.yaml#url', 'postgres://db'],
  ['sops://secrets.enc.yaml#db.users.1.password', 'of the second'],
  ['sops:secrets.enc.yaml#a.b', 'dotted'],
  ['sops:secrets.enc.yaml#port', '5432'],
])('%s is read', async (reference, value) => {
  expect(await lookUp(reference)).toBe(value);
});

test('it runs once for each file, and gets what keys are found by and nothing else', async () => {
  const environment = { ...access(), AWS_PROFILE: 'shop', GNUPGHOME: '/keys', DOPPLER_TOKEN: 'x', STRIPE_KEY: 'y' };
  const references = { A: 'sops:secrets.enc.yaml#url', B: 'sops:secrets.enc.yaml#db.users.0.password' };
  const { findings } = await world.resolve(references, { environment });
  expect(findings).toEqual([]);
  const variables = ['AWS_PROFILE', 'GNUPGHOME', 'SOPS_AGE_KEY'];
  const args = ['--decrypt', '--output-type', 'json', expect.stringMatching(/^\/.*\/secrets\.enc\.yaml$/)];
  expect(await sops.calls()).toEqual([{ args, variables }]);
});

test('what goes wrong is told apart, without the words of sops', async () => {
  await world.write('changed.yaml', 'changed');
  await world.write('plain.yaml', 'plain');
  await world.write('list.yaml', '["hunter2"]');
  await world.write('long.yaml', 'long');
  for (const [reference, code, words] of [
    ['sops:none.yaml#url', 'MISSING_ENV', 'does not exist'],
    ['sops:../x.yaml#url', 'INVALID_CONFIG', 'not inside the project'],
    ['sops:changed.yaml#url', 'INVALID_ENV', 'was changed after'],
    ['sops:plain.yaml#url', 'INVALID_ENV', 'cannot be decrypted'],
    ['sops:list.yaml#url', 'INVALID_ENV', 'is not a map'],
    ['sops:long.yaml#url', 'INVALID_ENV', 'larger than 1 MiB'],
    ['sops:secrets.enc.yaml#uri', 'MISSING_ENV', 'nothing there has the name uri'],
    ['sops:secrets.enc.yaml#db.users.7.password', 'MISSING_ENV', 'nothing there has the name 7.password'],
    ['sops:secrets.enc.yaml#db', 'INVALID_ENV', 'neither a text nor a whole number'],
    ['sops:secrets.enc.yaml', 'INVALID_CONFIG', 'one value in it'],
    ['sops:secrets.enc.yaml#url@1', 'INVALID_CONFIG', 'one value in it'],
  ] as const) {
    const findings = await lookUp(reference);
    expect(findings).toMatchObject([{ code, message: expect.stringContaining(words), fix: expect.any(String) }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  }
});

test('no key, and no program', async () => {
  expect(await lookUp('sops:secrets.enc.yaml#url', { PATH: sops.folder })).toMatchObject([
    { code: 'AUTH_FAILED', fix: expect.stringContaining('SOPS_AGE_KEY') },
  ]);
  expect(await lookUp('sops:secrets.enc.yaml#url', { PATH: world.root })).toMatchObject([
    { code: 'COMMAND_FAILED', fix: expect.stringContaining('Install sops') },
  ]);
});

function access(): Record<string, string> {
  return { PATH: sops.folder, SOPS_AGE_KEY: 'AGE-SECRET-KEY-1GOOD' };
}

function lookUp(reference: string, environment = access()) {
  return world.valueOf(reference, { environment });
}
