import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appFiles, type Project, projectOf } from '../support/project.ts';

describe('notifications', () => {
  const told: { event: string; body: Record<string, unknown>; id: string }[] = [];
  const receiver = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    if (request.url?.startsWith('/gone')) return void response.writeHead(404).end();
    told.push({ event: body.event, body, id: String(request.headers['x-deployer-id']) });
    response.end();
  });
  let project: Project;

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    project = await projectOf(
      appFiles({
        environments: `  dev: { mode: dev }
notifications:
  - { url: "${url}/all", on: [started, succeeded, failed], allow_private: true }
  - { url: "${url}/refused" }
  - { url: "${url}/gone/s3cr3t-hook", on: [succeeded], allow_private: true }
`,
      }),
    );
  });
  beforeEach(() => void told.splice(0));
  afterAll(async () => {
    await project.dispose();
    receiver.close();
  });

  it('tell that a run starts and how it ended, once each, and never a private address that was not allowed', async () => {
    const { run_id, version_id, url } = (await project.ok(['deploy', '--json'])).json();
    expect(told.map(({ event }) => event).sort()).toEqual(['started', 'succeeded']);
    expect(told.find(({ event }) => event === 'succeeded')?.body).toEqual({
      format: 1,
      event: 'succeeded',
      project: 'scenario',
      env: 'dev',
      run_id,
      version_id,
      status: 'succeeded',
      url,
    });
    expect(told.map(({ id }) => id).sort()).toEqual([`${run_id}-started`, `${run_id}-succeeded`]);
  });

  it('that nobody takes are warned about, without the path, which may be a key; the run succeeds all the same', async () => {
    await project.write('app/version.txt', 'warned\n');
    const outcome = await project.ok(['deploy', '--json']);
    const [refused, gone] = outcome.json().warnings;
    expect(refused).toMatchObject({ level: 'warning', path: 'notifications[1].url' });
    expect(refused.message).toMatch(/^The notification "succeeded" did not reach 127\.0\.0\.1:\d+: refused/);
    expect(gone).toMatchObject({ path: 'notifications[2].url', message: expect.stringMatching(/it answered 404$/) });
    expect(outcome.stderr).toContain(gone.message);
    expect(outcome.stdout + outcome.stderr).not.toContain('s3cr3t-hook');
  });

  it('tell nothing when there was nothing to do', async () => {
    await project.ok(['deploy']);
    expect(told).toEqual([]);
  });

  it('tell why a run failed', async () => {
    await project.write('app/health.txt', 'sick\n');
    await project.write('app/version.txt', 'two\n');
    expect((await project.run(['deploy'])).code).toBe(9);
    expect(told.find(({ event }) => event === 'failed')?.body).toMatchObject({
      status: 'restored',
      code: 'HEALTH_CHECK_FAILED',
    });
  });

  it('fail no run when nobody receives them', async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await project.write('app/health.txt', 'ok\n');
    await project.ok(['deploy']);
  });
});
