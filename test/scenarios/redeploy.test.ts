import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

describe('the running version is placed again', () => {
  let project: Project;
  let url: string;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: '  dev: { mode: dev }\n' }));
    url = (await project.ok(['deploy', '--json'])).json().url;
  });
  afterAll(() => project.dispose());

  it('and keeps its users when nothing about it is new', async () => {
    expect((await project.ok(['redeploy', '--json'])).json().status).toBe('success');
    expect((await get(url)).text).toBe('one');
  });

  it('and takes the variables of today', async () => {
    await project.ok(['env', 'set', 'GREETING=hello']);
    await project.ok(['redeploy']);
    expect(JSON.parse((await get(new URL('/env', url).href)).text).greeting).toBe('hello');
  });
});
