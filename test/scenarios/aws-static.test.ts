import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Edge, startEdge } from '../support/aws/cloudfront/edge.ts';
import { hostsOf, makeDistribution, removeDistribution } from '../support/aws/cloudfront/state.ts';
import { aws, installAws } from '../support/aws/command-line.ts';
import { PrintedPolicy } from '../support/aws/printed-policy.ts';
import { type AwsServer, startAws } from '../support/aws/server.ts';
import { type Outcome, type Project, projectOf } from '../support/project.ts';

const [STAGING, PRODUCTION] = ['111111111111', '222222222222'] as const;

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${STAGING}:root` }, Action: 'sts:AssumeRole' }],
});

const CONFIG = `version: 1
project: shop
services:
  web:
    path: web
    driver: aws
    aws: { kind: static, account: "${STAGING}" }
    build: { command: node build.js, output: [dist] }
environments:
  staging: { mode: staging }
  production:
    mode: production
    protected: false
    services: { web: { aws: { account: "${PRODUCTION}", assume_role: "arn:aws:iam::${PRODUCTION}:role/deployer" } } }
`;

/** The command line looks names up where no test can answer. */
const HEALTH = '    health: { path: /index.html, timeout: 15m, interval: 5s, successes: 1 }\n';

/** A page, and a part of it whose name carries its digest. */
const BUILD = `const fs = require('node:fs');
const label = fs.readFileSync('label.txt', 'utf8').trim();
fs.mkdirSync('dist/assets', { recursive: true });
fs.writeFileSync('dist/index.html', label);
fs.writeFileSync('dist/404.html', 'nothing here');
fs.writeFileSync('dist/assets/app-' + Buffer.from(label).toString('hex').padEnd(8, '0') + 'a1.js', '// of ' + label);
fs.appendFileSync('../builds.txt', 'built\\n');
`;

describe('a site on AWS', () => {
  let project: Project;
  let server: AwsServer;
  let edge: Edge;
  let policy: PrintedPolicy;

  beforeAll(async () => {
    await installAws();
    server = await startAws({ looks: 0 });
    await aws(server, ['iam', 'create-role', '--role-name', 'deployer', '--assume-role-policy-document', TRUST], {
      account: PRODUCTION,
    });
    edge = await startEdge(server.world);
    project = await projectOf({ 'deploy.config.yaml': CONFIG, 'web/build.js': BUILD, 'web/label.txt': 'one' });
  });
  afterAll(async () => {
    await project.dispose();
    await edge.close();
    await server.close();
  });

  it('is refused before anything is made where the account is another one, or a right is missing', async () => {
    const wrong = await project.run(['plan', '--env', 'staging', '--json'], { env: server.environment(PRODUCTION) });
    expect(wrong.code).toBe(4);
    expect(wrong.json().findings).toMatchObject([{ code: 'GATE_REFUSED', fix: expect.stringContaining(STAGING) }]);
    const allow = server.deny('cloudformation:*');
    const denied = await project.run(['plan', '--env', 'staging', '--json'], { env: server.environment(STAGING) });
    allow();
    expect(denied.code).toBe(3);
    expect(denied.json().findings).toMatchObject([
      { code: 'INSUFFICIENT_PERMISSIONS', message: expect.stringContaining('cloudformation:') },
    ]);
    expect(server.requests.map(({ operation }) => operation)).not.toContain('CreateChangeSet');
    policy = new PrintedPolicy(server, 'static');
    await policy.holds(project, [STAGING, PRODUCTION]);
  });

  it('is deployed, and left alone when nothing has changed', async () => {
    await run(['deploy', '--env', 'staging', '--yes']);
    expect(await shown('staging')).toBe('one');
    const missing = await edge.ask(hostOf('staging'), '/no/such');
    expect([missing.status, missing.text, missing.headers['cache-control']]).toEqual([
      404,
      'nothing here',
      'public, max-age=0, must-revalidate',
    ]);
    const before = server.requests.length;
    expect((await run(['plan', '--env', 'staging', '--json'])).json().operations).toEqual([]);
    expect(server.requests.length - before).toBeLessThanOrEqual(8);
  });

  it('is promoted to another account with the same bytes, without a build', async () => {
    await run(['env', 'promote', 'staging', 'production', '--yes']);
    expect(await shown('production')).toBe('one');
    expect(readFileSync(project.path('builds.txt'), 'utf8')).toBe('built\n');
    expect(new Set(server.requests.map(({ account }) => account))).toEqual(new Set([STAGING, PRODUCTION]));
  });

  it('still has the parts of pages that were loaded before, and is brought back at once', async () => {
    await project.write('web/label.txt', 'two');
    await run(['deploy', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe('two');
    const part = await edge.ask(hostOf('production'), '/assets/app-6f6e6500a1.js');
    expect([part.text, part.headers['cache-control']]).toEqual(['// of one', 'public, max-age=31536000, immutable']);
    const before = server.requests.length;
    await run(['rollback', '--env', 'production', '--yes']);
    expect(await shown('production')).toBe('one');
    expect(server.requests.slice(before).filter(({ operation }) => operation === 'PutObject')).toEqual([]);
  });

  it('gives a canary its share, and everybody', async () => {
    await project.write('web/label.txt', 'three');
    await run(['deploy', '--env', 'production', '--yes', '--canary', '20']);
    expect(await seen()).toEqual(new Set(['one', 'three']));
    await run(['canary', 'promote', '--env', 'production', '--yes']);
    expect(await seen()).toEqual(new Set(['three']));
  });

  it('is what the example is, which has previews that live for their time', async () => {
    const example = await projectOf({});
    await cp(resolve(import.meta.dirname, '../../examples/aws-site'), example.folder, { recursive: true });
    await example.edit('deploy.config.yaml', HEALTH, '');
    await policy.holds(example, [STAGING]);
    const env = server.environment(STAGING);
    for (const words of ['deploy', 'env create pr-7 --from preview --ttl 1ms', 'deploy --env pr-7'])
      await example.ok(words.split(' '), { env });
    const texts = ['staging', 'pr-7'].map(async (one) => (await edge.ask(hostOf(one, 'aws-site'))).text);
    const shownThere = (await Promise.all(texts)).map((text) => /<h1>(.*)<\/h1>/.exec(text)?.[1]);
    expect(shownThere).toEqual(['Hello', 'Hello from a preview']);
    await example.ok(['env', 'prune', '--yes'], { env });
    expect((await edge.ask(hostOf('pr-7', 'aws-site'))).status).toBe(421);
    await example.ok(['env', 'destroy', 'staging', '--confirm', 'staging'], { env });
    await example.dispose();
    await policy.holds(project, [STAGING]);
  });

  it('stops where a distribution of others lacks its functions, which stay for its owner to set', async () => {
    const place = { world: server.world, account: STAGING, region: 'us-east-1' };
    const behaviour = { TargetOriginId: 'old', ViewerProtocolPolicy: 'redirect-to-https' };
    const origins = [{ Id: 'old', DomainName: 'old.example.com' }];
    const theirs = makeDistribution(
      place,
      { Enabled: true, Origins: origins, DefaultCacheBehavior: behaviour },
      new Map(),
    );
    const guest = `  guest: { mode: staging, services: { web: { aws: { distribution: ${theirs.id} } } } }`;
    await project.edit('deploy.config.yaml', 'environments:', `environments:\n${guest}`);
    const stopped = await project.run(['deploy', '--env', 'guest', '--yes'], { env: server.environment(STAGING) });
    expect([stopped.code, stopped.stderr]).toEqual([4, expect.stringContaining('only the stack shop-guest-web-')]);
    const stack = ['cloudformation', 'describe-stacks', '--query', 'Stacks[].StackName'];
    expect(await aws(server, stack, { account: STAGING })).toContainEqual(expect.stringContaining('shop-guest-web-'));
    await run(['env', 'destroy', 'guest', '--confirm', 'guest']);
    removeDistribution(place, theirs);
  });

  it('leaves nothing behind, and has written no key', async () => {
    for (const name of ['staging', 'production']) await run(['env', 'destroy', name, '--confirm', name]);
    for (const account of [STAGING, PRODUCTION]) {
      const ask = (...words: string[]) =>
        aws(server, [...words.slice(0, -1), '--query', words.at(-1) ?? ''], { account });
      const left = await Promise.all([
        ask('s3api', 'list-buckets', 'Buckets[].Name'),
        ask('cloudfront', 'list-distributions', 'DistributionList.Items[].Id'),
        ask('cloudfront', 'list-functions', 'FunctionList.Items[].Name'),
        ask('cloudfront', 'list-origin-access-controls', 'OriginAccessControlList.Items[].Id'),
        ask('cloudformation', 'describe-stacks', 'Stacks[].StackName'),
      ]);
      expect(left.map((found) => found ?? [])).toEqual([[], [], [], [], []]);
    }
    expect(server.rejected.filter((it) => !it.endsWith('does not exist'))).toEqual([]);
    expect(policy.unused()).toEqual(policy.inTrouble());
    const files = readdirSync(project.folder, { recursive: true, encoding: 'utf8' });
    const leaks = files
      .map((name) => join(project.folder, name))
      .filter((file) => statSync(file).isFile() && hasKey(readFileSync(file, 'latin1')));
    expect(leaks).toEqual([]);
  });

  async function run(args: readonly string[]): Promise<Outcome> {
    const outcome = await project.ok(args, { env: server.environment(STAGING) });
    expect(hasKey(outcome.stdout + outcome.stderr)).toBe(false);
    return outcome;
  }

  function hasKey(text: string): boolean {
    return [STAGING, PRODUCTION].some((one) => text.includes(server.world.credentials.of(one).secretAccessKey));
  }

  async function shown(environment: string): Promise<string> {
    return (await edge.ask(hostOf(environment))).text;
  }

  /** As CloudFront named it; nobody answers there any more once it is gone. */
  function hostOf(environment: string, name = 'shop'): string {
    const all = [...hostsOf({ world: server.world, account: '', region: '' })];
    const found = all.find(([, { config }]) => config.Comment === `${name}/${environment}/web`);
    return found?.[0] ?? 'gone.cloudfront.net';
  }

  async function seen(): Promise<ReadonlySet<string>> {
    const answers = Array.from({ length: 200 }, () => edge.ask(hostOf('production')));
    return new Set((await Promise.all(answers)).map(({ text }) => text));
  }
});
