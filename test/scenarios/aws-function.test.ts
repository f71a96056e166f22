import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aws, hasAws, installAws } from '../support/aws/command-line.ts';
import { type LambdaFront, startLambdaFront } from '../support/aws/lambda/front.ts';
import { functionsOf } from '../support/aws/lambda/state.ts';
import { PrintedPolicy } from '../support/aws/printed-policy.ts';
import { type AwsServer, startAws } from '../support/aws/server.ts';
import { type Outcome, type Project, projectOf } from '../support/project.ts';

const SECRET = 'Zq7lambdaScenarioCanaryV4k';
const [STAGING, PRODUCTION] = ['111111111111', '222222222222'] as const;

const CONFIG = `version: 1
project: shop
services:
  api:
    path: api
    driver: aws
    aws: { kind: function, handler: api.handler, memory: 512, time_limit: 5s }
    build: { command: node build.js, output: dist }
    env: [API_KEY]
environments:
  staging: { mode: staging, secrets: { API_KEY: "env:OUTER_KEY" }, services: { api: { aws: { account: "${STAGING}", profile: staging, region: eu-west-1 } } } }
  production:
    mode: production
    protected: false
    secrets: { API_KEY: "env:OUTER_KEY" }
    services: { api: { aws: { account: "${PRODUCTION}", profile: production, region: eu-central-1 } } }
  preview:
    mode: preview
    ttl: 72h
    secrets: { API_KEY: "env:OUTER_KEY" }
    services: { api: { aws: { profile: staging, region: eu-west-1 } } }
`;
/** The command line looks names up where no test can answer. */
const HEALTH = 'health: { path: /healthz, timeout: 60s, interval: 2s, successes: 1 }';
/** Between two requests of a user, ms. */
const PAUSE = 10;
/** Tells how often it ran. */
const BUILD = `const fs = require('node:fs');
fs.mkdirSync('dist', { recursive: true });
const label = fs.readFileSync('label.txt', 'utf8');
fs.writeFileSync('dist/api.mjs', \`let calls = 0;
export const handler = async () => {
  if ('\${label}' === 'bad' && ++calls % 2 === 0) throw new Error('every second call');
  return { statusCode: 200, body: '\${label} ' + process.env.API_KEY.length };
};\`);
fs.appendFileSync('../builds.txt', 'built\\n');
`;

if (hasAws()) await installAws();

describe('an API on Lambda', () => {
  let project: Project;
  let server: AwsServer;
  let front: LambdaFront;
  let policy: PrintedPolicy;
  let keys: string;
  const urls = new Map<string, string>();

  beforeAll(async () => {
    server = await startAws();
    front = await startLambdaFront(server.world, [STAGING, PRODUCTION]);
    keys = await mkdtemp(join(tmpdir(), 'aws-keys-'));
    await writeFile(join(keys, 'credentials'), [STAGING, PRODUCTION].map(profileOf).join('\n'), { mode: 0o600 });
    project = await projectOf({ 'deploy.config.yaml': CONFIG, 'api/build.js': BUILD, 'api/label.txt': 'one' });
  });
  afterAll(async () => {
    await Promise.all([project.dispose(), rm(keys, { recursive: true })]);
    await front.close();
    await server.close();
  });

  it('is refused before anything is made: wrong account, missing right, a name that is taken, no credentials', async () => {
    const plan = ['plan', '--env', 'staging', '--json'];
    await project.edit('deploy.config.yaml', STAGING, PRODUCTION);
    const wrong = await project.run(plan, { env: env() });
    await project.write('deploy.config.yaml', CONFIG);
    expect(wrong.code).toBe(4);
    expect(wrong.json().findings).toMatchObject([
      { code: 'GATE_REFUSED', message: expect.stringContaining(STAGING), fix: expect.stringContaining('AWS_PROFILE') },
    ]);
    for (const right of ['lambda:GetFunction', 'lambda:PublishVersion']) {
      const allow = server.deny(right, STAGING);
      const denied = await project.run(plan, { env: env() });
      allow();
      expect(denied.code).toBe(3);
      expect(denied.json().findings).toMatchObject([
        { code: 'INSUFFICIENT_PERMISSIONS', fix: expect.stringContaining('deployer aws policy') },
      ]);
    }
    const nobody = await project.run(plan, { env: { ...env(), AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' } });
    expect(nobody.code).toBe(3);
    expect(server.requests.filter(({ operation }) => !/^(?:Get|Simulate)/.test(operation))).toEqual([]);
    policy = new PrintedPolicy(server, 'function');
    await policy.holds(project, [STAGING, PRODUCTION]);
  });

  it('is deployed, goes on after its keys ended in the middle, and is left alone when nothing has changed', async () => {
    server.faults.next({ service: 'lambda', operation: 'PublishVersion', fault: 'expired' });
    const failed = await project.run(['deploy', '--env', 'staging'], { env: env() });
    expect(failed.code).toBe(3);
    expect(failed.stdout + failed.stderr).not.toContain(SECRET);
    await run(['resume', '--env', 'staging']);
    expect(await shown('staging')).toBe(`one ${SECRET.length}`);
    const before = server.requests.length;
    expect((await run(['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
    expect(server.requests.slice(before).every(({ operation }) => /^(?:Get|List)/.test(operation))).toBe(true);
  });

  it('is promoted to another account and region with the same bytes, without a build', async () => {
    const builds = readFileSync(project.path('builds.txt'), 'utf8');
    await run(['env', 'promote', 'staging', 'production', '--yes']);
    expect(await shown('production')).toBe(`one ${SECRET.length}`);
    expect(readFileSync(project.path('builds.txt'), 'utf8')).toBe(builds);
    expect(new Set(codes())).toHaveProperty('size', 1);
  });

  it('is brought back to the version before by its alias alone', async () => {
    await project.write('api/label.txt', 'two');
    await run(['deploy', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe(`two ${SECRET.length}`);
    const before = server.requests.length;
    await run(['rollback', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe(`one ${SECRET.length}`);
    const made = server.requests.slice(before).map(({ operation }) => operation);
    expect(made).not.toContain('UpdateFunctionCode');
    expect(made).not.toContain('PublishVersion');
  });

  it('gives a canary its share, and takes it back', async () => {
    await project.write('api/label.txt', 'three');
    await run(['deploy', '--env', 'production', '--yes', '--canary', '20']);
    expect(await seen()).toEqual({ one: 80, three: 20 });
    const { stdout } = await run(['canary', 'status', '--env', 'production', '--json']);
    expect([...stdout.matchAll(/"requests": ?(\d+)/g)].map(([, requests]) => requests).sort()).toEqual(['20', '80']);
    await run(['canary', 'abort', '--env', 'production', '--yes']);
    expect(await seen()).toEqual({ one: 100 });
  });

  it('is taken back by its figures when it is bad, and goes on when it is good', async () => {
    const rollout = 'rollout: { strategy: canary, steps: [50], interval: 500ms, min_requests: 5 }';
    await project.edit('deploy.config.yaml', 'protected: false', `protected: false\n    ${rollout}`);
    const deploy = ['deploy', '--env', 'production', '--yes', '--json'];
    const users = startUsers(() => shown('production'));
    await project.write('api/label.txt', 'bad');
    const bad = await project.run(deploy, { env: env() });
    expect(bad.code).toBe(9);
    expect(bad.stdout).toContain('of its canary');
    const allow = server.deny('cloudwatch:GetMetricData');
    await project.write('api/label.txt', 'three');
    const held = (await run(deploy)).json();
    expect(held.run_status).toBe('held');
    allow();
    await run(['canary', 'abort', '--env', 'production', '--yes']);
    expect((await run(deploy)).json()).toMatchObject({ run_status: 'succeeded', held: null });
    await users.stop();
    expect(await seen()).toEqual({ three: 100 });
  });

  it('has previews that live for their time', async () => {
    await run(['env', 'create', 'pr-7', '--from', 'preview', '--ttl', '1ms']);
    await run(['deploy', '--env', 'pr-7']);
    expect(await shown('pr-7')).toBe(`three ${SECRET.length}`);
    await run(['env', 'prune', '--yes']);
    expect(functionsIn(STAGING, 'eu-west-1')).toHaveLength(1);
  });

  it('is seen by status, logs and doctor', async () => {
    const { services } = (await run(['status', '--env', 'production', '--json'])).json();
    expect(services).toContainEqual(expect.objectContaining({ service: 'api', state: 'running', percent: 100 }));
    await run(['logs', '--env', 'production', '--service', 'api']);
    await run(['doctor', '--env', 'staging']);
    const drift = (await run(['env', 'drift', '--env', 'production', '--json'])).json();
    expect(drift).toMatchObject({ drift: false, services: [{ platform: 'told', state: 'same', unmanaged: [] }] });
  });

  it('is shown by the example, which is deployed, promoted and taken away', async () => {
    const example = await projectOf({});
    await cp(resolve(import.meta.dirname, '../../examples/aws-function'), example.folder, { recursive: true });
    await example.edit('deploy.config.yaml', HEALTH, '');
    await policy.holds(example, [STAGING]);
    const keysOf = { ...server.environment(STAGING), AWS_REGION: '' };
    await example.ok(['deploy'], { env: keysOf });
    await example.ok(['env', 'promote', 'staging', 'production', '--yes'], { env: keysOf });
    const { urls } = (await example.ok(['open', '--env', 'production', '--json'], { env: keysOf })).json();
    expect(JSON.parse(await asked(`${urls.api}/there`))).toMatchObject({ greeting: 'Hello' });
    for (const name of ['staging', 'production'])
      await example.ok(['env', 'destroy', name, '--confirm', name], { env: keysOf });
    expect(functionsIn(STAGING, 'eu-central-1')).toEqual([]);
    await example.dispose();
    await policy.holds(project, [STAGING]);
  });

  it('leaves nothing that the aws command line would find, and has written no secret and no key', async () => {
    await run(['env', 'destroy', 'staging', '--confirm', 'staging']);
    await run(['env', 'destroy', 'production', '--confirm', 'production']);
    expect(functionsIn(STAGING, 'eu-west-1')).toEqual([]);
    expect(await left(PRODUCTION, 'eu-central-1')).toEqual([]);
    expect(server.rejected).toEqual([]);
    expect(policy.unused()).toEqual(policy.inTrouble());
    const accounts = [STAGING, PRODUCTION].map((one) => server.environment(one));
    const secrets = [SECRET, ...accounts.map((one) => one['AWS_SECRET_ACCESS_KEY'] ?? '')];
    const leaks = readdirSync(project.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(project.folder, name))
      .filter((file) => statSync(file).isFile())
      .filter((file) => secrets.some((secret) => readFileSync(file, 'latin1').includes(secret)));
    expect(leaks).toEqual([]);
  });

  function env(): Record<string, string> {
    const { AWS_ENDPOINT_URL = '' } = server.environment();
    const files = { AWS_SHARED_CREDENTIALS_FILE: join(keys, 'credentials'), AWS_CONFIG_FILE: join(keys, 'config') };
    return { AWS_ENDPOINT_URL, AWS_EC2_METADATA_DISABLED: 'true', OUTER_KEY: SECRET, ...files };
  }

  function profileOf(account: string): string {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = server.environment(account);
    return `[${account === STAGING ? 'staging' : 'production'}]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`;
  }

  async function run(args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: env() });
    expect(outcome.stdout + outcome.stderr).not.toContain(SECRET);
    return outcome;
  }

  async function shown(name: string): Promise<string> {
    return asked(await urlOf(name));
  }

  /** Users keep the address that they were told first. */
  async function urlOf(name: string): Promise<string> {
    const url = urls.get(name) ?? (await run(['open', '--env', name, '--json'])).json().urls.api;
    urls.set(name, url);
    return url;
  }

  /** What a user of the address reads. */
  function asked(url: string): Promise<string> {
    const headers = { host: new URL(url).host };
    return new Promise((resolve, reject) => {
      const asking = request(front.url, { headers }, async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part as Buffer);
        resolve(Buffer.concat(parts).toString());
      });
      asking.on('error', reject).end();
    });
  }

  /** Somebody asks all the time. */
  function startUsers(ask: () => Promise<string>) {
    let wanted = true;
    const asking = (async () => {
      while (wanted) await Promise.all([ask().catch(() => undefined), pause(PAUSE)]);
    })();
    return {
      stop: () => {
        wanted = false;
        return asking;
      },
    };
  }

  /** Of a hundred users. */
  async function seen(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let user = 0; user < 100; user++) {
      const [label = ''] = (await shown('production')).split(' ');
      counts[label] = (counts[label] ?? 0) + 1;
    }
    return counts;
  }

  function codes(): readonly string[] {
    const uploading = /^(?:CreateFunction|UpdateFunctionCode)$/;
    const uploads = server.requests.filter(({ operation }) => uploading.test(operation));
    return uploads.map(({ input }) => Buffer.from(input.ZipFile ?? input.Code.ZipFile).toString('base64'));
  }

  function functionsIn(account: string, region: string): readonly string[] {
    return [...functionsOf({ world: server.world, account, region }).keys()];
  }

  async function left(account: string, region: string): Promise<readonly string[]> {
    const ask = (args: readonly string[]): Promise<readonly string[]> => aws(server, args, { account, region });
    const lists = await Promise.all([
      ask(['lambda', 'list-functions', '--query', 'Functions[].FunctionName']),
      ask(['iam', 'list-roles', '--query', 'Roles[].RoleName']),
      ask(['logs', 'describe-log-groups', '--query', 'logGroups[].logGroupName']),
    ]);
    return lists.flat();
  }
});
