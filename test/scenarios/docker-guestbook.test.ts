import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { notLong } from '../state/machine.ts';
import { type Engine, hostEngine, hostsUnavailable } from '../support/docker/engine.ts';
import type { Host } from '../support/docker/host.ts';
import { demand, IMAGES, makeImages } from '../support/docker/images.ts';
import { postgresImage } from '../support/docker/postgres-image.ts';
import { registry } from '../support/docker/registry.ts';
import { type SshHosts, sshHosts } from '../support/docker/ssh.ts';
import { swarm } from '../support/docker/swarm.ts';
import { thingsOf } from '../support/docker/things.ts';
import { get, type Project, projectOf } from '../support/project.ts';

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';
const skipped = notLong ? ` (skipped: ${notLong})` : '';
const EXAMPLE = resolve(import.meta.dirname, '../../examples/guestbook');
const PASSWORD = 'Zq7guestbookCanaryV4k';

/** The engines are those of the test run alone, so images may have the names that the example has them by. */
describe.skipIf(hostsUnavailable)(`the guest book${reason}`, { timeout: 240_000 }, () => {
  let project: Project;
  let first: Engine & Host;
  let second: Engine & Host;
  let servers: SshHosts;

  beforeAll(async () => {
    [first, second] = await Promise.all([hostEngine(1), hostEngine(2)]);
    servers = await sshHosts();
    for (const engine of [first, second]) await nameImages(engine);
    project = await projectOf({});
    await cp(EXAMPLE, project.folder, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    await Promise.all([project?.dispose(), servers?.end()]);
  });

  it('runs on one engine, by its socket', async () => {
    // The ports of the test engine are not those of this machine.
    const at = `{ docker: { hosts: [{ engine: "${first.endpoint}", address: ${first.address} }] } }`;
    const own = `services: { db: ${at}, api: ${at}, web: ${at} }`;
    await project.edit('deploy.config.yaml', '    secrets: &secrets', `    ${own}\n    secrets: &secrets`);
    await works('single', [first], {
      DATABASE_URL: urlOf('guestbook-single-db'),
    });
  });

  it.skipIf(notLong)(`runs on two servers, over ssh${skipped}`, async () => {
    await works('servers', [first, second], {
      ...servers.environment,
      HOST_1: `ssh://${first.address}`,
      HOST_2: `ssh://${second.address}`,
      DATABASE_URL: urlOf(first.address),
    });
  });

  it.skipIf(notLong)(`runs in a Swarm of two nodes${skipped}`, async () => {
    const [cluster, store] = await Promise.all([swarm(), registry()]);
    const nodes = await sshHosts({ engines: cluster.nodes });
    const [manager] = cluster.nodes;
    await nameImages(manager);
    await works('cluster', [manager], {
      ...nodes.environment,
      MANAGER: `ssh://${manager.address}`,
      REGISTRY: `${store.place}/guestbook`,
      DATABASE_URL: urlOf('guestbook-cluster-db'),
    });
    const services = (await demand(manager.socket, 'GET', '/services')) as { Spec: { Name: string } }[];
    expect(services.filter(({ Spec }) => Spec.Name.startsWith('guestbook'))).toEqual([]);
    await Promise.all([nodes.end(), store.end()]);
  });

  /** From nothing to entries in the book, on every host, and back to nothing. */
  async function works(
    environment: string,
    hosts: readonly (Engine & Host)[],
    given: Readonly<Record<string, string>>,
  ) {
    const env = { POSTGRES_PASSWORD: PASSWORD, ...given };
    const deployed = await project.ok(['deploy', '--env', environment, '--yes'], { env });
    expect(deployed.stdout + deployed.stderr).not.toContain(PASSWORD);
    const book = (host: Host) => `http://${host.address}/api/entries`;
    for (const host of hosts) await fetch(`${book(host)}?text=from-${host.name}`, { method: 'POST' });
    for (const host of hosts) {
      const entries = (await get(book(host))).text;
      for (const { name } of hosts) expect(entries).toContain(`"text":"from-${name}","mood":"fine"`);
      expect((await get(`http://${host.address}/`)).text).toContain('<h1>Guest book</h1>');
    }
    const again = await project.ok(['plan', '--env', environment, '--json'], { env });
    expect(again.json().operations).toEqual([]);
    await project.ok(['env', 'destroy', environment, '--volumes', '--confirm', environment], { env });
    for (const host of hosts) expect(await ownThings(host)).toEqual([]);
  }
});

/** Other tests use the same engines, with proxies that have other names. */
async function ownThings(engine: Engine): Promise<readonly string[]> {
  const all = await thingsOf(engine, '');
  return all.filter((thing) => /guestbook|^network deployer$|^\w+ deployer-proxy/.test(thing));
}

function urlOf(host: string): string {
  return `postgres://postgres:${PASSWORD}@${host}:5432/postgres`;
}

/** By the names that the example has them from a hub. */
async function nameImages(engine: Engine): Promise<void> {
  await makeImages(engine.socket, join(inject('servers'), 'guestbook'));
  const names = {
    'node:22-alpine': IMAGES.node,
    'caddy:2': IMAGES.caddy,
    'postgres:16': await postgresImage(engine),
  };
  for (const [name, image] of Object.entries(names)) {
    const [repo, tag] = name.split(':');
    await demand(engine.socket, 'POST', `/images/${image}/tag?repo=${repo}&tag=${tag}`);
  }
}
