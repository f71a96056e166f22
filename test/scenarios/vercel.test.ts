import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, type Project, projectOf } from '../support/project.ts';
import { Front } from '../support/vercel/front.ts';
import { page } from '../support/vercel/site.ts';

const SECRET = 'Zq7vercelScenarioCanaryV4k';
const TOKEN = 'Zq7vercelTokenCanaryK9w';
const PRODUCTION = 'shop-web.vercel.app';
const STAGING = 'shop-web-staging.vercel.app';

const CONFIG = `version: 1
project: shop
services:
  api:
    path: api
    driver: local
    start: node server.js
    health: { path: /healthz, timeout: 2s, interval: 50ms, successes: 1 }
  web:
    path: web
    driver: vercel
    vercel: { rolling_releases: true }
    build: { command: node build.js, output: dist }
    env: [API_KEY]
    after: [api]
environments:
  staging: { mode: staging, secrets: { API_KEY: "env:OUTER_KEY" } }
  production: { mode: production, protected: false, secrets: { API_KEY: "env:OUTER_KEY" } }
  preview: { mode: preview, ttl: 72h, secrets: { API_KEY: "env:OUTER_KEY" } }
`;

/** Well when it is placed, and never again when it is to fail. */
const API = `const version = require('node:fs').readFileSync(__dirname + '/version.txt', 'utf8');
let asked = 0;
const server = require('node:http').createServer((request, response) => {
  const sick = request.url === '/healthz' && version === 'sick' && ++asked > 1;
  response.writeHead(sick ? 503 : 200).end(version);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('the example', () => {
  it('is deployed with a greeting of its own in each environment', async () => {
    const folder = resolve(import.meta.dirname, '../../examples/vercel-site');
    const [front, project] = await Promise.all([Front.start(), projectOf({})]);
    await cp(folder, project.folder, { recursive: true });
    // The command line looks names up where no test can answer.
    await project.edit(
      'deploy.config.yaml',
      '    health: { path: /index.html, timeout: 60s, interval: 2s, successes: 1 }\n',
      '',
    );
    front.tokens.add(TOKEN);
    const env = { VERCEL_TOKEN: TOKEN, VERCEL_API_URL: front.url };
    await project.ok(['deploy'], { env });
    await project.ok(['deploy', '--env', 'production', '--yes'], { env });
    const shown = (host: string) => page(front, host, '/', undefined).body.toString();
    expect(shown('vercel-site-web-staging.vercel.app')).toContain('<h1>Hello from staging</h1>');
    expect(shown('vercel-site-web.vercel.app')).toContain('<h1>Hello</h1>');
    await Promise.all([front.close(), project.dispose()]);
  });
});

describe('a front end on Vercel and an API on this machine', () => {
  let project: Project;
  let front: Front;

  beforeAll(async () => {
    front = await Front.start();
    front.tokens.add(TOKEN);
    project = await projectOf({
      'deploy.config.yaml': CONFIG,
      'api/server.js': API,
      'api/version.txt': 'one',
      'web/build.js': `const fs = require('node:fs');
fs.mkdirSync('dist', { recursive: true });
fs.copyFileSync('label.txt', 'dist/index.html');
fs.writeFileSync('dist/environment.json', JSON.stringify(process.env));
`,
      'web/label.txt': 'one',
    });
  });
  afterAll(async () => {
    await project.dispose();
    await front.close();
  });

  it('is refused before anything is touched when the token is wrong', async () => {
    const refused = await project.run(['plan', '--env', 'staging', '--json'], {
      env: { ...env(), VERCEL_TOKEN: 'wrong' },
    });
    expect(refused.code).toBe(3);
    expect(refused.json().findings).toMatchObject([
      { code: 'AUTH_FAILED', fix: expect.stringContaining('VERCEL_TOKEN') },
    ]);
    expect(await front.things()).toEqual([]);
  });

  it.each([
    ['the token may not do it', 3, 'INSUFFICIENT_PERMISSIONS'],
    ['the name belongs to something else', 4, 'PROJECT_NAME_TAKEN'],
  ])('is refused before anything is touched when %s', async (_, code, meaning) => {
    const error = { code: 'forbidden', message: `Not authorized: ${TOKEN}` };
    if (code === 3) front.faults.push({ of: 'GET /v9/projects/*', trouble: { status: 403, error } });
    if (meaning === 'PROJECT_NAME_TAKEN') await front.emulator.ask('POST', '/v11/projects', { name: 'shop-web' });
    const before = front.requests.length;
    const refused = await project.run(['plan', '--env', 'staging', '--json'], { env: env() });
    expect(refused.code).toBe(code);
    expect(refused.json().findings).toContainEqual(expect.objectContaining({ code: meaning, fix: expect.anything() }));
    expect(hasSecret(refused.stdout + refused.stderr)).toBe(false);
    expect(front.requests.slice(before).every((line) => line.startsWith('GET '))).toBe(true);
    front.faults.splice(0);
    await front.emulator.ask('DELETE', '/v9/projects/shop-web');
  });

  it('is deployed by one plan, with stable names, and left alone when nothing has changed', async () => {
    const outcome = await run(['deploy', '--env', 'staging', '--json']);
    expect(outcome.json().urls).toMatchObject({ web: `https://${STAGING}` });
    expect(shown(STAGING)).toBe('one');
    const before = front.requests.length;
    expect((await run(['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
    expect(front.requests.length - before).toBeLessThanOrEqual(6);
    expect(front.requests.slice(before).every((line) => line.startsWith('GET '))).toBe(true);
  });

  it('is promoted to the other side of the project with the same bytes', async () => {
    const uploads = front.requests.filter((line) => line === 'POST /v2/files').length;
    await run(['env', 'promote', 'staging', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('one');
    expect(front.requests.filter((line) => line === 'POST /v2/files').length).toBe(uploads);
  });

  it('stays as it is when an upload is refused, whatever the refusal repeats, and goes on when it is not', async () => {
    await project.write('web/label.txt', 'refused');
    const error = { code: 'forbidden', message: `Not authorized: ${TOKEN} ${SECRET}` };
    front.faults.push({ of: 'POST /v2/files', trouble: { status: 403, error } });
    const failed = await project.run(['deploy', '--env', 'staging', '--json'], { env: env() });
    front.faults.splice(0);
    expect(failed.code).toBe(3);
    expect(failed.stdout).toMatch(/index\.html could not be uploaded to Vercel \(status 403\)/);
    expect(hasSecret(failed.stdout + failed.stderr)).toBe(false);
    expect(shown(STAGING)).toBe('one');
    await run(['resume', failed.json().run_id, '--yes']);
    expect(shown(STAGING)).toBe('refused');
  });

  it('is brought back to the version before, at once and by what is there', async () => {
    await project.write('web/label.txt', 'two');
    await run(['deploy', '--env', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('two');
    const before = [...front.deployments.keys()];
    await run(['rollback', '--env', 'production', '--yes']);
    expect(shown(PRODUCTION)).toBe('one');
    expect([...front.deployments.keys()]).toEqual(before);
    expect(front.requests.filter((line) => line.includes('/rollback/')).length).toBe(1);
  });

  it('is switched back when the API turns out to be sick after the switch', async () => {
    const before = [...front.deployments.keys()];
    await project.write('api/version.txt', 'sick');
    await project.write('web/label.txt', 'three');
    const asked = front.requests.length;
    const failed = await project.run(['deploy', '--env', 'production', '--yes', '--json'], { env: env() });
    expect(failed.code).toBe(9);
    expect(hasSecret(failed.stdout + failed.stderr)).toBe(false);
    expect(front.requests.slice(asked).filter((line) => line.includes('/promote/')).length).toBe(2);
    expect(shown(PRODUCTION)).toBe('one');
    expect([...front.deployments.keys()]).toEqual(before);
    await project.write('api/version.txt', 'well');
  });

  it('gives a canary its share, takes it back, and gives it everybody', async () => {
    const canary = ['deploy', '--env', 'production', '--yes', '--canary', '20'];
    await run(canary);
    expect(shares()).toEqual({ one: 80, three: 20 });
    await run(['canary', 'abort', '--env', 'production', '--yes']);
    expect(shares()).toEqual({ one: 100 });
    await run(canary);
    await run(['canary', 'promote', '--env', 'production', '--yes']);
    expect(shares()).toEqual({ three: 100 });
    const before = front.requests.length;
    const refused = await project.run(['plan', '--env', 'staging', '--canary', '20', '--json'], { env: env() });
    expect(refused.code).toBe(4);
    expect(front.requests.slice(before).every((line) => line.startsWith('GET '))).toBe(true);
    expect(refused.json().findings).toContainEqual(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('has previews that live for their time', async () => {
    await run(['env', 'create', 'pr-7', '--from', 'preview', '--ttl', '1ms']);
    await run(['deploy', '--env', 'pr-7']);
    expect(shown('shop-web-pr-7.vercel.app')).toBe('three');
    await run(['env', 'prune', '--yes']);
    expect(shown('shop-web-pr-7.vercel.app')).toBe('DEPLOYMENT_NOT_FOUND');
  });

  it('is seen by status, open, logs and doctor', async () => {
    const { services } = (await run(['status', '--env', 'production', '--json'])).json();
    expect(services).toContainEqual(expect.objectContaining({ service: 'web', state: 'running', percent: 100 }));
    const { urls } = (await run(['open', '--env', 'production', '--json'])).json();
    expect(urls).toMatchObject({ web: `https://${PRODUCTION}` });
    expect((await run(['logs', '--env', 'production', '--service', 'web'])).stdout).toContain('Build completed');
    await run(['doctor']);
  });

  it('leaves nothing behind, and has written neither token nor secret', async () => {
    for (const name of ['staging', 'production']) await run(['env', 'destroy', name, '--confirm', name]);
    expect(await front.things()).toEqual([]);
    expect(front.unknown).toEqual([]);
    const files = readdirSync(project.folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(project.folder, name),
    );
    const found = files.filter((file) => statSync(file).isFile() && hasSecret(readFileSync(file, 'latin1')));
    expect(found).toEqual([]);
    expect([...front.blobs.values()].filter((bytes) => hasSecret(bytes.toString('latin1')))).toEqual([]);
  });

  function env(): Record<string, string> {
    return { VERCEL_TOKEN: TOKEN, VERCEL_API_URL: front.url, OUTER_KEY: SECRET };
  }

  async function run(args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: env() });
    expect(hasSecret(outcome.stdout + outcome.stderr)).toBe(false);
    return outcome;
  }

  function shares(): Record<string, number> {
    const seen: Record<string, number> = {};
    for (let asked = 0; asked < 100; asked++) {
      const text = shown(PRODUCTION);
      seen[text] = (seen[text] ?? 0) + 1;
    }
    return seen;
  }

  function shown(host: string): string {
    return page(front, host, '/', undefined).body.toString();
  }
});

function hasSecret(text: string): boolean {
  return text.includes(SECRET) || text.includes(TOKEN);
}
