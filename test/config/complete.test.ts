import { describe, expect, test } from 'vitest';
import { config, FRAME, MINIMAL, read } from './reading.ts';

const SHOP = `version: 1
project: shop
state: { backend: file, path: ./.state/ }
defaults: { driver: local, timeout: 10m, concurrency: 8, keep: 5, local: { port: 4000, nested: { a: 1, b: 1 } } }
services:
  api:
    path: ./services//api/
    build: { command: npm run build, output: dist, env: [NODE_ENV] }
    start: node server.js
    release_command: "node migrate.js "
    env:
      - DATABASE_URL
      - { key: PORT, optional: true }
      - { key: TENANT, description: Who, sensitive: false, example: a-1, validation: { pattern: "[a-z]-[0-9]", max_length: 9 } }
    health: { path: /healthz, status: 200, timeout: 90s, interval: 2s, successes: 2, headers: { X-App: shop }, body: ok }
    local: { nested: { b: 2 } }
  web:
    path: services/web
    after: [api]
    driver: vercel
    vercel: { framework: nextjs }
    build: npm run build
    health: /
databases:
  main:
    connection_env: DATABASE_URL
    migration_env: DIRECT_URL
    migrations: { engine: knex, path: db/migrations, strategy: post_deploy, timeout: 1h, options: { table: t } }
environments:
  dev: { mode: dev }
  production:
    mode: production
    aliases: [prod]
    promote_from: [dev]
    variables: { LEVEL: debug, RETRIES: 3, TRACE: false, EMPTY: "" }
    secrets: { DATABASE_URL: "vault://kv/shop/staging#database_url" }
    flags: { BETA: true, RATE: 0.5, COLOR: red }
    services:
      api: { driver: docker, docker: { hosts: ["ssh://deploy@10.0.0.7"] }, health: { timeout: 5s } }
    databases: { main: { migrations: { strategy: manual } } }
    rollout: { strategy: canary, steps: [5, 50], interval: 1m, max_error_rate: 0.05, max_latency_ratio: 1.5 }
    rollback: { automatic: false }
  preview: { mode: preview, ttl: 72h }
default_environment: prod
notifications: [{ url: "https://hooks.example.com/deploys", on: [started] }, { url: "http://127.0.0.1:9", allow_private: true }]
secret_commands: { op: { command: [op, read, "op://shop/db"], env: [OP_SERVICE_ACCOUNT_TOKEN] }, slow: { command: [x], timeout: 1m } }
`;

describe('a complete config', () => {
  test('carries what was written, with durations in ms and paths in their plain form', async () => {
    const { environments, ...project } = await config(SHOP);
    expect(project).toMatchObject({
      project: 'shop',
      file: '/project/deploy.config.yaml',
      root: '/project',
      state: { backend: 'file', path: '.state' },
      default_environment: 'production',
      concurrency: 8,
      keep: 5,
      interpolations: [],
      notifications: [
        { url: 'https://hooks.example.com/deploys', on: ['started'], allow_private: false },
        { url: 'http://127.0.0.1:9', on: ['failed', 'held', 'succeeded'], allow_private: true },
      ],
      secret_commands: {
        op: { command: ['op', 'read', 'op://shop/db'], env: ['OP_SERVICE_ACCOUNT_TOKEN'], timeout: 10_000 },
        slow: { command: ['x'], env: [], timeout: 60_000 },
      },
    });
    expect(project.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(environments['dev']?.services['api']).toEqual({
      name: 'api',
      driver: 'local',
      path: 'services/api',
      build: { command: 'npm run build', output: ['dist'], env: ['NODE_ENV'] },
      start: 'node server.js',
      release_command: 'node migrate.js',
      env: [
        { key: 'DATABASE_URL', optional: false },
        { key: 'PORT', optional: true },
        {
          key: 'TENANT',
          optional: false,
          description: 'Who',
          sensitive: false,
          example: 'a-1',
          validation: { pattern: '[a-z]-[0-9]', max_length: 9 },
        },
      ],
      health: {
        kind: 'http',
        target: '/healthz',
        status: [200],
        body: 'ok',
        headers: { 'x-app': 'shop' },
        allowPrivate: false,
        timeout: 90_000,
        interval: 2_000,
        successes: 2,
      },
      after: [],
      timeout: 600_000,
      options: { drain: 5, port: 4000, nested: { a: 1, b: 2 } },
    });
    expect(environments['dev']?.databases['main']).toEqual({
      name: 'main',
      connection_env: 'DATABASE_URL',
      migration_env: 'DIRECT_URL',
      migrations: {
        engine: 'knex',
        path: 'db/migrations',
        strategy: 'post_deploy',
        timeout: 3_600_000,
        options: { table: 't' },
      },
    });
  });

  test('writes short forms out', async () => {
    const { environments } = await config(SHOP);
    expect(environments['dev']?.services['api']).not.toHaveProperty('ignores');
    expect(environments['dev']?.services['web']).toMatchObject({
      ignores: { file: '.vercelignore', defaults: ['.next'] },
      build: { command: 'npm run build', output: [], env: [] },
      health: { kind: 'http', target: '/', status: [200], timeout: 60_000, interval: 1_000, successes: 1 },
      options: { drain: 5, framework: 'nextjs' },
    });
  });

  test('applies overrides of an environment to that environment alone', async () => {
    const { environments } = await config(SHOP);
    const { production, preview } = environments;
    expect(production?.services['api']).toMatchObject({
      driver: 'docker',
      start: 'node server.js',
      health: { target: '/healthz', timeout: 5_000, successes: 2 },
      options: { drain: 5, hosts: ['ssh://deploy@10.0.0.7'] },
    });
    expect(production?.databases['main']?.migrations).toMatchObject({ engine: 'knex', strategy: 'manual' });
    expect(preview?.services['api']?.driver).toBe('local');
    expect(preview?.databases['main']?.migrations?.strategy).toBe('post_deploy');
    expect(production?.services['web']).toBe(preview?.services['web']);
  });

  test('has variables as texts and flags as they are', async () => {
    const production = (await config(SHOP)).environments['production'];
    expect({ ...production?.variables }).toEqual({ LEVEL: 'debug', RETRIES: '3', TRACE: 'false', EMPTY: '' });
    expect({ ...production?.flags }).toEqual({ BETA: true, RATE: 0.5, COLOR: 'red' });
    expect(production).toMatchObject({
      aliases: ['prod'],
      protected: true,
      promote_from: ['dev'],
      rollout: {
        strategy: 'canary',
        steps: [5, 50],
        interval: 60_000,
        max_error_rate: 0.05,
        max_latency_ratio: 1.5,
        min_requests: 50,
      },
      rollback: { automatic: false },
    });
    expect((await config(SHOP)).environments['preview']?.ttl).toBe(72 * 3_600_000);
  });

  test('fills in every default', async () => {
    const minimal = await config(MINIMAL);
    expect(minimal).toMatchObject({
      state: { backend: 'file', path: '.deployer' },
      concurrency: 4,
      keep: 3,
      notifications: [],
      secret_commands: {},
      environments: {
        dev: {
          name: 'dev',
          mode: 'dev',
          aliases: [],
          protected: false,
          promote_from: [],
          rollout: { strategy: 'all', steps: [], interval: 300_000, max_error_rate: 0.01, min_requests: 50 },
          rollback: { automatic: true },
          services: {
            api: { driver: 'local', build: { output: [], env: [] }, env: [], after: [], timeout: 300_000 },
          },
        },
      },
    });
    expect(minimal.environments['dev']).not.toHaveProperty('ttl');
    expect(minimal.environments['dev']?.services['api']).not.toHaveProperty('health');
  });

  test('is protected by default in mode production only', async () => {
    const modes = await config(
      `${FRAME.head}${FRAME.services}environments: { a: { mode: production }, b: { mode: staging }, c: { mode: production, protected: false } }`,
    );
    expect(Object.values(modes.environments).map((environment) => environment.protected)).toEqual([true, false, false]);
  });

  test('gives a canary steps when none are written', async () => {
    const canary = await config(
      `${FRAME.head}${FRAME.services}environments: { a: { mode: dev, rollout: { strategy: canary } } }`,
    );
    expect(canary.environments['a']?.rollout.steps).toEqual([10, 50]);
  });

  test('takes migration time limits from the defaults', async () => {
    const { environments } = await config(
      `${MINIMAL}defaults: { timeout: 7m }\ndatabases: { main: { connection_env: DB, migrations: { path: db } } }`,
    );
    expect(environments['dev']?.databases['main']?.migrations).toEqual({
      engine: 'raw',
      path: 'db',
      strategy: 'pre_deploy',
      timeout: 420_000,
      options: {},
    });
  });

  test('has one digest per text, whatever the byte order mark does to its meaning', async () => {
    const [plain, same, marked] = await Promise.all([config(MINIMAL), config(MINIMAL), config(`\ufeff${MINIMAL}`)]);
    expect(plain.digest).toBe(same.digest);
    expect(marked.digest).not.toBe(plain.digest);
    expect(marked.environments).toEqual(plain.environments);
  });

  test('is read from JSON as from YAML', async () => {
    const json = {
      version: 1,
      project: 'shop',
      services: { api: { path: 'api' } },
      environments: { dev: { mode: 'dev' } },
    };
    expect((await config(JSON.stringify(json, null, '\t'))).environments).toEqual((await config(MINIMAL)).environments);
  });

  test('shares values by alias within bounds', async () => {
    const { environments } = await config(
      `${FRAME.head}services: { a: { path: a, env: &needed [ONE, TWO] }, b: { path: b, env: *needed } }\n${FRAME.environments}`,
    );
    expect(environments['dev']?.services['b']?.env).toEqual(environments['dev']?.services['a']?.env);
  });
});

describe('overrides of a health check', () => {
  const healthOf = async (base: string, over: string) => {
    const { environments } = await config(
      `${FRAME.head}services: { api: { path: api, health: ${base} } }\nenvironments: { dev: { mode: dev, services: { api: { health: ${over} } } } }`,
    );
    return environments['dev']?.services['api']?.health;
  };

  test('add to a short form', async () => {
    expect(await healthOf('/healthz', '{ status: [200, 204] }')).toMatchObject({
      target: '/healthz',
      status: [200, 204],
    });
  });

  test('change the target and keep the rest', async () => {
    expect(await healthOf('{ path: /a, status: 204 }', '{ url: "https://x.example/" }')).toMatchObject({
      target: 'https://x.example/',
      status: [204],
    });
  });

  test('of another kind drop what only the first kind knows', async () => {
    const health = await healthOf('{ path: /a, status: 204, timeout: 5s }', '{ tcp: true }');
    expect(health).toEqual({ kind: 'tcp', timeout: 5_000, interval: 1_000, successes: 1 });
    expect(await healthOf('{ tcp: 80 }', '{ command: ./check }')).toMatchObject({
      kind: 'command',
      command: './check',
    });
    expect(await healthOf('{ command: ./check }', '{ tcp: 8080 }')).toMatchObject({ kind: 'tcp', port: 8080 });
  });

  test('can switch it off, and on', async () => {
    expect(await healthOf('/healthz', 'false')).toBeUndefined();
    expect(await healthOf('false', '/healthz')).toMatchObject({ kind: 'http' });
  });
});

describe('driver options', () => {
  test('are only asked for where the driver is used', async () => {
    const text = `${FRAME.head}services: { api: { path: api, driver: docker } }\nenvironments: { dev: { mode: dev, services: { api: { docker: { hosts: [a] } } } } }`;
    expect((await config(text)).environments['dev']?.services['api']?.options).toEqual({ drain: 5, hosts: ['a'] });
  });
});

describe('a service without a path', () => {
  const text = (docker: string) =>
    `${FRAME.head}services: { db: { driver: docker, docker: ${docker} } }\n${FRAME.environments}`;

  test('is one whose artifact is made elsewhere', async () => {
    const { services } =
      Object.values((await config(text('{ hosts: [a], image: postgres:16 }'))).environments)[0] ?? {};
    expect(services?.['db']).toMatchObject({ path: '.', from: 'postgres:16' });
  });

  test('is refused where something has to be built', async () => {
    await expect(config(text('{ hosts: [a] }'))).rejects.toMatchObject({
      failure: { reason: '"services.db.path" is missing' },
    });
  });
});

describe('warnings', () => {
  test('point at variables that look like secrets, and do not stop anything', async () => {
    const { warnings } = await read(
      `${FRAME.head}${FRAME.services}environments: { dev: { mode: dev, variables: { STRIPE_KEY: a, DB_PASSWORD_FILE: b, KEYBOARD: c, NEXT_PUBLIC_KEY: d, URL: "postgres://u:p@h/d", A_TOKEN: "" } } }`,
    );
    expect(warnings.map(({ path }) => path)).toEqual([
      'environments.dev.variables.STRIPE_KEY',
      'environments.dev.variables.DB_PASSWORD_FILE',
      'environments.dev.variables.URL',
    ]);
    expect(warnings[0]).toMatchObject({ level: 'warning', fix: expect.stringContaining('env:STRIPE_KEY') });
    expect(JSON.stringify(warnings)).not.toContain('postgres://u:p');
  });

  test('point at databases behind one variable', async () => {
    const { warnings } = await read(`${MINIMAL}databases: { a: { connection_env: DB }, b: { connection_env: DB } }`);
    expect(warnings.map(({ path }) => path)).toEqual(['databases.b.connection_env']);
  });
});
