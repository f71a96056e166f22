import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerEngine, dockerUnavailable, type Engine } from '../support/docker/engine.ts';
import { engineCall, IMAGES } from '../support/docker/images.ts';
import { removeThings, thingsOf } from '../support/docker/things.ts';
import { appFiles } from '../support/driver-world.ts';
import { startLoad } from '../support/load.ts';
import { freePort } from '../support/loopback.ts';
import { get, type Outcome, type Project, projectOf } from '../support/project.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
const SECRET = 'Zq7dockerScenarioCanaryV4k';

describe.skipIf(dockerUnavailable)(`a project on the docker driver${reason}`, () => {
  let project: Project;
  let engine: Engine;
  let url: string;
  const name = `s${process.pid}`;
  const env = { GREETING_VALUE: SECRET };

  beforeAll(async () => {
    engine = await dockerEngine();
    const port = await freePort();
    const app = await appFiles('one');
    project = await projectOf({
      'deploy.config.yaml': config(engine, name, port),
      ...Object.fromEntries(Object.entries(app).map(([file, text]) => [`app/${file}`, text])),
      'app/Dockerfile': `FROM ${IMAGES.node}\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n`,
    });
    url = `http://${engine.address}:${port}`;
  });
  afterAll(async () => {
    await removeThings(engine, name);
    await project.dispose();
  });

  it('is deployed, with its secret and nowhere else', async () => {
    const outcome = await run(['deploy', '--json']);
    expect(outcome.json()).toMatchObject({ status: 'success', url });
    expect((await get(url)).text).toBe('one');
    expect((await get(`${url}/greeting`)).text).toBe(SECRET);
    expect(outcome.stdout + outcome.stderr).not.toContain(SECRET);
  });

  it('is left alone when nothing has changed', async () => {
    const before = await thingsOf(engine, name);
    const plan = (await run(['plan', '--json'])).json();
    expect(plan.operations).toEqual([]);
    await run(['deploy']);
    expect(await thingsOf(engine, name)).toEqual(before);
  });

  it('is not planned for a host that cannot run it', async () => {
    const text = await project.read('deploy.config.yaml');
    await project.edit('deploy.config.yaml', 'stop_timeout: 1s', 'platform: linux/s390x');
    const outcome = await project.run(['plan', '--json'], { env });
    expect(outcome.code).not.toBe(0);
    expect(outcome.json().findings).toMatchObject([
      { level: 'error', message: expect.stringContaining('is built for linux/s390x, and its host runs linux/') },
    ]);
    await project.write('deploy.config.yaml', text);
  });

  it('gives a canary its share, takes it back, and gives it everybody', async () => {
    await project.write('app/label.txt', 'two');
    await run(['deploy', '--canary', '10']);
    expect(await shareOf('two', 200)).toBeCloseTo(0.1, 2);
    await run(['canary', 'abort']);
    expect(await shareOf('two', 100)).toBe(0);
    await run(['deploy', '--canary', '50']);
    await run(['canary', 'promote']);
    expect(await shareOf('two', 100)).toBe(1);
  });

  it('takes a watched canary back by itself that fails a tenth, and leaves one that nobody asked to a person', async () => {
    const text = await project.read('deploy.config.yaml');
    const rollout = 'rollout: { strategy: canary, steps: [30], interval: 3s }';
    await project.write(
      'deploy.config.yaml',
      `${text.replace(/LOG_LEVEL: info/, 'LOG_LEVEL: info, FAIL_EACH: "10"')}    ${rollout}\n`,
    );
    const load = startLoad(url, 10);
    const taken = await project.run(['deploy', '--json'], { env });
    await load.stop();
    expect(taken.json()).toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      run_status: 'restored',
      reason: expect.stringMatching(/requests \(1\d(\.\d+)? %\) failed, of which 1 % may; of the release before 0 of/),
    });
    expect(taken.code).toBe(9);
    const held = (await run(['deploy', '--json'])).json();
    expect(held).toMatchObject({ run_status: 'held', held: expect.stringContaining('it got 0 requests') });
    await shareOf('two', 60);
    const { releases, baseline } = (await run(['canary', 'status', '--json'])).json();
    expect([releases, baseline]).toMatchObject([
      [{ percent: 30, requests: 18, errors: 1 }],
      [{ percent: 70, requests: 42 }],
    ]);
    await run(['canary', 'abort']);
    await project.write('deploy.config.yaml', text);
  }, 90_000);

  it('keeps no container that has no users, and goes back to a version by its image', async () => {
    const releases: { state: string; percent: number }[] = (await run(['status', '--json'])).json().services;
    const states = releases.map(({ state, percent }) => `${state} ${percent}`).sort();
    expect(states).toEqual(['running 100']);
    await run(['rollback', '--yes']);
    expect((await get(url)).text).toBe('one');
  });

  it('keeps its users when a new version is sick, and says what it said', async () => {
    await project.edit('deploy.config.yaml', 'LOG_LEVEL: info', 'LOG_LEVEL: info, EXIT_AT_START: "7"');
    const outcome = await project.run(['deploy', '--json'], { env });
    expect(outcome.code).toBe(9);
    expect(outcome.json()).toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      reason: expect.stringContaining('exit code 7'),
    });
    expect((await get(url)).text).toBe('one');
    await project.edit('deploy.config.yaml', ', EXIT_AT_START: "7"', '');
  });

  it('runs its release command in a container of its own first, and a failure of that changes nothing', async () => {
    const before = await thingsOf(engine, name);
    const command = (code: number) =>
      `release_command: node -e "console.log(process.env.LOG_LEVEL); process.exit(${code})"`;
    await project.edit('deploy.config.yaml', 'env: [GREETING]', `env: [GREETING]\n    ${command(3)}`);
    const failed = await project.run(['deploy', '--json'], { env });
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ code: 'COMMAND_FAILED', detail: ['info'], run_status: 'failed' });
    expect(await thingsOf(engine, name)).toEqual(before);
    expect((await get(url)).text).toBe('one');
    await project.edit('deploy.config.yaml', command(3), command(0));
    const { operations } = (await run(['deploy', '--json'])).json();
    expect(operations.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['job:app', 'deploy:app']));
    expect((await thingsOf(engine, name)).filter((thing) => thing.endsWith('-job'))).toEqual([]);
  });

  it('lets a one-off command see what is live', async () => {
    const script = 'echo $PORT; cat label.txt; test "$GREETING"';
    expect((await run(['exec', '--', 'sh', '-c', script])).stdout).toBe('8080\ntwo\n');
    expect((await thingsOf(engine, name)).filter((thing) => thing.endsWith('-exec'))).toEqual([]);
  });

  it('is finished by resume when it was killed in the middle of placing', async () => {
    await project.write('app/label.txt', 'three');
    const killed = await project.run(['deploy', '--events', 'ndjson'], {
      env: { ...env },
      onStart: (child) =>
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('health check 1')) child.kill('SIGKILL');
        }),
    });
    expect(killed.code).toBeNull();
    await run(['resume', '--yes']);
    expect((await get(url)).text).toBe('three');
    const containers = (await thingsOf(engine, name)).filter((thing) => thing.startsWith('container'));
    expect(containers).toEqual([expect.stringContaining(`${name}-dev-app-`), `container ${name}-proxy`]);
  });

  it('shows what its containers print', async () => {
    const { stdout } = await run(['logs', '--service', 'app']);
    expect(stdout).toContain('listening three');
  });

  it('is found sound by doctor', async () => {
    await run(['doctor']);
  });

  it('leaves nothing behind when it is destroyed', async () => {
    await run(['env', 'destroy', 'dev', '--confirm', 'dev']);
    expect(await thingsOf(engine, name)).toEqual([]);
    const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${name}`] }));
    expect((await engineCall(engine.socket, 'GET', `/images/json?filters=${filters}`)).body).toEqual([]);
  });

  async function run(args: readonly string[]): Promise<Outcome> {
    return project.ok(args, { env });
  }

  async function shareOf(label: string, requests: number): Promise<number> {
    const answers = [];
    for (let sent = 0; sent < requests; sent += 20)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => get(url)))));
    return answers.filter(({ text }) => text === label).length / requests;
  }
});

function config({ endpoint, address }: Engine, name: string, port: number): string {
  return `version: 1
project: ${name}
services:
  app:
    path: app
    driver: docker
    env: [GREETING]
    health: { path: /healthz, timeout: 20s, interval: 100ms, successes: 1 }
    docker:
      hosts: [{ engine: "${endpoint}", address: ${address} }]
      stop_timeout: 1s
      drain_timeout: 2s
      proxy: { name: ${name}, image: "${IMAGES.caddy}", http_port: ${port}, https_port: ${port + 1} }
environments:
  dev:
    mode: dev
    variables: { LOG_LEVEL: info }
    secrets: { GREETING: "env:GREETING_VALUE" }
`;
}
