import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerConfig, pageFolder } from '../support/docker/config.ts';
import { hostsUnavailable } from '../support/docker/engine.ts';
import { engineCall } from '../support/docker/images.ts';
import { proxyPort } from '../support/docker/ports.ts';
import { type SshHost, type SshHosts, sshHosts } from '../support/docker/ssh.ts';
import { removeThings, thingsOf } from '../support/docker/things.ts';
import { get, type Outcome, type Project, projectOf } from '../support/project.ts';

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';
/** All steps and signals take minutes: the short set has one of them. */
const every = process.env['DEPLOYER_LONG'] !== undefined;
const STEPS = ['build:app', 'deploy:app', 'traffic:app:100', 'health:app', 'cleanup:app'];
const SIGNALS = ['SIGKILL', 'SIGINT', 'SIGTERM'] as const;
const CUTS = STEPS.flatMap((step) =>
  SIGNALS.filter((signal) => every || (signal === 'SIGKILL' && step === 'deploy:app')).map((signal) => ({
    step,
    signal,
  })),
);

describe.skipIf(hostsUnavailable)(`a service on two hosts over ssh${reason}`, { timeout: 120_000 }, () => {
  let project: Project;
  let all: SshHosts;
  let hosts: readonly [SshHost, SshHost];
  let port: number;
  const name = `m${process.pid}`;

  beforeAll(async () => {
    all = await sshHosts();
    port = proxyPort();
    hosts = all.hosts as unknown as typeof hosts;
    project = await projectOf({
      'deploy.config.yaml': dockerConfig({ name, hosts, port, patience: '20s' }),
      ...pageFolder('zero'),
    });
  });
  afterAll(async () => {
    await Promise.all(hosts.map(({ engine }) => removeThings(engine, name)));
    await Promise.all([project.dispose(), all.end()]);
  });

  it('is built once, and answers on both', async () => {
    const { json } = await run(['deploy', '--json']);
    expect(json()).toMatchObject({ status: 'success', url: urlOf(hosts[0]) });
    expect(await answers()).toEqual(['zero', 'zero']);
  });

  it.each(CUTS)('ends as if undisturbed when $signal hits at $step', async ({ step, signal }) => {
    const label = `${step}-${signal}`;
    await cutAndResume(label, { step, signal });
    expect(await answers()).toEqual([label, label]);
    expect(await containers()).toEqual([1, 1]);
  });

  it.each(every ? CUTS : [])('ends so on one host too when $signal hits at $step', async ({ step, signal }) => {
    const both = await project.read('deploy.config.yaml');
    await project.write('deploy.config.yaml', dockerConfig({ name, hosts: [hosts[0]], port, patience: '20s' }));
    await run(['deploy']);
    const label = `one-${step}-${signal}`;
    await cutAndResume(label, { step, signal });
    expect((await get(urlOf(hosts[0]))).text).toBe(label);
    expect((await containers())[0]).toBe(1);
    await project.write('deploy.config.yaml', both);
    await run(['deploy']);
  });

  it('keeps its users on both when one goes away before they are moved, and tells what runs where', async () => {
    const [before] = await answers();
    await project.write('app/label.txt', 'lost');
    const failed = await cutOff('traffic:app:100', () => void hosts[1].leave());
    expect(failed.code).toBe(1);
    expect(await answers()).toEqual([before, before]);
    const { stdout } = await run(['status', '--json']);
    expect(stdout).toContain(`${hosts[1].endpoint} does not answer`);
    await hosts[1].comeBack();
    const resumed = await project.run(['resume', '--yes'], { env: all.environment });
    expect(resumed.stderr).toContain('runs in dev as before');
    expect(await answers()).toEqual([before, before]);
    expect(await containers()).toEqual([1, 1]);
    await run(['deploy']);
    expect(await answers()).toEqual(['lost', 'lost']);
    expect(await containers()).toEqual([1, 1]);
  });

  it('leaves a host that is no longer named', async () => {
    const text = await project.read('deploy.config.yaml');
    await project.write('deploy.config.yaml', dockerConfig({ name, hosts: [hosts[0]], port, patience: '20s' }));
    await run(['deploy']);
    expect((await get(urlOf(hosts[0]))).text).toBe('lost');
    expect(await thingsOf(hosts[1].engine, name)).toEqual([]);
    await project.write('deploy.config.yaml', text);
    await run(['deploy']);
    expect(await answers()).toEqual(['lost', 'lost']);
  });

  it('is forgotten although a host is gone for good', async () => {
    const [gone, kept] = hosts;
    await gone.leave();
    const { json } = await run(['env', 'destroy', 'dev', '--leave-unreachable', '--confirm', 'dev', '--json']);
    expect(json()).toMatchObject({
      warnings: [{ message: expect.stringContaining(`${gone.endpoint} does not answer`) }],
      left_behind: [{ service: 'app', places: [gone.endpoint] }],
    });
    expect((await run(['audit', '--json'])).stdout).toContain(`app on ${gone.endpoint}`);
    expect(await thingsOf(kept.engine, name)).toEqual([]);
    await gone.comeBack();
  });

  it('leaves nothing behind on any when it is destroyed, nor what was left on a host that is back', async () => {
    await run(['deploy']);
    await run(['env', 'destroy', 'dev', '--confirm', 'dev']);
    expect(await Promise.all(hosts.map(({ engine }) => thingsOf(engine, name)))).toEqual([[], []]);
  });

  function run(args: readonly string[]): Promise<Outcome> {
    return project.ok(args, { env: all.environment });
  }

  async function cutAndResume(label: string, { step, signal }: (typeof CUTS)[number]): Promise<void> {
    await project.write('app/label.txt', label);
    const cut = await cutOff(step, (child) => child.kill(signal));
    // A step that was over before the signal arrived leaves nothing to resume when it is the last.
    const ended = cut.code === 0 && step === STEPS.at(-1);
    if (!ended) expect(cut.code).toBe({ SIGKILL: null, SIGINT: 130, SIGTERM: 143 }[signal]);
    if (!ended) await run(['resume', '--yes']);
  }

  /** A deploy in which something happens as soon as a step has begun. */
  function cutOff(step: string, happens: (child: ChildProcess) => void): Promise<Outcome> {
    let begun = false;
    return project.run(['deploy', '--events', 'ndjson'], {
      env: all.environment,
      onStart: (child) =>
        child.stdout?.on('data', (chunk: Buffer) => {
          if (
            begun ||
            !chunk
              .toString()
              .split('\n')
              .some((line) => begins(line, step))
          )
            return;
          begun = true;
          happens(child);
        }),
    });
  }

  function urlOf({ address }: SshHost): string {
    return `http://${address}:${port}`;
  }

  function answers(): Promise<readonly string[]> {
    return Promise.all(hosts.map(async (host) => (await get(urlOf(host))).text));
  }

  /** Of the service, that run, on each host. */
  async function containers(): Promise<readonly number[]> {
    const filters = encodeURIComponent(JSON.stringify({ name: [`${name}-dev-app`] }));
    const found = await Promise.all(
      hosts.map(({ engine }) => engineCall(engine.socket, 'GET', `/containers/json?filters=${filters}`)),
    );
    return found.map(({ body }) => (body as unknown[]).length);
  }
});

function begins(line: string, step: string): boolean {
  return line.includes('"operation.started"') && line.includes(`"${step}"`);
}
