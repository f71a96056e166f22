import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/load.ts';
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

  it('goes through the steps of a rollout by itself while users are content', async () => {
    await project.edit(
      'deploy.config.yaml',
      'mode: staging',
      'mode: staging, rollout: { strategy: canary, steps: [20, 50], interval: 1s, min_requests: 10 }',
    );
    await project.write('app/version.txt', 'three\n');
    const load = startLoad(url, 6);
    const report = (await project.ok(['deploy', '--env', 'staging', '--json'])).json();
    expect((await load.stop()).failures).toEqual([]);
    const ids = report.operations.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['traffic:app:20', 'traffic:app:50', 'traffic:app:100']));
    expect(report).toMatchObject({ run_status: 'succeeded', held: null });
    expect(await shareOf('three', 100)).toBe(1);
  });

  it('is taken back by itself when it fails a tenth of its requests', async () => {
    await project.edit(
      'app/server.js',
      "request.url === '/env'",
      "request.url === '/' && ++asked % 10 === 0) {\n    response.writeHead(500).end('no');\n    return;\n  }\n  if (request.url === '/env'",
    );
    await project.edit('app/server.js', 'const version =', 'let asked = 0;\nconst version =');
    const load = startLoad(url, 10);
    const taken = await project.run(['deploy', '--env', 'staging', '--json']);
    await load.stop();
    expect(taken.code).toBe(9);
    expect(taken.json()).toMatchObject({ code: 'HEALTH_CHECK_FAILED', run_status: 'restored' });
    expect(taken.json().reason).toMatch(
      /of its canary \d+ of \d+ requests .* failed, of which 1 % may; of the release before 0 of/,
    );
    expect(await shareOf('three', 100)).toBe(1);
  });

  it('waits for a person when it got too few requests to be judged', async () => {
    const held = (await project.ok(['deploy', '--env', 'staging', '--json'])).json();
    const reason = 'the canary of app could not be judged: it got 0 requests, and takes at least 10 to be judged';
    expect(held).toMatchObject({ status: 'success', run_status: 'held', held: reason });
    expect(held.next_steps).toContain('deployer canary promote --env staging');
    expect(held.operations).toContainEqual(expect.objectContaining({ id: 'traffic:app:50', status: 'skipped' }));
    expect((await project.ok(['runs', '--json'])).json().runs[0]).toMatchObject({ status: 'held' });
    await shareOf('three', 50);
    const status = (await project.ok(['canary', 'status', '--env', 'staging', '--json'])).json();
    expect(status).toMatchObject({ percent: 20, releases: [{ requests: 10, errors: 1 }] });
    expect(status.baseline).toMatchObject([{ percent: 80, p95_ms: expect.any(Number) }]);
    await project.ok(['canary', 'abort', '--env', 'staging']);
    expect(await shareOf('three', 100)).toBe(1);
  });
});
