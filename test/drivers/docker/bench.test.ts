import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext } from '../../../src/core/driver.ts';
import { openEngine } from '../../../src/drivers/image/engine/client.ts';
import { systemPeers } from '../../../src/system/peers.ts';
import {
  dockerEngine,
  dockerUnavailable,
  type Engine,
  hostEngine,
  hostsUnavailable,
} from '../../support/docker/engine.ts';
import { demand, engineCall, IMAGES } from '../../support/docker/images.ts';
import { postgresImage } from '../../support/docker/postgres-image.ts';
import { type Registry, registry, registryAuth } from '../../support/docker/registry.ts';
import { type SshHost, type SshHosts, sshHosts } from '../../support/docker/ssh.ts';
import { swarm } from '../../support/docker/swarm.ts';
import { removeContainer, runContainer, startContainer } from '../../support/docker/things.ts';
import { until } from '../../support/waiting.ts';

const skipped = (reason?: string) => (reason ? ` (skipped: ${reason})` : '');

describe.skipIf(dockerUnavailable)(`the test engine${skipped(dockerUnavailable)}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await dockerEngine();
  });

  it('answers, and has the images that tests build upon', async () => {
    for (const image of Object.values(IMAGES))
      expect(await engineCall(engine.socket, 'GET', `/images/${image}/json`)).toMatchObject({ status: 200 });
  });
});

describe.skipIf(hostsUnavailable)(`hosts behind ssh${skipped(hostsUnavailable)}`, { timeout: 120_000 }, () => {
  let all: SshHosts;
  beforeAll(async () => {
    all = await sshHosts();
  });
  afterAll(() => all?.end());

  it('are two engines', async () => {
    const ids = await Promise.all(all.hosts.map(async ({ endpoint }) => engineId(endpoint)));
    expect(new Set(ids).size).toBe(2);
  });

  it('are lost and found again', async () => {
    const host = all.hosts[1] as SshHost;
    const opened = await openEngine(host.endpoint, context());
    await host.leave();
    const lost = { code: 'PLATFORM_UNAVAILABLE' };
    await expect(opened.call('GET', '/_ping', { doing: 'answer' })).rejects.toMatchObject(lost);
    await expect(engineId(host.endpoint)).rejects.toMatchObject(lost);
    await host.comeBack();
    const before = await engineId(host.endpoint);
    host.hang();
    const late = engineId(host.endpoint);
    await host.comeBack();
    expect(await late).toBe(before);
  });

  it('reach from their containers what another host publishes', async () => {
    const [one, two] = all.hosts as [SshHost, SshHost];
    const server = await startContainer(one, {
      image: IMAGES.busybox,
      command: ['sh', '-c', 'echo one >/tmp/name && exec httpd -f -h /tmp'],
      ports: { 80: 18_080 },
    });
    const url = `http://${one.address}:18080/name`;
    await until(async () => (await fetch(url).catch(() => undefined))?.ok === true);
    expect(await runContainer(two, { image: IMAGES.busybox, command: ['wget', '-q', '-O', '-', url] })).toBe('one');
    await removeContainer(one, server);
  });

  async function engineId(endpoint: string): Promise<string> {
    const opened = await openEngine(endpoint, context());
    const { body } = await opened.call<{ ID: string }>('GET', '/info', { doing: 'describe itself' });
    return body.ID;
  }

  function context(): DriverContext {
    const peers = systemPeers({ environment: all.environment });
    return { peers, settings: {}, signal: new AbortController().signal, timeout: 10_000 } as unknown as DriverContext;
  }
});

describe.skipIf(hostsUnavailable)(`a registry${skipped(hostsUnavailable)}`, { timeout: 120_000 }, () => {
  let open: Registry;
  let closed: Registry;
  beforeAll(async () => {
    open = await registry();
    closed = await registry({ accounts: { ann: 'p@ss word' } });
  });
  afterAll(async () => void (await Promise.all([open?.end(), closed?.end()])));

  it('gives an image to another host', async () => {
    const [one, two] = [await hostEngine(1), await hostEngine(2)];
    const name = await open.take(one, IMAGES.busybox, 'shell:1');
    expect(await pull(two, name)).toMatchObject({ status: 200, body: expect.stringContaining('Downloaded newer') });
    await removeImage(two, name);
    await open.end();
    expect(await pull(two, name)).toMatchObject({ status: 500 });
  });

  it('with accounts gives it to nobody else', async () => {
    const engine = await hostEngine(1);
    const name = await closed.take(engine, IMAGES.busybox, 'shell:1');
    expect(await pull(engine, name)).toMatchObject({ body: { message: expect.stringContaining('no basic auth') } });
    expect(await pull(engine, name, ['ann', 'wrong'])).not.toMatchObject({ status: 200 });
    expect(await pull(engine, name, ['ann', 'p@ss word'])).toMatchObject({ status: 200 });
    await removeImage(engine, name);
  });
});

describe.skipIf(hostsUnavailable)(`a swarm${skipped(hostsUnavailable)}`, { timeout: 120_000 }, () => {
  let manager: Engine;
  beforeAll(async () => {
    [manager] = (await swarm()).nodes;
  });

  it('runs a service on both nodes, which containers find by name', async () => {
    const { socket } = manager;
    const images = await registry();
    const Image = await images.take(manager, IMAGES.busybox, 'shell:1');
    const network = { Name: 'bench-net', Driver: 'overlay', Attachable: true, CheckDuplicate: true };
    await demand(socket, 'POST', '/networks/create', network);
    const command = ['sh', '-c', 'hostname -i >/tmp/index.html && httpd -f -h /tmp'];
    const task = { ContainerSpec: { Image, Command: command, Init: true }, Placement: { MaxReplicas: 1 } };
    const spec = {
      Name: 'bench',
      TaskTemplate: { ...task, Networks: [{ Target: 'bench-net' }] },
      Mode: { Replicated: { Replicas: 2 } },
      EndpointSpec: { Mode: 'dnsrr' },
    };
    await demand(socket, 'POST', '/services/create', spec);
    // Before there is a task its name is asked for elsewhere, which takes long.
    await until(async () => (await running('bench')) === 2, 60_000);
    const found = new Set<string>();
    await until(async () => {
      const wget = ['wget', '-q', '-O', '-', 'http://tasks.bench/'];
      const said = await runContainer(manager, { image: IMAGES.busybox, command: wget, network: 'bench-net' });
      if (/^10\./.test(said)) found.add(said);
      return found.size === 2;
    }, 60_000);
    await demand(socket, 'DELETE', '/services/bench');
    await until(async () => (await engineCall(socket, 'DELETE', '/networks/bench-net')).status < 300, 60_000);
    await images.end();
  });

  async function running(service: string): Promise<number> {
    const filters = JSON.stringify({ service: [service], 'desired-state': ['running'] });
    const tasks = await demand(manager.socket, 'GET', `/tasks?filters=${encodeURIComponent(filters)}`);
    return (tasks as { Status: { State: string } }[]).filter(({ Status }) => Status.State === 'running').length;
  }
});

describe.skipIf(hostsUnavailable)(`the image of PostgreSQL${skipped(hostsUnavailable)}`, { timeout: 120_000 }, () => {
  let engine: Engine;
  let image: string;
  beforeAll(async () => {
    engine = await hostEngine(1);
    image = await postgresImage(engine);
  });

  it('makes the database it is told to, and lets in who knows the password', async () => {
    const port = 15_432;
    const id = await startContainer(engine, {
      image,
      env: ['POSTGRES_USER=shop', 'POSTGRES_PASSWORD=s3cret', 'POSTGRES_DB=orders'],
      ports: { 5432: port },
    });
    const account = { host: engine.address, port, user: 'shop', database: 'orders' };
    const ask = (password: string) => whoAmI(new pg.Client({ ...account, password }));
    await until(() => ask('s3cret').then(Boolean, () => false), 60_000);
    expect(await ask('s3cret')).toEqual({ name: 'shop', place: 'orders' });
    await expect(ask('wrong')).rejects.toMatchObject({ code: '28P01' });
    await removeContainer(engine, id);
  });
});

async function whoAmI(client: pg.Client): Promise<unknown> {
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query('select current_user as name, current_database() as place');
  await client.end();
  return rows[0];
}

function pull({ socket }: Engine, name: string, account?: readonly [string, string]) {
  const path = `/images/create?${new URLSearchParams({ fromImage: name })}`;
  return engineCall(socket, 'POST', path, undefined, { 'X-Registry-Auth': registryAuth(account) });
}

async function removeImage({ socket }: Engine, name: string): Promise<void> {
  await demand(socket, 'DELETE', `/images/${name}?noprune=1`);
}
