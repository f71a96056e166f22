import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { request } from 'node:http';
import { join, resolve as resolvePath } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aws, installAws } from '../support/aws/command-line.ts';
import { networkOf } from '../support/aws/ec2/state.ts';
import { ecsOf } from '../support/aws/ecs/state.ts';
import { rolesOf } from '../support/aws/iam/state.ts';
import { PrintedPolicy } from '../support/aws/printed-policy.ts';
import { type ContainerAws, DOCKERFILE, startContainerAws } from '../support/aws-container-world.ts';
import { dockerEngine, hostsUnavailable } from '../support/docker/engine.ts';
import { appFiles } from '../support/driver-world.ts';
import { type Outcome, type Project, projectOf } from '../support/project.ts';

const SECRET = 'Zq7awsScenarioCanaryV4k';
const [FIRST, SECOND] = ['111111111111', '222222222222'] as const;

const HEALTH = '    health: { path: /healthz, timeout: 5m, interval: 5s }\n';

const configOf = (engine: string) => `version: 1
project: shop
services:
  api:
    path: api
    driver: aws
    release_command: cat label.txt
    env: [GREETING]
    aws: { kind: container, builder: "${engine}", account: "${FIRST}", readers: ["${SECOND}"] }
environments:
  staging: { mode: staging, secrets: { GREETING: "env:OUTER_KEY" } }
  production:
    mode: production
    protected: false
    secrets: { GREETING: "env:OUTER_KEY" }
    services: { api: { aws: { account: "${SECOND}", readers: [] } } }
  preview: { mode: preview, ttl: 72h, secrets: { GREETING: "env:OUTER_KEY" } }
`;

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';

describe.skipIf(hostsUnavailable)(`a service on Fargate${reason}`, { timeout: 240_000 }, () => {
  let cloud: ContainerAws;
  let engine: string;
  let project: Project;
  let policy: PrintedPolicy;
  const hosts = new Map<string, string>();

  beforeAll(async () => {
    const [started, { endpoint }] = await Promise.all([startContainerAws(), dockerEngine(), installAws()]);
    cloud = started;
    engine = endpoint;
    cloud.server.world.looks = 0;
    const files = { ...(await appFiles('one')), Dockerfile: DOCKERFILE };
    const below = Object.fromEntries(Object.entries(files).map(([name, text]) => [`api/${name}`, text]));
    project = await projectOf({ 'deploy.config.yaml': configOf(endpoint), ...below });
  }, 120_000);
  afterAll(async () => {
    await project.dispose();
    await cloud.close();
  });

  it('is refused before anything is made: wrong account, no network, missing rights, nobody to ask about costs', async () => {
    const wrong = await project.run(['plan', '--env', 'production', '--json'], { env: env(FIRST) });
    expect(wrong.code).toBe(4);
    expect(wrong.json().findings).toContainEqual(expect.objectContaining({ code: 'GATE_REFUSED' }));
    const allow = cloud.server.deny('ecs:CreateService');
    const denied = await project.run(['plan', '--env', 'staging', '--json'], { env: env(FIRST) });
    allow();
    expect(denied.code).toBe(3);
    expect(denied.json().findings[0].message).toContain('ecs:CreateService');
    const [vpc] = networkOf(at(FIRST)).vpcs;
    networkOf(at(FIRST)).vpcs = [];
    const nowhere = await project.run(['plan', '--env', 'staging', '--json'], { env: env(FIRST) });
    networkOf(at(FIRST)).vpcs = vpc ? [vpc] : [];
    expect(nowhere.code).not.toBe(0);
    expect(nowhere.json().findings).toContainEqual(expect.objectContaining({ path: 'services.api.aws.vpc' }));
    const asked = await project.run(['deploy', '--env', 'staging', '--json'], { env: env(FIRST) });
    expect(asked.json().code).toBe('CONFIRMATION_NEEDED');
    expect((await run(FIRST, ['plan', '--env', 'staging'])).stdout).toContain(
      'costs money while idle: a load balancer',
    );
    const changing = /^(?:Create|Put|Register|Run|Update|Execute)/;
    expect(cloud.server.requests.filter(({ operation }) => changing.test(operation))).toEqual([]);
    policy = new PrintedPolicy(cloud.server, 'container');
    await policy.holds(project, [FIRST, SECOND]);
  });

  it('is deployed with its release command, and left alone when nothing has changed', async () => {
    const { stdout, stderr } = await run(FIRST, ['deploy', '--env', 'staging', '--yes', '--verbose']);
    expect(stdout + stderr).toContain('one');
    expect(await shown(FIRST, 'staging')).toBe('one');
    expect(await shown(FIRST, 'staging', '/greeting')).toBe(SECRET);
    expect((await run(FIRST, ['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
  });

  it('is promoted to another account with the same bytes', async () => {
    await run(SECOND, ['env', 'promote', 'staging', 'production', '--yes']);
    expect(await shown(SECOND, 'production')).toBe('one');
    const [own, theirs] = [FIRST, SECOND].map((account) => imagesIn(account));
    expect(theirs).toEqual(own);
  });

  it('gives a canary its share, takes it back, gives it everybody, and goes back at once', async () => {
    await project.write('api/label.txt', 'two');
    await run(FIRST, ['deploy', '--env', 'staging', '--yes', '--canary', '20']);
    expect(await seen('staging')).toEqual(new Set(['one', 'two']));
    const counts = (await run(FIRST, ['canary', 'status', '--env', 'staging', '--json'])).json();
    expect(requestsIn(counts)).toBeGreaterThanOrEqual(50);
    const allow = cloud.server.deny('cloudwatch:GetMetricData');
    expect(requestsIn((await run(FIRST, ['canary', 'status', '--env', 'staging', '--json'])).json())).toBe(0);
    allow();
    await run(FIRST, ['canary', 'promote', '--env', 'staging', '--yes']);
    expect(await seen('staging')).toEqual(new Set(['two']));
    const before = [...ecsOf(at(FIRST)).definitions.values()].filter(({ family }) => !family.endsWith('-job')).length;
    await run(FIRST, ['rollback', '--env', 'staging', '--yes']);
    expect(await seen('staging')).toEqual(new Set(['one']));
    expect([...ecsOf(at(FIRST)).definitions.values()].filter(({ family }) => !family.endsWith('-job'))).toHaveLength(
      before,
    );
  });

  it('keeps a release away from users that does not come up, and says why', async () => {
    await project.write('api/label.txt', 'three');
    await project.edit('api/app.mjs', 'let asked = 0;', 'let asked = 0;\nconsole.log("no way");\nprocess.exit(7);');
    const failed = await project.run(['deploy', '--env', 'staging', '--yes'], { env: env(FIRST) });
    expect(failed.code).not.toBe(0);
    expect(failed.stderr + failed.stdout).toContain('exit code 7');
    expect(await seen('staging')).toEqual(new Set(['one']));
    await project.edit('api/app.mjs', '\nconsole.log("no way");\nprocess.exit(7);', '');
  });

  it('has previews of one task on spare capacity, which go when their time is over', async () => {
    await run(FIRST, ['env', 'create', 'pr-7', '--from', 'preview', '--ttl', '1ms']);
    await run(FIRST, ['deploy', '--env', 'pr-7', '--yes']);
    const [service] = [...ecsOf(at(FIRST)).services.values()].filter(({ serviceName }) => serviceName.includes('pr-7'));
    expect(service?.given).toMatchObject({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }] });
    expect(await shown(FIRST, 'pr-7')).toBe('three');
    await run(FIRST, ['env', 'prune', '--yes']);
  });

  it('runs the example', async () => {
    const example = await projectOf({});
    await cp(resolvePath(import.meta.dirname, '../../examples/aws-container'), example.folder, { recursive: true });
    await example.write('api/Dockerfile', DOCKERFILE.replace('app.mjs', 'server.js'));
    // The command line looks names up where no test can answer.
    await example.edit('deploy.config.yaml', HEALTH, '');
    await example.edit('deploy.config.yaml', 'port: 8080', `port: 8080, builder: "${engine}"`);
    await policy.holds(example, [FIRST]);
    const { urls } = (
      await example
        .ok(['deploy', '--yes'], { env: env(FIRST) })
        .then(() => example.ok(['open', '--json'], { env: env(FIRST) }))
    ).json();
    expect(await page(new URL(urls.api).host, '/')).toContain('<h1>Hello</h1>');
    await example.ok(['env', 'destroy', 'staging', '--confirm', 'staging'], { env: env(FIRST) });
    await example.dispose();
    await policy.holds(project, [FIRST]);
  });

  it('leaves nothing that the official command line finds, and has written no secret', async () => {
    await run(FIRST, ['env', 'destroy', 'staging', '--confirm', 'staging']);
    await run(SECOND, ['env', 'destroy', 'production', '--confirm', 'production']);
    for (const account of [FIRST, SECOND]) {
      const left = await aws(cloud.server, ['resourcegroupstaggingapi', 'get-resources'], { account });
      expect(left.ResourceTagMappingList).toEqual([]);
      expect([...rolesOf(at(account)).keys()]).toEqual([]);
    }
    const tasks = await aws(cloud.server, ['ecs', 'list-task-definitions', '--status', 'ACTIVE'], { account: FIRST });
    expect(tasks.taskDefinitionArns).toEqual([]);
    expect(cloud.server.rejected).toEqual([]);
    expect(policy.unused()).toEqual(policy.inTrouble());
    const files = readdirSync(project.folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(project.folder, name),
    );
    expect(files.filter((file) => statSync(file).isFile() && readFileSync(file, 'latin1').includes(SECRET))).toEqual(
      [],
    );
    const given = [...ecsOf(at(FIRST)).definitions.values()].map((it) => it.given);
    expect(JSON.stringify(given)).not.toContain(SECRET);
  });

  function at(account: string) {
    return { world: cloud.server.world, account, region: 'eu-west-1' };
  }

  function env(account: string): Record<string, string> {
    return { ...cloud.server.environment(account), OUTER_KEY: SECRET };
  }

  async function run(account: string, args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: env(account) });
    expect(outcome.stdout + outcome.stderr).not.toContain(SECRET);
    return outcome;
  }

  /** Digests that task definitions name. */
  function imagesIn(account: string): (string | undefined)[] {
    const all = [...ecsOf(at(account)).definitions.values()].map(({ given }) => given.containerDefinitions[0].image);
    return [...new Set(all.map((image: string) => image.split('@')[1]))];
  }

  async function shown(account: string, name: string, path = '/'): Promise<string> {
    return page(await hostOf(account, name), path);
  }

  /** Users keep the address that they were told first. */
  async function hostOf(account: string, name: string): Promise<string> {
    const host =
      hosts.get(name) ?? new URL((await run(account, ['open', '--env', name, '--json'])).json().urls.api).host;
    hosts.set(name, host);
    return host;
  }

  /** Of both sides together, as far as they were counted. */
  function requestsIn(document: object): number {
    const found = [...JSON.stringify(document).matchAll(/"requests":(\d+)/g)];
    return found.reduce((sum, [, number]) => sum + Number(number), 0);
  }

  async function seen(name: string): Promise<ReadonlySet<string>> {
    const host = await hostOf(FIRST, name);
    return new Set(await Promise.all(Array.from({ length: 50 }, () => page(host, '/'))));
  }

  function page(host: string, path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request(`${cloud.front}${path}`, { headers: { host } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve(text));
      });
      call.once('error', reject).end();
    });
  }
});
