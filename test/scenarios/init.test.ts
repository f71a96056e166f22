import { readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { APP, get, type Project, projectOf } from '../support/project.ts';

describe('init', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('says that there is nothing to deploy in a folder without anything, and writes nothing', async () => {
    project = await projectOf({ 'notes.txt': 'later\n' });
    const { code, stderr } = await project.run(['init']);
    expect(code).toBe(6);
    expect(stderr).toMatch(/fix: .*deployer schema config/);
    expect(stderr).toContain('nothing to deploy');
    expect(await readdir(project.folder)).toEqual(['notes.txt']);
  });

  it('writes for a project with a database what validates, and deploys once its variable is set', async () => {
    project = await projectOf({
      'package.json': '{"name":"shop","scripts":{"start":"node server.js"}}',
      'server.js': APP,
      'version.txt': 'one',
      'health.txt': 'ok',
      'migrations/0001_notes.sql': 'CREATE TABLE notes (id INTEGER);\n',
      '.env.example': 'DATABASE_URL=\nGREETING=\n',
    });
    expect((await project.ok(['init'])).stdout).toContain('set DATABASE_URL and GREETING, then deployer validate');
    await project.ok(['validate']);
    const unset = await project.run(['deploy']);
    expect(unset.stderr).toContain('env:DATABASE_URL is not set');
    const env = { DATABASE_URL: 'sqlite:dev.db', GREETING: 'hello there' };
    const { url } = (await project.ok(['deploy', '--json'], { env })).json();
    expect(JSON.parse((await get(`${url}/env`)).text).greeting).toBe('hello there');
  });

  it.each([
    ['a static site', { 'index.html': '<p>hello</p>' }],
    ['migrations alone', { 'db/migrations/0001_a.sql': 'CREATE TABLE a (id INTEGER);' }],
    ['a Go program', { 'go.mod': 'module a', 'main.go': 'package main' }],
  ])('writes for %s what validates', async (_, files) => {
    project = await projectOf(files);
    await project.ok(['init']);
    await project.ok(['validate']);
  });

  it('writes for Docker a config and Dockerfiles, and what was there stays', async () => {
    project = await projectOf({
      'api/package.json': '{"scripts":{"start":"node server.js","build":"tsc"},"dependencies":{"koa":"3"}}',
      'web/index.html': '<p>hello</p>',
      'web/Dockerfile': 'FROM mine',
    });
    const { written } = (await project.ok(['init', '--dockerfile', '--json'])).json();
    expect(written).toEqual([
      { service: 'api', path: 'api/Dockerfile' },
      { service: 'api', path: 'api/.dockerignore' },
    ]);
    expect(await project.read('web/Dockerfile')).toBe('FROM mine');
    expect(await project.read('deploy.config.yaml')).not.toContain('npm run build');
    await project.ok(['validate']);
  });

  it('writes a Dockerfile beside a config that is there, and says which command it stands for', async () => {
    project = await projectOf({
      'package.json': '{"scripts":{"start":"node server.js"},"dependencies":{"koa":"3"}}',
      'deploy.config.yaml': `version: 1
project: shop
services: { api: { path: ., driver: docker, build: { command: npm install } } }
environments: { dev: { mode: dev } }
`,
    });
    const config = await project.read('deploy.config.yaml');
    expect((await project.ok(['init', '--dockerfile'])).stdout).toContain('take services.api.build.command out');
    expect(await project.read('Dockerfile')).toContain('CMD ["node", "server.js"]');
    expect(await project.read('deploy.config.yaml')).toBe(config);
    const again = await project.run(['init', '--dockerfile']);
    expect(again).toMatchObject({ code: 6, stderr: expect.stringContaining('No Dockerfile was written') });
  });
});
