import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresDatabase, postgresUnavailable } from '../support/postgres.ts';
import { get, type Outcome, type Project, projectOf } from '../support/project.ts';
import { RailwayServer } from '../support/railway/server.ts';

const SECRET = 'Zq7railwayScenarioCanaryV4k';
const TOKEN = 'Zq7railwayTokenCanaryK9w';
const reason = postgresUnavailable ? ` (skipped: ${postgresUnavailable})` : '';

/** The password and address of the database reach the API by Railway's own references: nobody here knows them. */
const URL =
  '${{db.POSTGRES_USER}}:${{db.POSTGRES_PASSWORD}}@${{db.RAILWAY_TCP_PROXY_DOMAIN}}:${{db.RAILWAY_TCP_PROXY_PORT}}';

const config = (database: string) => `version: 1
project: shop
services:
  db:
    driver: railway
    env: [POSTGRES_USER, POSTGRES_PASSWORD]
    railway: { image: "postgres:16", volume: /var/lib/postgresql/data, tcp_proxy: 5432 }
  api:
    path: api
    driver: railway
    start: node server.js
    env: [API_KEY]
    after: [db]
    railway: { pre_deploy_command: node migrate.js, healthcheck_path: /healthz, healthcheck_timeout: 20s }
  web:
    path: web
    driver: local
    start: node server.js
    env: []
    health: { path: /, timeout: 5s, interval: 50ms }
    after: [api]
environments:
${['staging', 'production', 'preview'].map((name) => environment(name, database)).join('')}`;

const environment = (name: string, database: string) => `  ${name}:
    mode: ${name}
${name === 'production' ? '    protected: false\n' : ''}${name === 'preview' ? '    ttl: 72h\n' : ''}    variables: { POSTGRES_USER: postgres, DATABASE_URL: "postgres://${URL}/${database}" }
    secrets: { API_KEY: "env:OUTER_KEY", POSTGRES_PASSWORD: "env:OUTER_PASSWORD" }
`;

const MIGRATE = `const { Client } = require('pg');
const schema = JSON.stringify(process.env.RAILWAY_ENVIRONMENT_NAME);
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('create schema if not exists ' + schema);
  await client.query('create table if not exists ' + schema + '.runs (at timestamptz default now())');
  await client.query('insert into ' + schema + '.runs default values');
  await client.end();
})();
`;

const API = `const { readFileSync } = require('node:fs');
const version = readFileSync(__dirname + '/version.txt', 'utf8').trim();
if (version === 'sick') process.exit(1);
require('node:http').createServer((request, response) => response.end(version + ' ' + typeof process.env.API_KEY))
  .listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening as ' + version));
`;

const WEB = `require('node:http').createServer((request, response) => response.end('web'))
  .listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

describe('the example', () => {
  it('has nothing wrong with it', async () => {
    const [railway, project] = await Promise.all([RailwayServer.start(), projectOf({})]);
    await cp(resolve(import.meta.dirname, '../../examples/railway-api'), project.folder, { recursive: true });
    const env = { RAILWAY_API_TOKEN: 'goodtoken', RAILWAY_API_URL: railway.url, POSTGRES_PASSWORD: 'a-password' };
    const { operations, findings = [] } = (await project.ok(['plan', '--json'], { env })).json();
    expect(operations.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['provision:db', 'provision:api', 'build:api', 'deploy:db', 'deploy:api']),
    );
    expect(findings).toEqual([]);
    await Promise.all([railway.close(), project.dispose()]);
  });
});

describe.skipIf(postgresUnavailable)(`an API and its PostgreSQL on Railway, and a front end here${reason}`, () => {
  let project: Project;
  let railway: RailwayServer;
  let database: Awaited<ReturnType<typeof postgresDatabase>>;

  beforeAll(async () => {
    [railway, database] = await Promise.all([RailwayServer.start(), postgresDatabase()]);
    railway.account.tokens.set(TOKEN, { kind: 'account', workspaces: ['ws-acme'] });
    railway.account.tcp.set(5432, { host: '127.0.0.1', port: database.port });
    project = await projectOf({
      'deploy.config.yaml': config(database.name),
      'api/server.js': API,
      'api/migrate.js': MIGRATE,
      'api/version.txt': 'one',
      'api/notes.txt': 'for nobody else',
      'api/.railwayignore': 'notes.txt\n',
      'web/server.js': WEB,
    });
  });
  afterAll(async () => {
    await project.dispose();
    await railway.close();
  });

  it('is refused before anything is touched when the token is wrong', async () => {
    const refused = await project.run(['plan', '--env', 'staging', '--json'], {
      env: { ...env(), RAILWAY_API_TOKEN: 'wrong' },
    });
    expect(refused.code).toBe(3);
    expect(refused.json().findings).toMatchObject([
      { code: 'AUTH_FAILED', fix: expect.stringContaining('RAILWAY_API_TOKEN') },
    ]);
    expect(railway.things()).toEqual([]);
  });

  it('is deployed by one plan, migrated through its own reference, and left alone when nothing has changed', async () => {
    const outcome = await run(['deploy', '--env', 'staging', '--json']);
    expect(outcome.json().urls).toMatchObject({ api: expect.stringMatching(/^https:\/\/api-.*\.up\.railway\.app$/) });
    expect(await shown('staging')).toBe('one string');
    const [live] = railway.deploymentsOf('api', 'staging');
    expect(readdirSync(live?.folder ?? '').sort()).toEqual([
      '.railwayignore',
      'migrate.js',
      'server.js',
      'version.txt',
    ]);
    // By the command line as it is packed.
    expect(railway.requests).toContain('subscribe');
    expect(await runs('staging')).toBe(1);
    expect(railway.things()).toEqual([
      'project shop',
      'environment staging',
      'service db',
      'service api',
      'volume /var/lib/postgresql/data',
    ]);
    const before = railway.requests.length;
    expect((await run(['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
    expect(new Set(railway.requests.slice(before))).toEqual(
      new Set(['Project', 'Instance', 'Variables', 'Deployments']),
    );
  });

  it('is promoted with the same image, or else the same sources, which the plan says are built anew', async () => {
    const plan = (await run(['env', 'promote', 'staging', 'production', '--plan-only'])).stdout;
    expect(plan).toContain('Deploy db');
    expect(plan.replace(/\s+/g, ' ').match(/Railway builds it anew from the same sources/g)).toHaveLength(1);
    await run(['env', 'promote', 'staging', 'production', '--yes']);
    expect(await shown('production')).toBe('one string');
    expect(railway.deploymentsOf('db', 'production')).toMatchObject([{ image: 'postgres:16', status: 'SUCCESS' }]);
    expect(await runs('production')).toBe(1);
  });

  it('is brought back to the version before by what Railway has kept, without a build', async () => {
    await project.write('api/version.txt', 'two');
    await run(['deploy', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe('two string');
    const before = railway.requests.length;
    await run(['rollback', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe('one string');
    const asked = railway.requests.slice(before);
    expect(asked).toContain('RollBack');
    expect(asked).not.toContain('up');
    expect(railway.deploymentsOf('db', 'production')).toHaveLength(1);
  });

  it('keeps what is live when a new version does not become healthy', async () => {
    await project.write('api/version.txt', 'sick');
    const failed = await project.run(['deploy', '--env', 'production', '--yes', '--json'], { env: env() });
    expect(failed.code).toBe(9);
    expect(hasSecret(failed.stdout + failed.stderr)).toBe(false);
    expect(await shown('production')).toBe('one string');
    expect((await run(['status', '--env', 'production', '--json'])).json().services).toContainEqual(
      expect.objectContaining({ service: 'api', state: 'running', percent: 100 }),
    );
    await project.write('api/version.txt', 'three');
  });

  it('stops at once when the token is revoked, and is resumed with another', async () => {
    const revoked = [
      { of: 'SetVariables', trouble: 'not_authorized' },
      { of: 'ApiToken', trouble: 'not_authorized' },
    ] as const;
    railway.faults.push(...revoked);
    const stopped = await project.run(['deploy', '--env', 'production', '--yes', '--json'], { env: env() });
    expect(stopped.code).toBe(3);
    expect(stopped.json()).toMatchObject({ code: 'AUTH_FAILED', run_status: 'interrupted' });
    expect(await shown('production')).toBe('one string');
    railway.faults.splice(0);
    await run(['resume', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe('three string');
  });

  it('has no canary, and names the drivers that could', async () => {
    await project.write('api/version.txt', 'four');
    const refused = await project.run(['deploy', '--env', 'production', '--yes', '--canary', '20', '--json'], {
      env: env(),
    });
    expect(refused.code).toBe(4);
    expect(refused.json().findings).toContainEqual(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('Railway cannot send a share'),
        fix: expect.stringContaining('use the driver'),
      }),
    );
  });

  it('has previews that live for their time, as ephemeral environments', async () => {
    await run(['env', 'create', 'pr-7', '--from', 'preview', '--ttl', '1ms']);
    await run(['deploy', '--env', 'pr-7', '--service', 'api', '--service', 'db']);
    expect(await shown('pr-7')).toBe('four string');
    expect([...railway.account.environments.values()].find(({ name }) => name === 'pr-7')?.isEphemeral).toBe(true);
    await run(['env', 'prune', '--yes']);
    expect(railway.things().filter((thing) => thing.startsWith('environment'))).toEqual([
      'environment staging',
      'environment production',
    ]);
  });

  it('is seen by status, open, logs and doctor', async () => {
    const { urls } = (await run(['open', '--env', 'staging', '--json'])).json();
    expect(urls).toMatchObject({ api: expect.stringContaining('up.railway.app') });
    const lines = (await run(['logs', '--env', 'staging', '--service', 'api'])).stdout;
    expect(lines).toContain('Build completed');
    expect(lines).toContain('listening as one');
    expect((await run(['doctor'])).stdout).toContain('RAILWAY_API_TOKEN is a token of an account or workspace (Acme)');
  });

  it('leaves nothing behind, and has written neither token nor secret', async () => {
    for (const name of ['staging', 'production']) await run(['env', 'destroy', name, '--confirm', name, '--volumes']);
    expect(railway.things()).toEqual([]);
    expect(railway.invalid).toEqual([]);
    const files = readdirSync(project.folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(project.folder, name),
    );
    const found = files.filter((file) => statSync(file).isFile() && hasSecret(readFileSync(file, 'latin1')));
    expect(found).toEqual([]);
    expect(railway.texts.filter(hasSecret)).toEqual([]);
  });

  function env(): Record<string, string> {
    const [, password = ''] = /:([^:@]+)@/.exec(database.url) ?? [];
    return { RAILWAY_API_TOKEN: TOKEN, RAILWAY_API_URL: railway.url, OUTER_KEY: SECRET, OUTER_PASSWORD: password };
  }

  async function run(args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: env() });
    expect(hasSecret(outcome.stdout + outcome.stderr)).toBe(false);
    return outcome;
  }

  /** How often the API was migrated in an environment. */
  async function runs(name: string): Promise<number> {
    const [row] = await database.sql(`select count(*)::int as count from "${name}".runs`);
    return Number(row?.['count']);
  }

  async function shown(name: string): Promise<string> {
    const [live] = railway.deploymentsOf('api', name).filter(({ status }) => status === 'SUCCESS');
    return (await get(`http://127.0.0.1:${live?.port}/`)).text;
  }
});

function hasSecret(text: string): boolean {
  return text.includes(SECRET) || text.includes(TOKEN);
}
