import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/load.ts';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

const ENVIRONMENTS = `  staging: { mode: staging }
  production: { mode: production }
`;

describe('users under constant load', () => {
  let project: Project;
  const urls: Record<string, string> = {};
  let version = 1;

  const change = () => project.write('app/version.txt', `version ${++version}\n`);
  const run = (...args: string[]) => project.ok([...args, '--yes', '--json']);
  const answer = async (env: string) => (await get(urls[env] ?? '')).text;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: ENVIRONMENTS }));
    for (const env of ['staging', 'production']) urls[env] = (await run('deploy', '--env', env)).json().url;
  });
  afterAll(() => project.dispose());

  it('notice nothing of 20 deploys, roll-backs, canaries, promotions and redeploys in a row', {
    timeout: 180_000,
  }, async () => {
    const loads = Object.values(urls).map((url) => startLoad(url, 25));
    let done = 0;
    const step = async (...args: string[]) => {
      await run(...args);
      done += 1;
    };
    for (const canary of ['promote', 'abort']) {
      await change();
      await step('deploy', '--env', 'staging');
      await step('env', 'promote', 'staging', 'production');
      await change();
      await step('deploy', '--env', 'staging', '--canary', '10');
      await step('canary', canary, '--env', 'staging');
      await step('rollback', '--env', 'production');
      await change();
      await step('deploy', '--env', 'production');
      await step('redeploy', '--env', 'production');
      await step('rollback', '--env', 'staging');
      await change();
      await step('deploy', '--env', 'staging');
      await step('env', 'promote', 'staging', 'production');
    }
    const results = await Promise.all(loads.map((load) => load.stop()));
    const requests = results.reduce((sum, result) => sum + result.requests, 0);
    console.log(`${requests} requests on 50 connections during ${done} changes`);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(done).toBe(20);
    expect(requests).toBeGreaterThan(2_000);
    for (const { bodies } of results) expect(bodies.size).toBeGreaterThan(3);
    expect(await answer('staging')).toBe(`version ${version}`);
    expect(await answer('production')).toBe(`version ${version}`);
  });

  it('never see a version that does not become healthy', async () => {
    const load = startLoad(urls['production'] ?? '', 25);
    const before = await answer('production');
    await change();
    await project.write('app/health.txt', 'sick\n');
    const failed = await project.run(['deploy', '--env', 'production', '--yes', '--json']);
    const { failures, bodies } = await load.stop();
    expect(failed.code).toBe(9);
    expect(failures).toEqual([]);
    expect([...bodies]).toEqual([before]);
  });
});
