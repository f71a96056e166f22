import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Outcome, type Project, projectOf } from '../support/project.ts';

describe('canary', () => {
  let project: Project;
  let url: string;
  let first: Outcome;

  const shareOf = async (version: string, requests: number) => {
    let hits = 0;
    for (let sent = 0; sent < requests; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => get(url)));
      hits += answers.filter(({ text }) => text === version).length;
    }
    return hits / requests;
  };

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: '  staging: { mode: staging }\n' }));
    first = await project.ok(['deploy', '--canary', '10', '--env', 'staging', '--json']);
    url = first.json().url;
  });
  afterAll(() => project.dispose());

  it('says of the first deploy that there is nothing to split with', async () => {
    expect(first.json().warnings).toMatchObject([
      { message: expect.stringContaining('--canary 10 has nothing to split') },
    ]);
    expect((await get(url)).text).toBe('one');
  });

  it('sends about a tenth of 1,000 requests to the new version', async () => {
    await project.write('app/version.txt', 'two\n');
    await project.ok(['deploy', '--canary', '10', '--env', 'staging']);
    const share = await shareOf('two', 1_000);
    expect(share).toBeGreaterThanOrEqual(0.05);
    expect(share).toBeLessThanOrEqual(0.15);
    const status = (await project.ok(['canary', 'status', '--env', 'staging', '--json'])).json();
    expect(status).toMatchObject({ percent: 10 });
    expect(status.releases[0].requests).toBeGreaterThan(0);
  });

  it('refuses a deploy while it is under way', async () => {
    const refused = await project.run(['deploy', '--env', 'staging', '--json']);
    expect(refused.code).toBe(4);
  });

  it('takes the new version back with abort', async () => {
    await project.ok(['canary', 'abort', '--env', 'staging']);
    expect(await shareOf('two', 200)).toBe(0);
    expect((await project.run(['canary', 'status', '--env', 'staging'])).code).toBe(6);
  });

  it('gives the new version everybody with promote', async () => {
    await project.ok(['deploy', '--canary', '10', '--env', 'staging']);
    await project.ok(['canary', 'promote', '--env', 'staging']);
    expect(await shareOf('two', 200)).toBe(1);
    expect((await project.ok(['status', '--env', 'staging', '--json'])).json().services).toHaveLength(1);
  });

  it('goes through the steps of a rollout by itself', async () => {
    await project.edit(
      'deploy.config.yaml',
      'mode: staging',
      'mode: staging, rollout: { strategy: canary, steps: [20, 50], interval: 200ms }',
    );
    await project.write('app/version.txt', 'three\n');
    const report = (await project.ok(['deploy', '--env', 'staging', '--json'])).json();
    const ids = report.operations.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['traffic:app:20', 'traffic:app:50', 'traffic:app:100']));
    expect(await shareOf('three', 100)).toBe(1);
  });
});
