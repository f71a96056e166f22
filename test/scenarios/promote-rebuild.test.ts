import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, type Project, projectOf } from '../support/project.ts';

const CONFIG = `version: 1
project: rebuild
services:
  site:
    path: site
    build: { command: 'mkdir -p dist && echo "$GREETING" > dist/index.html', output: dist, env: [GREETING] }
  docs:
    path: docs
environments:
  staging: { mode: staging, variables: { GREETING: hi } }
  production: { mode: production, protected: false, promote_from: [staging], variables: { GREETING: hello } }
`;

describe('promoting a service whose build sees another value', () => {
  let project: Project;
  const artifacts = async (env: string) => (await project.ok(['env', 'show', env, '--json'])).json().services;

  beforeAll(async () => {
    project = await projectOf({ 'deploy.config.yaml': CONFIG, 'site/readme.txt': 'site', 'docs/index.html': 'docs' });
    await project.ok(['deploy', '--env', 'staging', '--version-name', 'v1']);
  });
  afterAll(() => project.dispose());

  it('rebuilds it and says why, and takes the other one as it is', async () => {
    const report = (await project.ok(['env', 'promote', 'staging', 'production', '--json'])).json();
    expect((await get(report.urls.site)).text.trim()).toBe('hello');
    const [staging, production] = [await artifacts('staging'), await artifacts('production')];
    expect(production.docs.artifact).toBe(staging.docs.artifact);
    expect(production.site.artifact).not.toBe(staging.site.artifact);
  });

  it('records what it put together as a version of its own', async () => {
    const [staging, production] = [await artifacts('staging'), await artifacts('production')];
    const version = (await project.ok(['version', 'show', production.site.version_id, '--json'])).json();
    expect(version.services.site.artifact.digest).toBe(production.site.artifact);
    expect(version.services.docs.artifact.digest).toBe(staging.docs.artifact);
    expect((await project.ok(['version', 'show', 'v1', '--json'])).json().id).not.toBe(version.id);
  });

  it('has nothing to promote the second time', async () => {
    const again = await project.ok(['env', 'promote', 'staging', 'production', '--json']);
    expect(again.json().changed).toBe(false);
  });
});
