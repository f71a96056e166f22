import { rm } from 'node:fs/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { APP, appFiles, get, type Outcome, type Project, projectOf } from '../support/project.ts';

type Strategy = 'pre_deploy' | 'post_deploy' | 'manual';

/** Well until users reach it through the gateway. */
const SICK_FOR_USERS = APP.replace("!== 'ok'", "!== 'ok' && request.headers['x-forwarded-for'] !== undefined");
const NOTES = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, tag TEXT);\n';
const DEPLOY = ['deploy', '--env', 'production', '--yes', '--json'];

let project: Project;
afterEach(() => project.dispose());

/** Version one is live, with the table `notes`. */
async function deployed(strategy: Strategy): Promise<string> {
  const environments = '  production: { mode: production, variables: { DATABASE_URL: "sqlite:app.db" } }\n';
  const more = `databases:
  main:
    connection_env: DATABASE_URL
    migrations: { engine: raw, path: db, strategy: ${strategy} }
`;
  project = await projectOf({
    ...appFiles({ environments, more }),
    'app/server.js': SICK_FOR_USERS,
    'db/0001_notes.sql': NOTES,
  });
  const { url } = (await project.ok(DEPLOY)).json();
  if (strategy === 'manual') await project.ok(['migrate', 'run', '--env', 'production', '--yes']);
  return url;
}

function query(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(project.path('app.db'));
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

const columns = () => query("SELECT name FROM pragma_table_info('notes')").map(({ name }) => name);
const environment = async () => (await project.ok(['env', 'show', 'production', '--json'])).json();
const stored = async () => (await project.ok(['state', 'show', '--json'])).json().state.environments.production;
const operations = (outcome: Outcome) => outcome.json().operations.map(({ id }: { id: string }) => id);
const change = (version: string) => project.write('app/version.txt', `${version}\n`);

describe('migrations before a release', () => {
  it('that fail leave the environment as it was', async () => {
    const url = await deployed('pre_deploy');
    const before = await stored();
    await change('two');
    await project.write(
      'db/0002_wrong.sql',
      'ALTER TABLE notes ADD COLUMN more TEXT;\nINSERT INTO nowhere VALUES (1);\n',
    );
    const failed = await project.run(DEPLOY);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ code: 'MIGRATION_FAILED', stage: 'migration' });
    expect(columns()).not.toContain('more');
    expect((await get(url)).text).toBe('one');
    expect(await stored()).toEqual({ ...before, durations: (await stored()).durations });
    const [target] = (await project.ok(['local', 'status', '--json'])).json().targets;
    expect(target.releases).toHaveLength(1);
  });

  it('that only add stay when the release is not healthy, and the old code goes on', async () => {
    const url = await deployed('pre_deploy');
    await change('two');
    await project.write('app/health.txt', 'sick\n');
    await project.write('db/0002_more.sql', 'ALTER TABLE notes ADD COLUMN more TEXT;\n');
    const failed = await project.run(DEPLOY);
    expect(failed.code).toBe(9);
    expect(failed.json().run_status).toBe('restored');
    expect(columns()).toContain('more');
    expect((await get(url)).text).toBe('one');
  });

  it('that take away keep the code from going back, and say why', async () => {
    const url = await deployed('pre_deploy');
    await change('two');
    await project.write('app/health.txt', 'sick\n');
    await project.write('db/0002_less.sql', 'ALTER TABLE notes DROP COLUMN tag;\n');
    const plan = (await project.ok(['plan', '--env', 'production', '--json'])).json();
    expect(JSON.stringify(plan.warnings)).toContain('Point of no return: 0002_less on main');
    const failed = await project.run(DEPLOY);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ code: 'HEALTH_CHECK_FAILED', run_status: 'failed' });
    expect(failed.stderr).toContain('the new version was not taken back: 0002_less took away what older code needs');
    expect((await get(url)).text).toBe('two');
    expect(columns()).not.toContain('tag');
    const { deployments } = await stored();
    expect(deployments.at(-1)).toMatchObject({ run_id: failed.json().run_id, healthy: false });
    await project.write('app/health.txt', 'ok\n');
    expect((await project.run(['rollback', '--env', 'production', '--yes', '--json'])).code).toBe(4);
  });
});

describe('migrations behind a release', () => {
  const BREAKS = 'CREATE UNIQUE INDEX one_text ON notes (text);\n';

  async function flagged() {
    const url = await deployed('post_deploy');
    query("INSERT INTO notes (text) VALUES ('twice'), ('twice') RETURNING id");
    await change('two');
    await project.write('db/0002_unique.sql', BREAKS);
    const failed = await project.run(DEPLOY);
    return { url, failed, run: failed.json().run_id as string };
  }

  it('that fail leave the new release live, and the run flagged', async () => {
    const { url, failed, run } = await flagged();
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ code: 'MIGRATION_FAILED', run_status: 'failed' });
    expect(failed.json().next_steps).toContain(`deployer resume ${run}`);
    expect((await get(url)).text).toBe('two');
    const { deployments, active_run } = await stored();
    expect(active_run).toBeUndefined();
    expect(deployments.at(-1)).toMatchObject({ run_id: run, healthy: false });
  });

  it('run alone when the run is resumed after mending the data', async () => {
    const { url, run } = await flagged();
    query('DELETE FROM notes RETURNING id');
    const resumed = await project.ok(['resume', run, '--events', 'ndjson']);
    const events = resumed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const begun = events.filter(({ type }) => type === 'operation.started').map(({ operation }) => operation);
    expect(begun.filter((id: string) => /^(build|deploy|traffic|provision):/.test(id))).toEqual([]);
    expect(begun).toContain('migrate:main:post_deploy');
    expect((await stored()).deployments.filter(({ run_id }: { run_id: string }) => run_id === run)).toEqual([
      expect.objectContaining({ healthy: true }),
    ]);
    expect((await get(url)).text).toBe('two');
    expect((await project.ok(DEPLOY)).json().changed).toBe(false);
  });

  it('are planned anew when the file was mended', async () => {
    const { run } = await flagged();
    await project.write('db/0002_unique.sql', 'CREATE INDEX some_text ON notes (text);\n');
    const refused = await project.run(['resume', run, '--json']);
    expect(refused.code).toBe(4);
    expect(refused.json().code).toBe('PLAN_STALE');
    const again = await project.ok(DEPLOY);
    expect(operations(again)).toContain('migrate:main:post_deploy');
    expect(operations(again)).not.toContain('deploy:app');
    expect((await stored()).deployments.at(-1)).toMatchObject({ healthy: true });
  });
});

describe('a roll-back over a migration that takes away', () => {
  const ROLLBACK = ['rollback', '--env', 'production', '--yes', '--json'];

  async function contracted(down: boolean): Promise<string> {
    const url = await deployed('pre_deploy');
    await change('two');
    await project.write('db/0002_less.sql', 'ALTER TABLE notes DROP COLUMN tag;\n');
    if (down) await project.write('db/0002_less.down.sql', 'ALTER TABLE notes ADD COLUMN tag TEXT;\n');
    await project.ok(DEPLOY);
    return url;
  }

  it('is refused, and names it', async () => {
    const url = await contracted(false);
    const refused = await project.run(ROLLBACK);
    expect(refused.code).toBe(4);
    expect(refused.json()).toMatchObject({ code: 'MIGRATION_REFUSED' });
    expect(refused.json().reason).toContain('0002_less');
    expect((await get(url)).text).toBe('two');
  });

  it('brings the code alone back with --force, and the audit log says so', async () => {
    const url = await contracted(false);
    await project.ok([...ROLLBACK, '--force']);
    expect((await get(url)).text).toBe('one');
    expect(columns()).not.toContain('tag');
    const { entries } = (await project.ok(['audit', '--json'])).json();
    expect(entries.findLast(({ result }: { result: string }) => result === 'started').detail.forced).toEqual(['force']);
  });

  it('reverts it with --migrate-down when there is a down file', async () => {
    const url = await contracted(true);
    await project.ok([...ROLLBACK, '--migrate-down']);
    expect((await get(url)).text).toBe('one');
    expect(columns()).toContain('tag');
  });

  it('stays refused with --migrate-down when there is none', async () => {
    await contracted(false);
    expect((await project.run([...ROLLBACK, '--migrate-down'])).code).toBe(4);
  });
});

describe('manual migrations', () => {
  it('are only warned about, until they are run', async () => {
    await deployed('manual');
    await project.write('db/0002_more.sql', 'ALTER TABLE notes ADD COLUMN more TEXT;\n');
    await change('two');
    const outcome = await project.ok(DEPLOY);
    expect(operations(outcome).join()).not.toContain('migrate');
    expect(JSON.stringify(outcome.json().warnings)).toContain('1 manual migration of main not run by this plan');
    const status = async () =>
      (await project.ok(['migrate', 'status', '--env', 'production', '--json'])).json().databases.main;
    expect((await status()).pending).toMatchObject([{ id: '0002_more' }]);
    expect(columns()).not.toContain('more');
    await project.ok(['migrate', 'run', '--env', 'production', '--yes']);
    expect(await status()).toMatchObject({ pending: [], dirty: null });
    expect(columns()).toContain('more');
  });

  it('that stop half way are named, hold up what comes after, and go on once resolved', async () => {
    await deployed('manual');
    const text = '-- deployer:no-transaction\nALTER TABLE notes ADD COLUMN more TEXT;\nINSERT INTO later VALUES (1);\n';
    await project.write('db/0002_half.sql', text);
    expect((await project.run(['migrate', 'run', '--env', 'production', '--yes', '--json'])).json()).toMatchObject({
      code: 'MIGRATION_FAILED',
    });
    const status = (await project.ok(['migrate', 'status', '--env', 'production', '--json'])).json().databases.main;
    expect(status.dirty).toMatchObject({ id: '0002_half', statements_done: 1 });
    await rm(project.path('db/0002_half.sql'));
    expect((await project.ok(['migrate', 'status', '--env', 'production'])).stdout).toMatch(
      /0002_half .*dirty after statement 1/,
    );
    await project.write('db/0002_half.sql', text);
    expect((await project.run(['migrate', 'run', '--env', 'production', '--yes', '--json'])).code).not.toBe(0);
    query('CREATE TABLE later (n INTEGER)');
    await project.ok(['migrate', 'resolve', '0002_half', '--continue-from', '2', '--env', 'production', '--yes']);
    await project.ok(['migrate', 'run', '--env', 'production', '--yes']);
    expect(query('SELECT n FROM later')).toEqual([{ n: 1 }]);
    const { entries } = (await project.ok(['audit', '--json'])).json();
    expect(entries.map(({ action }: { action: string }) => action)).toContain('migrate resolve');
    expect((await environment()).name).toBe('production');
  });
});
