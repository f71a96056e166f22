import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

const ENVIRONMENTS = `  staging: { mode: staging, variables: { GREETING: hi } }
  production: { mode: production, promote_from: [staging], variables: { GREETING: hello } }
`;

describe('promote', () => {
  let project: Project;
  const artifactIn = async (env: string) =>
    (await project.ok(['env', 'show', env, '--json'])).json().services.app.artifact;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: ENVIRONMENTS }));
  });
  afterAll(() => project.dispose());

  it('refuses a direct deploy to an environment that only takes promotions, with the command to type', async () => {
    const refused = await project.run(['deploy', '--env', 'production', '--yes', '--json']);
    expect(refused.code).toBe(4);
    expect(refused.json().fix_suggestion).toContain('deployer env promote staging production');
  });

  it('shows difference and gates with --plan-only and changes nothing', async () => {
    await project.ok(['deploy', '--env', 'staging', '--version-name', 'v1']);
    const answer = (await project.ok(['env', 'promote', 'staging', 'production', '--plan-only', '--json'])).json();
    expect(answer).toMatchObject({ status: 'ready_for_deploy', environment: 'production', version: { name: 'v1' } });
    expect(answer.diff_from_previous.service.length).toBeGreaterThan(0);
    expect((await project.ok(['env', 'show', 'production', '--json'])).json().deployments).toEqual([]);
  });

  it('runs the same artifact with the configuration of the target', async () => {
    const report = (await project.ok(['env', 'promote', 'staging', 'production', '--yes', '--json'])).json();
    expect(await artifactIn('production')).toBe(await artifactIn('staging'));
    expect(report.operations.some(({ type }: { type: string }) => type === 'build')).toBe(false);
    expect(JSON.parse((await get(`${report.url}/env`)).text).greeting).toBe('hello');
    const version = (await project.ok(['version', 'show', 'v1', '--json'])).json();
    expect(version.services.app.artifact.digest).toBe(await artifactIn('production'));
  });

  it('asks before it touches a protected environment, and fails when there is nobody to ask', async () => {
    await project.write('app/version.txt', 'two\n');
    await project.ok(['deploy', '--env', 'staging']);
    const unanswered = await project.run(['env', 'promote', 'staging', 'production']);
    expect(unanswered.code).toBe(5);
    expect(unanswered.stderr).toContain('--yes');
  });

  it('asks for an environment that was made from a protected one, too', async () => {
    await project.ok(['env', 'create', 'qa', '--from', 'production']);
    expect((await project.run(['deploy', '--env', 'qa'])).code).toBe(5);
    await project.ok(['deploy', '--env', 'qa', '--yes']);
  });

  it('passes the gate by force, and the audit log says so', async () => {
    await project.ok(['deploy', '--env', 'production', '--yes', '--force']);
    const entries = (await project.ok(['audit', '--json'])).json().entries;
    expect(entries.findLast(({ result }: { result: string }) => result === 'started').detail.forced).toEqual(['force']);
  });
});
