import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

describe('a stable port that another program took while the gateway was stopped', () => {
  let project: Project;
  let other: Server | undefined;

  beforeEach(async () => {
    project = await projectOf(appFiles({ environments: '  dev: { mode: dev }\n  staging: { mode: staging }\n' }));
  });
  afterEach(async () => {
    other?.closeAllConnections();
    other?.close();
    await project.dispose();
  });

  /** Deploys, stops the gateway, and takes the port; answers the address that was. */
  async function takePort(): Promise<string> {
    const { url } = (await project.ok(['deploy', '--json'])).json();
    await project.ok(['local', 'stop']);
    const server = createServer((_, response) => response.end('somebody else'));
    other = server;
    await new Promise<void>((listening) => server.listen(Number(new URL(url).port), '127.0.0.1', listening));
    return url;
  }

  it('is told by the deploy that takes another one, and by local status', async () => {
    const before = await takePort();
    const outcome = await project.ok(['deploy', '--json']);
    const { url, warnings } = outcome.json();
    expect(url).not.toBe(before);
    expect(warnings).toContainEqual(
      expect.objectContaining({ message: `app answers at ${url} from now on, and no longer at ${before}` }),
    );
    expect((await get(url)).text).toBe('one');
    const { stdout } = await project.ok(['local', 'status']);
    expect(stdout).toContain(`app in dev: its port ${new URL(before).port} was used by another program`);
    await project.write('app/version.txt', 'two\n');
    expect((await project.ok(['deploy', '--json'])).json()).toMatchObject({ url, warnings: [] });
  });

  it('is told by local status also before anything takes another one', async () => {
    const before = await takePort();
    await project.ok(['deploy', '--env', 'staging']);
    const [dev] = (await project.ok(['local', 'status', '--json'])).json().targets;
    expect(dev).toMatchObject({
      environment: 'dev',
      note: expect.stringContaining(`its port ${new URL(before).port} is`),
    });
  });
});
