import { expect, test } from 'vitest';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { checkReference } from '../../src/secrets/check-reference.ts';
import { complaints, config, FRAME, findings } from './reading.ts';

const known = {
  providers: secretProviders.names,
  reference: (text: string, commands: readonly string[]) =>
    checkReference(text, { providers: secretProviders, commands }),
};

const environments = (production: string, staging = '') =>
  `${FRAME.head}${FRAME.services}environments:
  staging: { mode: staging, ${staging} secrets: { URL: "vault:kv/staging/db#url" } }
  production:
    mode: production
    ${production}
`;

test('an environment refers to places that it may read, and others to theirs', async () => {
  const text = environments(
    'secret_paths: ["vault:kv/production/*", "env:*"]\n    secrets: { URL: "vault://kv/production/db#url" }',
  );
  const { environments: read } = await config(text, { known });
  expect(read['production']?.secret_paths).toEqual(['vault:kv/production/*', 'env:*']);
  expect(read['staging']?.secret_paths).toBeUndefined();
});

test.each([
  ['secrets', 'secrets: { URL: "vault:kv/staging/db#url" }', '9:21 environments.production.secrets.URL'],
  [
    'a variable',
    'variables: { URL: "db:${secret:vault:kv/staging/db#url}" }',
    '9:23 environments.production.variables.URL',
  ],
])('%s that lead elsewhere are refused with their place', async (_, line, place) => {
  const text = environments(`secret_paths: ["vault:kv/production/*"]\n    ${line}`);
  expect(await complaints(text, { known })).toEqual([`${place} production may not read vault:kv/staging/db#url`]);
  expect(await findings(text, { known })).toMatchObject([
    { code: 'INVALID_CONFIG', fix: expect.stringContaining('environments.production.secret_paths') },
  ]);
});

test('a reference in a variable has to be one', async () => {
  const found = await findings(environments('variables: { URL: "db:${secret:volt:kv/db#url}" }'), { known });
  expect(found).toMatchObject([{ path: 'environments.production.variables.URL', fix: 'Did you mean vault:…?' }]);
});

test.each([
  ['[""]', 'must be a place'],
  ['["kv/production/*"]', 'must be a place'],
  ['["volt:kv/*"]', 'not a reference to a known provider'],
])('secret_paths: %s is refused', async (list, words) => {
  expect(await complaints(environments(`secret_paths: ${list}`), { known })).toEqual([expect.stringContaining(words)]);
});
