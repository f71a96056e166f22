import { describe, expect, it } from 'vitest';
import type { DriverContext, Target } from '../../../src/core/driver.ts';
import { DeployerError } from '../../../src/core/errors.ts';
import type { PeerRequest } from '../../../src/core/ports.ts';
import { destroyTarget, silentPlaces } from '../../../src/drivers/docker/release/destroy.ts';
import { sweepTarget } from '../../../src/drivers/docker/release/retirement.ts';

/** What an engine says of itself, and what it has of the target. */
interface Engine {
  readonly id: string;
  readonly cluster?: string;
  readonly volumes?: readonly string[];
  /** Says no to everything. */
  readonly refuses?: boolean;
}

const LEFT = 'tcp://left:2375';
const KEPT = 'tcp://kept:2375';

describe('clearing a host that the config no longer names', () => {
  it('removes what is there, and forgets it', async () => {
    const { removed, resource } = await sweep({ [KEPT]: { id: 'one' }, [LEFT]: { id: 'two', cluster: 'old' } });
    expect(removed).toEqual(['left /containers/app', 'left /secrets/secret', 'left /services/service']);
    expect(resource).toEqual({ route: 'shop.dev.api', hosts: [{ engine: KEPT, address: 'kept' }] });
  });

  it('removes nothing from an engine that is in use by another name', async () => {
    const { removed, resource } = await sweep({ [KEPT]: { id: 'one' }, [LEFT]: { id: 'one' } });
    expect(removed).toEqual([]);
    expect(resource).toMatchObject({ hosts: [{ engine: KEPT }] });
  });

  it('leaves the services of a Swarm that another manager of it still serves', async () => {
    const { removed } = await sweep({
      [KEPT]: { id: 'one', cluster: 'same' },
      [LEFT]: { id: 'two', cluster: 'same' },
    });
    expect(removed).toEqual(['left /containers/app']);
  });

  it('keeps one that has data on the list, for who wants that gone', async () => {
    const { removed, resource } = await sweep({ [KEPT]: { id: 'one' }, [LEFT]: { id: 'two', volumes: ['data'] } });
    expect(removed).toEqual(['left /containers/app']);
    expect(resource).toMatchObject({ hosts: [{ engine: KEPT }, { engine: LEFT }] });
  });

  it('keeps one that does not answer on the list', async () => {
    const { removed, resource, said } = await sweep({ [KEPT]: { id: 'one' } });
    expect(removed).toEqual([]);
    expect(said).toEqual([expect.stringContaining('tcp://left:2375, where api ran before, does not answer')]);
    expect(resource).toMatchObject({ hosts: [{ engine: KEPT }, { engine: LEFT }] });
  });
});

describe('removing everything where a host does not answer', () => {
  const GONE = [KEPT, LEFT];

  it('fails once the others are done, unless that host was given up', async () => {
    for (const leaving of [undefined, [KEPT]]) {
      const { destroyed, removed } = await destroy({ [KEPT]: { id: 'one' } }, { leaving });
      expect(destroyed).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', message: expect.stringContaining(LEFT) });
      expect(removed).toContain('kept /containers/app');
    }
    const { destroyed, removed, said } = await destroy({ [KEPT]: { id: 'one' } }, { leaving: [LEFT] });
    expect(destroyed).toEqual({ left: [LEFT] });
    expect(removed).toContain('kept /containers/app');
    expect(said).toEqual([expect.stringContaining(`${LEFT} does not answer`)]);
  });

  it('clears one that was given up and answers after all', async () => {
    const { destroyed, removed } = await destroy({ [LEFT]: { id: 'two' } }, { leaving: GONE });
    expect(destroyed).toEqual({ left: [KEPT] });
    expect(removed).toContain('left /containers/app');
  });

  it('never takes one that refuses us for silent', async () => {
    const engines = { [KEPT]: { id: 'one', refuses: true } };
    const { destroyed } = await destroy(engines, { leaving: GONE });
    expect(destroyed).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' });
    const { context } = worldOf(engines);
    expect(await silentPlaces(target(), context)).toEqual([LEFT]);
  });
});

async function destroy(engines: Readonly<Record<string, Engine>>, given: { leaving: readonly string[] | undefined }) {
  const { context, removed, said } = worldOf(engines);
  const { leaving } = given;
  const destroyed = await destroyTarget(target(), { ...context, ...(leaving ? { leaving } : {}) }).catch(
    (error: unknown) => error,
  );
  return { destroyed, removed, said };
}

async function sweep(engines: Readonly<Record<string, Engine>>) {
  const { context, removed, said } = worldOf(engines);
  const resource = await sweepTarget(target(), context);
  return { removed: removed.toSorted(), resource, said };
}

function worldOf(engines: Readonly<Record<string, Engine>>) {
  const removed: string[] = [];
  const said: string[] = [];
  const context = {
    settings: {},
    timeout: 1_000,
    signal: new AbortController().signal,
    clock: { monotonic: () => 0, now: () => 0 },
    log: (line: string) => said.push(line),
    peers: {
      send: async ({ host }: { host: string }, { method, path }: PeerRequest) => {
        const engine = engines[`tcp://${host}:2375`];
        if (!engine) throw unreachable();
        if (engine.refuses) return { ...answer({ message: 'no' }), status: 403 };
        const bare = path.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
        if (method === 'DELETE') removed.push(`${host} ${bare}`);
        return answer(path.includes('com.docker.swarm') ? [] : bodyOf(engine, bare));
      },
    },
  };
  return { context: context as unknown as DriverContext, removed, said };
}

function bodyOf({ id, cluster, volumes = [] }: Engine, path: string): unknown {
  const secret = { ID: 'secret', Spec: { Name: 'secret', Labels: {} }, CreatedAt: '2026-01-01T00:00:00Z' };
  const service = { ID: 'service', Spec: { Name: 'service', Labels: {} }, CreatedAt: '2026-01-01T00:00:00Z' };
  if (path === '/version') return { ApiVersion: '1.47', MinAPIVersion: '1.24' };
  if (path === '/info') return { ID: id, Swarm: cluster ? { ControlAvailable: true, Cluster: { ID: cluster } } : {} };
  if (path === '/containers/json') return [{ Id: 'app' }];
  if (path === '/containers/app/json') return { Id: 'app', Created: '2026-01-01T00:00:00Z' };
  if (path === '/volumes') return { Volumes: volumes.map((Name) => ({ Name })) };
  if (path === '/secrets') return [secret];
  if (path === '/services') return [service];
  if (path === '/services/service') return service;
  if (path === '/containers/deployer-proxy/json') return undefined;
  return [];
}

/** `undefined`: there is no such thing. */
function answer(body: unknown) {
  const text = Buffer.from(JSON.stringify(body ?? { message: 'no such thing' }));
  return {
    status: body === undefined ? 404 : 200,
    headers: { 'content-type': 'application/json' },
    body: (async function* () {
      yield text;
    })(),
  };
}

function unreachable(): DeployerError {
  return new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'No connection' });
}

function target(): Target {
  return {
    project: 'shop',
    environment: 'dev',
    mode: 'persistent',
    service: { name: 'api', options: { hosts: [{ engine: KEPT }] } },
    resource: { route: 'shop.dev.api', hosts: [{ engine: KEPT, address: 'kept' }, { engine: LEFT }] },
  } as unknown as Target;
}
