import { get as httpGet } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Placed, Target } from '../../../src/core/driver.ts';
import type { InspectedRelease } from '../../../src/core/inspection.ts';
import { hostsUnavailable } from '../../support/docker/engine.ts';
import { engineCall } from '../../support/docker/images.ts';
import { type Registry, registry } from '../../support/docker/registry.ts';
import { type Swarm, swarm } from '../../support/docker/swarm.ts';
import { removeThings, thingsOf } from '../../support/docker/things.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { startLoad } from '../../support/load.ts';

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';

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
    const sick = world.place(target, 'one', { EXIT_AT_START: '7' }, { idempotencyKey: 'sick' });
    await expect(sick).rejects.toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      failure: { reason: expect.stringContaining('exit code 7') },
    });
    expect((await releases()).map(({ ref }) => ref)).toEqual([one.ref]);
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

  it('leave nothing behind when they are destroyed', async () => {
    await world.driver.destroy(target, world.context());
    expect(await thingsOf(cluster.nodes[0], world.name)).toEqual([]);
    const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${world.name}`] }));
    const services = await engineCall(cluster.nodes[0].socket, 'GET', `/services?filters=${filters}`);
    expect(services.body).toEqual([]);
  });

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
