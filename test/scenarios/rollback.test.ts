import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/runtime.ts';
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

  it('takes back what was set since, so that the next deploy does not bring it again', async () => {
    const env = ['--env', 'production'];
    await project.ok(['env', 'set', 'GREETING=third', 'LATER=yes', ...env]);
    await project.write('app/version.txt', 'three\n');
    await project.ok(['deploy', ...env, '--yes']);
    expect(JSON.parse((await get(`${url}/env`)).text).greeting).toBe('third');
    await project.ok(['env', 'set', 'NOT_YET=deployed', ...env]);
    const asked = await project.run(['rollback', ...env]);
    expect(asked.stderr).toContain('- setting GREETING (was third)');
    expect(asked.stderr).toContain('- setting NOT_YET (was deployed)');
    await project.ok(['rollback', ...env, '--yes']);
    const shown = (await project.ok(['env', 'show', ...env, '--json'])).json();
    expect(shown.configuration).toMatchObject({ variables: { GREETING: 'second' }, flags: { BETA_FORM: false } });
    expect(shown.revisions).toBe(5);
    const plan = (await project.ok(['plan', ...env, '--json'])).json();
    expect(plan.changes.map(({ kind }: { kind: string }) => kind)).toEqual(['service']);
    const entries = (await project.ok(['audit', '--json'])).json().entries;
    expect(entries.at(-2).detail).toMatchObject({ configuration: 'from revision 4 back to 2' });
    await project.ok(['rollback', ...env, '--to', await versionOf('third'), '--yes']);
    expect(JSON.parse((await get(`${url}/env`)).text).greeting).toBe('third');
  });

  /** The version that ran with this greeting. */
  async function versionOf(greeting: string): Promise<string> {
    const { document } = await createRuntime({}).openState('scenario', project.path('.deployer')).read();
    const ran = document.environments['production']?.deployments ?? [];
    return ran.find(({ configuration }) => configuration.variables['GREETING'] === greeting)?.version_id ?? '';
  }

  it('says that there is nothing to go back to in a fresh environment', async () => {
    await project.ok(['env', 'create', 'qa', '--from', 'production']);
    const refused = await project.run(['rollback', '--env', 'qa', '--yes', '--json']);
    expect(refused.code).toBe(6);
  });
});
