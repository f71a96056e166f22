import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

describe('a version that does not become healthy', () => {
  let project: Project;
  let url: string;

  beforeAll(async () => {
    project = await projectOf(
      appFiles({
        environments:
          '  production: { mode: production, variables: { GREETING: first }, flags: { BETA_FORM: false } }\n',
      }),
    );
  });
  afterAll(() => project.dispose());

  it('leaves nothing behind when it was the first one', async () => {
    await project.write('app/health.txt', 'sick\n');
    const failed = await project.run(['deploy', '--env', 'production', '--yes', '--json']);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ status: 'error', code: 'HEALTH_CHECK_FAILED', run_status: 'restored' });
    expect((await project.ok(['status', '--json'])).json().services).toEqual([]);
    expect((await project.ok(['local', 'status', '--json'])).json().targets).toEqual([]);
    expect((await project.ok(['state', 'show', '--json'])).json().state.environments).toEqual({});
  });

  it('never gets users: the version before it still answers, and exit 9 says so', async () => {
    await project.write('app/health.txt', 'ok\n');
    url = (await project.ok(['deploy', '--env', 'production', '--yes', '--json'])).json().url;
    await project.write('app/version.txt', 'two\n');
    await project.write('app/health.txt', 'sick\n');
    const failed = await project.run(['deploy', '--env', 'production', '--yes', '--json']);
    expect(failed.code).toBe(9);
    expect(failed.json()).toMatchObject({ code: 'HEALTH_CHECK_FAILED', run_status: 'restored' });
    expect(failed.json().detail.join('\n')).toContain('503');
    expect(failed.json().restored.join('\n')).toContain('as before');
    expect((await get(url)).text).toBe('one');
    const entries = (await project.ok(['audit', '--json'])).json().entries;
    expect(entries.at(-1)).toMatchObject({ result: 'failed', detail: { status: 'restored' } });
  });

  it('rolls back to an earlier version with the configuration it ran with', async () => {
    await project.write('app/health.txt', 'ok\n');
    await project.edit('deploy.config.yaml', 'GREETING: first', 'GREETING: second');
    await project.ok(['env', 'set', '--flag', 'BETA_FORM=true', '--env', 'production']);
    await project.ok(['deploy', '--env', 'production', '--yes']);
    expect((await get(url)).text).toBe('two');
    expect(JSON.parse((await get(`${url}/env`)).text)).toEqual({ greeting: 'second', flag: 'true' });
    await project.ok(['rollback', '--env', 'production', '--yes']);
    expect((await get(url)).text).toBe('one');
    expect(JSON.parse((await get(`${url}/env`)).text)).toEqual({ greeting: 'first', flag: 'false' });
  });

  it('plans forward again after a roll-back', async () => {
    const plan = (await project.ok(['plan', '--env', 'production', '--json'])).json();
    expect(plan.operations.length).toBeGreaterThan(0);
    await project.ok(['deploy', '--env', 'production', '--yes']);
    expect((await get(url)).text).toBe('two');
  });

  it('says that there is nothing to go back to in a fresh environment', async () => {
    await project.ok(['env', 'create', 'qa', '--from', 'production']);
    const refused = await project.run(['rollback', '--env', 'qa', '--yes', '--json']);
    expect(refused.code).toBe(6);
  });
});
