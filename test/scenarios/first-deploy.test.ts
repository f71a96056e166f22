import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, type Project, sampleProject } from '../support/project.ts';

describe('a newcomer deploys the sample project', () => {
  let project: Project;
  let url: string;

  beforeAll(async () => {
    project = await sampleProject();
  });
  afterAll(() => project.dispose());

  it('plans without writing anything', async () => {
    const outcome = await project.ok(['plan', '--json']);
    expect(outcome.json().operations.map(({ id }: { id: string }) => id)).toContain('migrate:main:pre_deploy');
    await expect(project.read('.deployer/state.json')).rejects.toThrow();
  });

  it('deploys, and says where', async () => {
    const outcome = await project.ok(['deploy', '--json']);
    url = outcome.json().url;
    expect(outcome.json()).toMatchObject({ format: 1, status: 'success', env: 'dev', changed: true });
  });

  it('serves the front end, and through it rows of the migrated database', async () => {
    expect((await get(url)).text).toContain('<h1>Notes</h1>');
    const notes = JSON.parse((await get(new URL('/api/notes', url).href)).text);
    expect(notes).toEqual([
      { id: 1, text: 'Every deploy starts with a plan', tag: 'welcome' },
      { id: 2, text: 'The same bytes run everywhere', tag: null },
    ]);
  });

  it('has nothing to do the second time', async () => {
    const outcome = await project.ok(['deploy', '--json']);
    expect(outcome.json()).toMatchObject({
      status: 'success',
      changed: false,
      operations: [],
      unchanged: ['api', 'web'],
    });
    expect((await project.ok(['deploy'])).stdout).toContain('nothing to do');
  });

  it('names the file that changed as the reason of the next release', async () => {
    await project.edit('examples/notes/web/public/index.html', '<h1>Notes</h1>', '<h1>My notes</h1>');
    const plan = (await project.ok(['plan', '--json'])).json();
    expect(plan.operations.find(({ id }: { id: string }) => id === 'build:web').because).toBe('files changed: 1');
    expect(plan.unchanged.map(({ service }: { service: string }) => service)).toEqual(['api']);
  });

  it('says of a deploy of one service what it looked at, and what else has changed', async () => {
    const { stdout } = await project.ok(['deploy', '--service', 'api']);
    expect(stdout).toContain('nothing to do: api is up to date in dev; web, not asked for, has changes');
    const document = (await project.ok(['deploy', '--service', 'api', '--json'])).json();
    expect(document).toMatchObject({ changed: false, unchanged: ['api'], left_out: ['web'] });
  });

  it('brings the change to users', async () => {
    await project.ok(['deploy']);
    expect((await get(url)).text).toContain('<h1>My notes</h1>');
  });

  it('removes everything again', async () => {
    await project.ok(['env', 'destroy', 'dev', '--confirm', 'dev']);
    await expect(get(url)).rejects.toThrow();
    expect((await project.ok(['status', '--json'])).json().services).toEqual([]);
  });
});
