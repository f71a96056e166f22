import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import type { DeployerError } from '../../src/core/errors.ts';
import { catalog as drivers } from '../../src/drivers/catalog.ts';
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

test('options of a service lead to where every environment that has it so may read', async () => {
  const text = `version: 1
project: shop
services:
  api: { driver: docker, path: api, docker: { registry: { repository: registry.example.com/shop, username: ci, password: env:CI_KEY } } }
environments:
  dev: { mode: dev, secret_paths: ["env:DEV_*"] }
  staging: { mode: staging }
  production:
    mode: production
    secret_paths: ["env:PRODUCTION_*"]
    services: { api: { docker: { registry: { repository: registry.example.com/shop, username: ci, password: env:PRODUCTION_KEY } } } }
`;
  const request = { file: '/project/deploy.config.yaml', environment: {}, drivers, known };
  const error = await parseConfig(text, request).catch((thrown: DeployerError) => thrown.failure.findings);
  expect(error).toMatchObject([
    { path: 'services.api.docker.registry.password', message: 'dev may not read env:CI_KEY', code: 'INVALID_CONFIG' },
  ]);
});
