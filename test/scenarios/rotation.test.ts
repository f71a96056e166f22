import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaches } from '../support/conforms.ts';
import { get, type Outcome, type Project, projectOf } from '../support/project.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

const PRELOAD = resolve(import.meta.dirname, '../support/crash/preload.js');
const SERVER = `const { createServer } = require('node:http');
const { DB, KEY, GREETING } = process.env;
const server = createServer((request, response) => response.end(JSON.stringify({ DB, KEY, GREETING, pid: process.pid })));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;
const service = (env: string, more = '', path = 'app') =>
  `{ path: ${path}, start: node server.js, env: [${env}], ${more}health: { path: /, timeout: 10s, interval: 50ms, successes: 1 } }`;
const FILES = {
  'deploy.config.yaml': `version: 1
project: rotation
defaults: { driver: local }
services:
  api: ${service('DB, KEY')}
  web: ${service('DB, KEY', 'after: [api], ')}
  plain: ${service('GREETING', '', 'plain')}
environments:
  prod:
    mode: staging
    variables: { GREETING: hi }
    secrets: { DB: "vault:kv/app#db", KEY: "env:OUTER_KEY" }
`,
  'app/server.js': SERVER,
  // What reads no secret is given none.
  'plain/server.js': SERVER.replace('DB, KEY, GREETING } =', 'GREETING } =').replace(
    '{ DB, KEY, GREETING,',
    '{ GREETING,',
  ),
};

describe('a secret that changes', () => {
  let project: Project;
  let vault: VaultFake;
  let urls: Record<string, string>;
  let key = 'key-of-the-first-day';

  const run = (line: string, killedAt?: string): Promise<Outcome> => {
    const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: 'hvs.rotation', OUTER_KEY: key };
    const crash = killedAt ? { CRASH_AT: killedAt } : {};
    return project.run(line.split(' '), { env: { ...env, ...crash }, node: killedAt ? ['--import', PRELOAD] : [] });
  };
  const given = async (name: string): Promise<Record<string, string>> => JSON.parse((await get(urls[name] ?? '')).text);
  const drift = async () => (await run('env drift --env prod --json --detailed-exitcode')).json();
  const placed = ({ operations }: Record<string, { id: string }[]>) =>
    operations?.flatMap(({ id }) => (id.startsWith('deploy:') ? [id.slice('deploy:'.length)] : []));
  /** Versions by the newest state there is. */
  const recorded = async () => {
    const newest = (await readdir(project.path('.deployer/state')))
      .filter((name) => /^\d+\.json$/.test(name))
      .sort()
      .at(-1);
    const text = await project.read(`.deployer/state/${newest}`);
    const { current } = JSON.parse(text).document.environments.prod;
    return ['api', 'web'].map((name) => current[name].inputs.secret_versions);
  };
  /** The next version of the secret. */
  const rotate = (): string => {
    const store = vault.stores['kv'] as unknown as { secrets: Record<string, { data: Record<string, string> }[]> };
    const versions = store.secrets['app'] ?? [];
    const db = `database-${versions.length + 1}`;
    store.secrets['app'] = [...versions, { data: { db } }];
    return db;
  };

  beforeAll(async () => {
    vault = await vaultFake();
    vault.tokens.set('hvs.rotation', ['kv/']);
    vault.stores['kv'] = { type: 'kv', version: '2', secrets: {} };
    rotate();
    project = await projectOf(FILES);
    urls = (await run('deploy --env prod --json')).json().urls;
  });
  afterAll(() => Promise.all([project.dispose(), vault.close()]));

  it('is no drift before it does', async () => {
    const same = await run('env drift --env prod --json --detailed-exitcode');
    expect(same.code).toBe(0);
    expect(same.json()).toMatchObject({ drift: false, next_steps: [], services: [{ state: 'same' }, {}, {}] });
    expect((await run('redeploy --changed --env prod --json')).json()).toMatchObject({ changed: false });
  });

  it('marks the services that have it, by its version', async () => {
    rotate();
    const differs = await run('env drift --env prod --json --detailed-exitcode');
    expect(differs.code).toBe(8);
    const changed = [{ name: 'DB', kind: 'secret', where: 'release', from_version: '1', to_version: '2' }];
    expect(differs.json().services.map((one: { changed: unknown }) => one.changed)).toEqual([changed, [], changed]);
    expect(differs.json().next_steps).toEqual(['deployer redeploy --changed --env prod']);
    expect(breaches('env-drift', differs.json())).toEqual([]);
    expect((await run('env drift --env prod')).stdout).toContain('changed since its release: version 1, now 2');
  });

  it('is brought to those services alone by redeploy --changed, and then there is nothing more to do', async () => {
    const { pid } = await given('plain');
    expect(placed((await run('redeploy --changed --env prod --json')).json())).toEqual(['api', 'web']);
    expect(await Promise.all([given('api'), given('web')])).toMatchObject([{ DB: 'database-2' }, { DB: 'database-2' }]);
    expect((await given('plain')).pid).toBe(pid);
    expect((await run('redeploy --changed --env prod --json')).json()).toMatchObject({ changed: false });
  });

  it('under a run is one and the same for all of its steps, and on record as that', async () => {
    let reads = 0;
    vault.before = ({ url }) => {
      // The second look is under the lock; what comes after it is the run.
      if (url?.startsWith('/v1/kv/data/app') && ++reads === 2) setImmediate(rotate);
      return false;
    };
    await project.write('app/server.js', `${SERVER}// two\n`);
    expect((await run('deploy --env prod --json')).code).toBe(0);
    vault.before = () => false;
    expect(reads).toBe(2);
    expect(await Promise.all([given('api'), given('web')])).toMatchObject([{ DB: 'database-2' }, { DB: 'database-2' }]);
    expect(await recorded()).toEqual([{ DB: '2' }, { DB: '2' }]);
  });

  it('while a run is cut off has the version of then in what is left of it', async () => {
    await project.write('app/server.js', `${SERVER}// three\n`);
    expect((await run('deploy --env prod', 'answer place web #1')).code).toBe(null);
    rotate();
    expect((await run('resume --json')).code).toBe(0);
    expect(await Promise.all([given('api'), given('web')])).toMatchObject([{ DB: 'database-3' }, { DB: 'database-3' }]);
    expect(await recorded()).toEqual([{ DB: '3' }, { DB: '3' }]);
    expect((await drift()).services[0].changed).toMatchObject([{ from_version: '3', to_version: '4' }]);
  });

  it('in a store without versions keeps what is left of a run from going on', async () => {
    await project.write('app/server.js', `${SERVER}// four\n`);
    expect((await run('deploy --env prod', 'answer place web #1')).code).toBe(null);
    key = 'key-of-the-second-day';
    const refused = await run('resume --json');
    expect(refused.code).toBe(4);
    expect(refused.json()).toMatchObject({
      code: 'PLAN_STALE',
      reason: expect.stringContaining('KEY has another value'),
    });
    key = 'key-of-the-first-day';
    expect((await run('resume --json')).code).toBe(0);
  });

  it('may be put right before anything has used it', async () => {
    await project.write('app/server.js', `${SERVER}// five\n`);
    expect((await run('deploy --env prod', 'synced run.started runs/run_/events.ndjson #1')).code).toBe(null);
    key = 'key-of-the-second-day';
    expect((await run('resume --json')).code).toBe(0);
    expect(await Promise.all([given('api'), given('web')])).toMatchObject([{ KEY: key }, { KEY: key }]);
    expect(await drift()).toMatchObject({ drift: false });
  });
});
