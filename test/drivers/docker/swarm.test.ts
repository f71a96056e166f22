import { get as httpGet } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import type { InspectedRelease } from '../../../src/core/inspection.ts';
import { Secret } from '../../../src/core/secret.ts';
import { openEngine } from '../../../src/drivers/image/engine/client.ts';
import { execute } from '../../../src/drivers/image/engine/exec.ts';
import { hostsUnavailable } from '../../support/docker/engine.ts';
import { engineCall } from '../../support/docker/images.ts';
import { type Registry, registry } from '../../support/docker/registry.ts';
import { type Swarm, swarm } from '../../support/docker/swarm.ts';
import { removeThings, thingsOf } from '../../support/docker/things.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { startLoad } from '../../support/load.ts';

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';

const VALUE = 'told to nobody else';

describe.skipIf(hostsUnavailable)(`releases in a Swarm of two nodes${reason}`, { timeout: 120_000 }, () => {
  let world: DockerWorld;
  let cluster: Swarm;
  let store: Registry;
  let target: Target;
  let one: Placed;

  beforeAll(async () => {
    [world, cluster, store] = await Promise.all([createDockerWorld(), swarm(), registry()]);
    target = world.target({ options: onCluster() });
    one = await world.live(target, 'one');
  }, 300_000);
  afterAll(async () => {
    await world.driver.destroy(target, world.context());
    await removeThings(cluster.nodes[0], world.name);
    await Promise.all([world.end(), store.end()]);
  });

  it('have replicas on both nodes, whose image comes from the registry', async () => {
    const [release] = await releases();
    expect(release).toMatchObject({ ref: one.ref, state: 'running', percent: 100 });
    const hosts = new Set(release?.instances?.map(({ host }) => host));
    expect(hosts).toEqual(new Set(cluster.nodes.map(({ name }) => name)));
    expect(await ask()).toBe('one');
  });

  it('lose no request when users are moved, a share of them or all', async () => {
    const two = await world.place(target, 'two');
    const load = startLoad(one.url ?? '', 3);
    const shares = (percent: number) => [
      { ref: two.ref, percent },
      { ref: one.ref, percent: 100 - percent },
    ];
    for (const percent of [10, 100, 0]) await world.driver.traffic?.(target, shares(percent), world.context());
    const { failures, bodies } = await load.stop();
    expect(failures).toEqual([]);
    expect(new Set(bodies)).toEqual(new Set(['one', 'two']));
    await world.driver.retire(target, two.ref, world.context());
    expect((await releases()).map(({ ref }) => ref)).toEqual([one.ref]);
  });

  it('that do not become healthy are told of with what they said, and are removed', async () => {
    const variables = { EXIT_AT_START: '7', GREETING: new Secret(VALUE) };
    const sick = world.place(discreet(), 'one', variables, { idempotencyKey: 'sick' });
    await expect(sick).rejects.toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      failure: { reason: expect.stringContaining('exit code 7') },
    });
    expect((await releases()).map(({ ref }) => ref)).toEqual([one.ref]);
    expect(await ofProject('/secrets')).toEqual([]);
  });

  it('are in the log, of both nodes', async () => {
    const lines = [];
    for await (const { line } of world.driver.logs?.(target, { follow: false, tail: 10 }, world.context()) ?? [])
      lines.push(line);
    expect(lines.filter((line) => line.startsWith('listening one'))).toHaveLength(2);
  });

  it('are planned only where a manager and a registry are', async () => {
    const { registry: _, ...without } = onCluster();
    const bare = world.target({ path: 'images/one', options: without });
    expect(await world.driver.preflight(bare, world.context())).toMatchObject([
      { level: 'error', path: 'services.api.docker.registry' },
    ]);
    const worker = { ...onCluster(), hosts: [{ engine: cluster.nodes[1].endpoint, address: '127.0.0.1' }] };
    expect(
      await world.driver.preflight(world.target({ path: 'images/one', options: worker }), world.context()),
    ).toMatchObject([{ level: 'error', path: 'services.api.docker.hosts' }]);
  });

  it('have secrets of their own, which are made anew after a kill and shown to nobody', async () => {
    const [idempotencyKey, at] = ['discreet', discreet()];
    const killed = { idempotencyKey, peers: endingBefore('/services/create') };
    await expect(world.place(at, 'one', { GREETING: new Secret('of then') }, killed)).rejects.toThrow('killed');
    const left = await ofProject('/secrets');
    expect(left).toMatchObject([{ Spec: { Labels: { 'deployer.variable': 'GREETING' } } }]);
    expect((await releases()).map(({ state }) => state)).toEqual(['running', 'failed']);

    const variables = { GREETING: new Secret(VALUE) };
    const placed = await world.place(at, 'one', variables, { idempotencyKey });
    expect(names(await ofProject('/secrets'))).toEqual(names(left));
    expect((await releases()).map(({ state }) => state)).toEqual(['running', 'running']);
    expect(await askInside(`${placed.internal_url}/greeting`)).toBe(VALUE);

    const said: string[] = [];
    const job = { command: 'cat $GREETING_FILE', kind: 'release' as const, version_id: 'ver_one', variables };
    const artifact = await world.image('one');
    const log = (line: string) => said.push(line);
    expect(await world.driver.run?.(at, { ...job, artifact }, world.context({ log }))).toEqual({ exit_code: 0 });
    expect(said).toContain(VALUE);

    const shown = JSON.stringify(await Promise.all([...['/services', '/secrets'].map(ofProject), jobs()]));
    expect(shown).toContain('GREETING_FILE=/run/secrets/GREETING');
    for (const text of [VALUE, Buffer.from(VALUE).toString('base64')]) expect(shown).not.toContain(text);
  });

  it('leave nothing behind when they are destroyed', async () => {
    await world.driver.destroy(target, world.context());
    expect(await thingsOf(cluster.nodes[0], world.name)).toEqual([]);
    for (const kind of ['/services', '/secrets']) expect(await ofProject(kind)).toEqual([]);
  });

  /** The same service, one of whose variables is a secret of the Swarm. */
  function discreet() {
    return world.target({ options: { ...onCluster(), replicas: 1, secret_files: ['GREETING'] } });
  }

  async function ofProject(kind: string): Promise<readonly { readonly Spec: { readonly Name: string } }[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${world.name}`] }));
    const { body } = await engineCall(cluster.nodes[0].socket, 'GET', `${kind}?filters=${filters}`);
    return body as { Spec: { Name: string } }[];
  }

  /** As engines show containers of release commands to whoever may use them. */
  async function jobs() {
    const [{ socket }] = cluster.nodes;
    const filters = encodeURIComponent(
      JSON.stringify({ label: [`deployer.project=${world.name}`, 'deployer.role=job'] }),
    );
    const { body } = await engineCall(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
    const all = body as { Id: string }[];
    expect(all).toHaveLength(1);
    return Promise.all(all.map(async ({ Id }) => (await engineCall(socket, 'GET', `/containers/${Id}/json`)).body));
  }

  /** Nothing goes out any more from a call on, as if the tool had been killed. */
  function endingBefore(path: string): DriverContext['peers'] {
    const { peers } = world.context();
    let ended = false;
    return {
      send: (peer, request) => {
        ended ||= request.path.includes(path);
        return ended ? Promise.reject(new Error('killed')) : peers.send(peer, request);
      },
    };
  }

  async function askInside(url: string): Promise<string> {
    const engine = await openEngine(cluster.nodes[0].endpoint, world.context());
    const { output } = await execute(engine, `${world.name}-proxy`, ['wget', '-q', '-O', '-', url]);
    return (await output()).stdout.join('\n');
  }

  function onCluster() {
    const [{ endpoint, address }] = cluster.nodes;
    return {
      hosts: [{ engine: endpoint, address }],
      builder: world.engine.endpoint,
      orchestrator: 'swarm',
      replicas: 2,
      registry: { repository: `${store.place}/shop` },
      host_names: [],
    };
  }

  async function releases(): Promise<readonly InspectedRelease[]> {
    return (await world.driver.inspect(target, world.context())).releases;
  }

  function ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      httpGet(one.url ?? '', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve(text));
      }).once('error', reject);
    });
  }
});

function names(all: readonly { readonly Spec: { readonly Name: string } }[]): readonly string[] {
  return all.map(({ Spec }) => Spec.Name);
}
