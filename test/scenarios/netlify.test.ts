import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT } from '../support/netlify/platform.ts';
import { NetlifyServer } from '../support/netlify/server.ts';
import { type Outcome, type Project, projectOf } from '../support/project.ts';
import { Front } from '../support/vercel/front.ts';
import { page } from '../support/vercel/site.ts';

const SECRET = 'Zq7netlifyScenarioCanaryV4k';
const TOKEN = 'Zq7netlifyTokenCanaryK9w';
const PRODUCTION = 'shop-web.netlify.app';
const STAGING = 'shop-web-staging.netlify.app';

const CONFIG = `version: 1
project: shop
services:
  web:
    path: web
    driver: netlify
    netlify: { content: prebuilt, split_testing: true }
    build: { command: node build.js, output: [dist, .netlify/functions] }
    env: [API_KEY]
environments:
  staging:
    mode: staging
    secrets: { API_KEY: "env:OUTER_KEY" }
    services: { web: { netlify: { site: shop-web-staging, target: production, split_testing: false } } }
  production: { mode: production, protected: false, secrets: { API_KEY: "env:OUTER_KEY" } }
  preview: { mode: preview, ttl: 72h, secrets: { API_KEY: "env:OUTER_KEY" } }
`;

/** Leaves what \`netlify build\` does, and tells how often it ran and what it was given. */
const BUILD = `const fs = require('node:fs');
for (const folder of ['dist', '.netlify/functions']) fs.mkdirSync(folder, { recursive: true });
fs.copyFileSync('label.txt', 'dist/index.html');
fs.writeFileSync('.netlify/functions/key.zip', 'a packed function');
fs.appendFileSync('../builds.txt', JSON.stringify(process.env) + '\\n');
`;

/** The command line looks names up where no test can answer. */
const HEALTH = '    health: { path: /index.html, timeout: 60s, interval: 2s, successes: 1 }\n';

describe('the examples', () => {
  it('with pages on Netlify and an app on Vercel are deployed by one plan, or not at all', async () => {
    const folder = resolve(import.meta.dirname, '../../examples/two-platforms');
    const [server, front, project] = await Promise.all([started(), Front.start(), projectOf({})]);
    await cp(folder, project.folder, { recursive: true });
    for (const _ of ['pages', 'app']) await project.edit('deploy.config.yaml', HEALTH, '');
    const env = { ...envOf(server), VERCEL_TOKEN: 'goodtoken', VERCEL_API_URL: front.url };
    await project.ok(['deploy'], { env });
    const host = 'my-two-platforms-staging.netlify.app';
    expect(server.page(host)).toContain('<h1>What the app is for</h1>');
    expect(page(front, 'two-platforms-app-staging.vercel.app', '/', undefined).body.toString()).toContain(host);

    await project.edit('pages/build.js', 'What the app is for', 'Another thing');
    await project.edit('app/build.js', '<h1>The app</h1>', '<h1>Another app</h1>');
    const before = server.platform.things();
    front.faults.push({ of: 'POST /v2/deployments/*/aliases', trouble: { status: 410 }, times: 1 });
    const failed = await project.run(['deploy'], { env });
    expect(failed.code).not.toBe(0);
    expect(server.page(host)).toContain('<h1>What the app is for</h1>');
    expect(server.platform.things()).toEqual(before);
    await project.ok(['env', 'destroy', 'staging', '--confirm', 'staging'], { env });
    expect([...server.platform.things(), ...(await front.things())]).toEqual([]);
    await Promise.all([server.close(), front.close(), project.dispose()]);
  });

  it('with a page are deployed to staging, promoted to the other site, and previewed', async () => {
    const folder = resolve(import.meta.dirname, '../../examples/netlify-site');
    const [server, project] = await Promise.all([started(), projectOf({})]);
    await cp(folder, project.folder, { recursive: true });
    await project.edit('deploy.config.yaml', HEALTH, '');
    const env = envOf(server);
    await project.ok(['deploy'], { env });
    await project.ok(['env', 'promote', 'staging', 'production', '--yes'], { env });
    await project.ok(['env', 'create', 'pr-7', '--from', 'preview'], { env });
    await project.ok(['deploy', '--env', 'pr-7'], { env });
    const shown = ['my-netlify-site-staging', 'my-netlify-site', 'pr-7--my-netlify-site'].map(
      (name) => /<h1>(.*)<\/h1>/.exec(server.page(`${name}.netlify.app`))?.[1],
    );
    expect(shown).toEqual(['Hello', 'Hello', 'Hello from a preview']);
    for (const name of ['pr-7', 'production', 'staging'])
      await project.ok(['env', 'destroy', name, '--confirm', name], { env });
    expect(server.platform.things()).toEqual([]);
    expect(server.violations).toEqual([]);
    await Promise.all([server.close(), project.dispose()]);
  });
});

describe('a front end on Netlify', () => {
  let project: Project;
  let server: NetlifyServer;

  beforeAll(async () => {
    server = await started();
    project = await projectOf({ 'deploy.config.yaml': CONFIG, 'web/build.js': BUILD, 'web/label.txt': 'one' });
  });
  afterAll(async () => {
    await project.dispose();
    await server.close();
  });

  it('is refused before anything is touched when the token is wrong, or the name is taken', async () => {
    const wrong = { ...env(), NETLIFY_AUTH_TOKEN: 'wrong' };
    const refused = await project.run(['plan', '--env', 'staging', '--json'], { env: wrong });
    expect(refused.code).toBe(3);
    expect(refused.json().findings).toMatchObject([
      { code: 'AUTH_FAILED', fix: expect.stringContaining('NETLIFY_AUTH_TOKEN') },
    ]);
    const theirs = server.platform.addSite('shop-web');
    theirs.customDomain = 'www.theirs.test';
    const taken = await project.run(['plan', '--env', 'production', '--json'], { env: env() });
    expect(taken.code).toBe(4);
    expect(taken.json().findings).toContainEqual(expect.objectContaining({ code: 'PROJECT_NAME_TAKEN' }));
    server.platform.sites.delete(theirs.id);
    expect(server.requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('is deployed, goes on after its token was revoked in the middle, and is left alone when nothing has changed', async () => {
    const error = { code: 401, message: `Not with ${TOKEN}` };
    server.faults.push({ of: 'PUT /deploys/*/files/*', trouble: { status: 401, error }, times: 1 });
    const failed = await project.run(['deploy', '--env', 'staging'], { env: env() });
    expect(failed.code).toBe(3);
    expect(hasSecret(failed.stdout + failed.stderr)).toBe(false);
    await run(['resume', '--env', 'staging']);
    expect(shown(STAGING)).toBe('one');
    const before = server.requests.length;
    expect((await run(['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
    expect(server.requests.length - before).toBeLessThanOrEqual(6);
    expect(server.requests.slice(before).every((line) => line.startsWith('GET '))).toBe(true);
  });

  it('is promoted to a site of its own with the same bytes, without a build', async () => {
    const builds = buildCount();
    await run(['env', 'promote', 'staging', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('one');
    expect(buildCount()).toBe(builds);
    const asked = server.page(PRODUCTION, '/.netlify/functions/key');
    expect(JSON.parse(asked)).toEqual({ API_KEY: SECRET });
  });

  it('is brought back to the version before, at once and by what is there', async () => {
    await project.write('web/label.txt', 'two');
    await run(['deploy', '--env', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('two');
    const before = [...server.platform.deploys.keys()];
    await run(['rollback', '--env', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('one');
    expect([...server.platform.deploys.keys()]).toEqual(before);
  });

  it('gives a canary its share, takes it back, and gives it everybody', async () => {
    await project.write('web/label.txt', 'three');
    const canary = ['deploy', '--env', 'production', '--yes', '--canary', '20'];
    expect((await run(['plan', '--env', 'production', '--canary', '20'])).stdout).toContain('by a cookie');
    await run(canary);
    expect(seen()).toEqual(new Set(['one', 'three']));
    await run(['canary', 'abort', '--env', 'production', '--yes']);
    expect(seen()).toEqual(new Set(['one']));
    await run(canary);
    await run(['canary', 'promote', '--env', 'production', '--yes']);
    expect(seen()).toEqual(new Set(['three']));
    const refused = await project.run(['deploy', '--env', 'staging', '--yes', '--canary', '20', '--json'], {
      env: env(),
    });
    expect(refused.code).toBe(4);
    expect(refused.json().findings).toContainEqual(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('has previews that live for their time', async () => {
    await run(['env', 'create', 'pr-7', '--from', 'preview', '--ttl', '1ms']);
    await run(['deploy', '--env', 'pr-7']);
    await project.write('web/label.txt', 'four');
    await run(['deploy', '--env', 'pr-7']);
    expect(shown(`pr-7--${PRODUCTION}`)).toBe('four');
    expect(shown(PRODUCTION)).toBe('three');
    await run(['env', 'prune', '--yes']);
    expect(shown(`pr-7--${PRODUCTION}`)).toContain('Not Found');
  });

  it('is seen by status, open, logs and doctor', async () => {
    const { services } = (await run(['status', '--env', 'production', '--json'])).json();
    expect(services).toContainEqual(expect.objectContaining({ service: 'web', state: 'running', percent: 100 }));
    const { urls } = (await run(['open', '--env', 'production', '--json'])).json();
    expect(urls).toMatchObject({ web: `https://${PRODUCTION}` });
    expect((await run(['logs', '--env', 'production', '--service', 'web'])).stdout).toContain('key was asked for /');
    await run(['doctor']);
  });

  it('leaves nothing behind, and has written neither token nor secret', async () => {
    for (const name of ['staging', 'production']) await run(['env', 'destroy', name, '--confirm', name]);
    expect(server.platform.things()).toEqual([]);
    expect(server.violations).toEqual([]);
    const files = readdirSync(project.folder, { recursive: true, encoding: 'utf8' });
    const leaks = files
      .map((name) => join(project.folder, name))
      .filter((file) => statSync(file).isFile() && hasSecret(readFileSync(file, 'latin1')));
    expect(leaks).toEqual([]);
  });

  function env(): Record<string, string> {
    return { ...envOf(server), OUTER_KEY: SECRET };
  }

  async function run(args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: env() });
    expect(hasSecret(outcome.stdout + outcome.stderr)).toBe(false);
    return outcome;
  }

  function buildCount(): number {
    return readFileSync(project.path('builds.txt'), 'utf8').trim().split('\n').length;
  }

  function seen(): ReadonlySet<string> {
    return new Set(Array.from({ length: 200 }, () => shown(PRODUCTION)));
  }

  function shown(host: string): string {
    return server.page(host);
  }
});

async function started(): Promise<NetlifyServer> {
  const server = await NetlifyServer.start();
  server.platform.tokens.set(TOKEN, ACCOUNT);
  return server;
}

function envOf(server: NetlifyServer): Record<string, string> {
  return { NETLIFY_AUTH_TOKEN: TOKEN, NETLIFY_API_URL: server.url };
}

function hasSecret(text: string): boolean {
  return text.includes(SECRET) || text.includes(TOKEN);
}
