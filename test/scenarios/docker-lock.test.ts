import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFolder, dockerConfig } from '../support/docker/config.ts';
import { dockerEngine, dockerUnavailable, type Engine } from '../support/docker/engine.ts';
import { engineCall } from '../support/docker/images.ts';
import { proxyPort } from '../support/docker/ports.ts';
import { removeThings, thingsOf } from '../support/docker/things.ts';
import { get, type Outcome, type Project, projectOf } from '../support/project.ts';
import { until } from '../support/waiting.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
const SLOW = { START_DELAY: '60000' };

/** A deploy under way, and what it has said of its progress. */
interface Deploy {
  readonly ended: Promise<Outcome>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

describe.skipIf(dockerUnavailable)(`two operators with folders of their own and one docker host${reason}`, () => {
  let engine: Engine;
  let alice: Project;
  let bob: Project;
  let url: string;
  const name = `l${process.pid}`;

  beforeAll(async () => {
    engine = await dockerEngine();
    const port = proxyPort();
    const files = {
      'deploy.config.yaml': dockerConfig({ name, hosts: [engine], port, patience: '50s', environment: [QUICK_LINE] }),
      ...(await appFolder('one')),
    };
    [alice, bob] = await Promise.all([projectOf(files), projectOf(files)]);
    url = `http://${engine.address}:${port}`;
    await alice.ok(['deploy']);
  });
  afterAll(async () => {
    await removeThings(engine, name);
    await Promise.all([alice.dispose(), bob.dispose()]);
  });

  it('do not meet: the host lets one in, the other exits 7 and is told who it is and what to do', async () => {
    const holder = await deployingSlowly(alice);
    expect(await locks()).toHaveLength(1);
    const refused = await bob.run(['deploy', '--json']);
    expect(refused.code).toBe(7);
    const { id, who, host, started_at } = JSON.parse((await locks())[0] ?? '');
    expect(refused.json()).toMatchObject({
      code: 'STATE_LOCKED',
      reason: `dev on ${engine.endpoint} is locked by ${who} on ${host} since ${started_at} (deployer deploy)`,
    });
    expect(refused.stdout).toContain(`deployer state unlock ${id} --env dev`);
    expect((await bob.ok(['doctor', '--json'])).json().findings).toMatchObject([
      { code: 'STATE_LOCKED', message: expect.stringContaining(`locked on ${engine.endpoint} by ${who}`) },
    ]);
    expect((await bob.run(['state', 'unlock', 'lock_of_nobody', '--yes'])).code).toBe(6);
    holder.kill('SIGINT');
    await crashNewest();
    expect((await holder.ended).code).toBe(130);
    expect(await locks()).toEqual([]);
    await alice.ok(['rollback', '--yes']);
    expect((await get(url)).text).toBe('one');
  });

  it('leave no lock after a kill, once the run was ended', async () => {
    const killed = await deployingSlowly(alice);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await locks()).toHaveLength(1);
    const { stderr } = await alice.ok(['rollback', '--yes']);
    expect(stderr).toContain(`took over ${engine.endpoint} from deployer deploy of dev`);
    expect(await locks()).toEqual([]);
  });

  it('can free a lock by its id; its holder does nothing more', async () => {
    const holder = await deployingSlowly(alice);
    const { id } = JSON.parse((await locks())[0] ?? '');
    const freed = await bob.ok(['state', 'unlock', id, '--yes', '--json']);
    expect(freed.json()).toMatchObject({ status: 'success', id, environment: 'dev' });
    expect(await locks()).toEqual([]);
    await crashNewest();
    expect((await holder.ended).stderr).toContain(`does not hold the lock of dev on ${engine.endpoint} any more`);
    await alice.ok(['rollback', '--yes']);
    await alice.ok(['env', 'destroy', 'dev', '--confirm', 'dev']);
    expect(await thingsOf(engine, name)).toEqual([]);
  });

  /** A deploy of a version that takes a minute to become well, where its container has been started. */
  async function deployingSlowly(project: Project): Promise<Deploy> {
    await project.edit('deploy.config.yaml', QUICK_LINE, SLOW_LINE);
    let told = '';
    let kill: Deploy['kill'] = () => undefined;
    const ended = project.run(['deploy', '--events', 'ndjson'], {
      onStart(child) {
        child.stdout?.on('data', (chunk: Buffer) => {
          told += chunk;
        });
        kill = (signal) => void child.kill(signal);
      },
    });
    await until(() => told.includes('health check 1'));
    await project.edit('deploy.config.yaml', SLOW_LINE, QUICK_LINE);
    return { ended, kill };
  }

  /** So that the deploy ends before the minute is over. */
  async function crashNewest(): Promise<void> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${name}`, 'deployer.role=app'] }));
    const { body } = await engineCall(engine.socket, 'GET', `/containers/json?filters=${filters}`);
    const [newest] = (body as { Id: string; Created: number }[]).sort((one, other) => other.Created - one.Created);
    await engineCall(engine.socket, 'POST', `/containers/${newest?.Id}/kill`);
  }

  async function locks(): Promise<readonly string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${name}`, 'deployer.role=lock'] }));
    const { body } = await engineCall(engine.socket, 'GET', `/containers/json?all=1&filters=${filters}`);
    return (body as { Labels: Record<string, string> }[]).map(({ Labels }) => Labels['deployer.lock'] ?? '');
  }
});

const QUICK_LINE = 'variables: {}';
const SLOW_LINE = `variables: { START_DELAY: "${SLOW.START_DELAY}" }`;
