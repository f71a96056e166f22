import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import type { InspectedRelease } from '../../../src/core/inspection.ts';
import { callGateway } from '../../../src/drivers/local/client.ts';
import { localStatus, localStop } from '../../../src/drivers/local/control.ts';
import { restartDelay } from '../../../src/drivers/local/gateway/supervisor.ts';
import type { GatewayState } from '../../../src/drivers/local/protocol.ts';
import { whenBusy } from '../../support/busy-machine.ts';
import { eventually } from '../../support/driver-world.ts';
import { createLocalWorld, type LocalWorld, processesWith } from '../../support/local-world.ts';

let world: LocalWorld;
let target: Target;

beforeEach(async () => {
  world = await createLocalWorld();
  target = world.target();
});
afterEach(() => world.end());

it('starts a service again when it has crashed, later each time', async () => {
  const { url = '' } = await world.live(target, 'one');
  const first = await pidOf(url);
  for (let crash = 1; crash <= 2; crash++) {
    await fetch(`${url}/crash`).catch(() => undefined);
    await eventually(release, ({ state, restarts }) => state === 'running' && restarts === crash);
    await eventually(
      () => fetch(url).then((response) => response.status),
      (status) => status === 200,
    );
  }
  expect(await pidOf(url)).not.toBe(first);
  expect((await release()).detail).toContain('exited with code 3');
});

it('doubles the wait before each start, up to half a minute', () => {
  expect([0, 1, 2, 5, 6, 7, 1_000].map(restartDelay)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
});

it('reports a service that exits before it is healthy at once, with its code and its last lines', async () => {
  const begun = performance.now();
  const failure = await failureOf(world.place(target, 'one', { EXIT_AT_START: '7' }));
  expect(performance.now() - begun).toBeLessThan(whenBusy(7_000));
  expect(failure.reason).toContain('exited with code 7');
  expect(failure.detail).toEqual(expect.arrayContaining(['starting one', 'warning of one']));
  expect(await world.driver.inspect(target, world.context())).toMatchObject({ releases: [] });
});

it('reports the last answer of a service that does not become healthy in time', async () => {
  const impatient = world.target({ health: { ...httpCheck, timeout: 1_500 } });
  const failure = await failureOf(world.place(impatient, 'one', { UNHEALTHY: '1' }));
  expect(failure).toMatchObject({ code: 'HEALTH_CHECK_FAILED' });
  expect(failure.detail?.[0]).toContain('HTTP 503 "starting"');
  expect(processesWith(world.folder)).toHaveLength(1);
});

it('waits for a service that starts slowly', async () => {
  const { url = '' } = await world.live(target, 'one', { START_DELAY: '1500' });
  expect(await (await fetch(url)).text()).toBe('one');
});

it('waits until a service without a health check takes connections', async () => {
  const { health: _, ...unchecked } = target.service;
  const { url = '' } = await world.live({ ...target, service: unchecked }, 'one', { START_DELAY: '500' });
  expect(await (await fetch(url)).text()).toBe('one');
});

it('ends a service that ignores the signal, and all that it has started', async () => {
  const start = 'sleep 600 & exec node app.mjs';
  const stubborn = world.target({ start, options: { stop_timeout: '300ms' } });
  await world.live(stubborn, 'one', { IGNORE_TERM: '1', MARK: `${world.folder}#stubborn` });
  expect(processesWith('#stubborn')).toHaveLength(2);
  await world.driver.destroy(stubborn, world.context());
  expect(processesWith('#stubborn')).toEqual([]);
});

it('gives a service its variables, and no other service nor the gateway any of them', async () => {
  await world.live(target, 'one', { GREETING: 'secret-of-api' });
  await world.live(world.target({ name: 'other' }), 'two', { GREETING: 'secret-of-other' });
  expect(processesWith('secret-of-api')).toHaveLength(1);
  expect(processesWith('secret-of-other')).toHaveLength(1);
  const { pid } = await localStatus(world.folder);
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('secret');
});

it('leaves services running when it is killed, and takes them over when it comes back', async () => {
  const { url = '' } = await world.live(target, 'one');
  const before = await pidOf(url);
  await world.killGateway();
  expect(await release()).toMatchObject({
    state: 'stopped',
    percent: 100,
    detail: expect.stringContaining('still does'),
  });
  await world.driver.provision?.(target, world.context());
  expect(await release()).toMatchObject({ state: 'running', percent: 100 });
  expect(await pidOf(url)).toBe(before);
});

it('says what to do when a service ends that it took over, since it no longer has its variables', async () => {
  const { url = '' } = await world.live(target, 'one', { GREETING: 'secret' });
  await world.killGateway();
  await world.driver.provision?.(target, world.context());
  await fetch(`${url}/crash`).catch(() => undefined);
  const { detail } = await eventually(release, ({ state }) => state === 'stopped');
  expect(detail).toContain('deployer redeploy');
});

it('finds a service again that was started just before the gateway was killed', async () => {
  const { url = '' } = await world.live(target, 'one');
  const before = await pidOf(url);
  await world.killGateway();
  editState((state) => {
    for (const record of Object.values(state.targets['dev/api']?.releases ?? {})) delete record.pid;
  });
  await world.driver.provision?.(target, world.context());
  expect(await pidOf(url)).toBe(before);
  expect(await release()).toMatchObject({ state: 'running' });
});

it('does not take another process for a service after a restart of the machine', async () => {
  await world.live(target, 'one');
  await localStop(world.folder, { services: 'stop' });
  editState((state) => {
    for (const record of Object.values(state.targets['dev/api']?.releases ?? {}))
      Object.assign(record, { pid: process.pid, identity: 'another-boot:1', stopped: false });
  });
  await world.driver.provision?.(target, world.context());
  expect(await release()).toMatchObject({ state: 'stopped' });
  await world.driver.destroy(target, world.context());
});

it('serves files again by itself after it was killed', async () => {
  const { start: _, health: __, ...files } = world.target({ name: 'web' }).service;
  const site = { ...target, service: files };
  const artifact = await world.artifact({ 'index.html': 'hello' });
  const placed = await world.driver.deploy(site, { version_id: 'ver_1', artifact, variables: {} }, world.context());
  await world.switchTo(site, placed);
  await world.killGateway();
  await world.driver.provision?.(site, world.context());
  expect(await (await fetch(placed.url ?? '')).text()).toBe('hello');
});

it('is one gateway, however many commands start it at once', async () => {
  const hellos = await Promise.all(
    Array.from({ length: 6 }, () =>
      callGateway({ folder: world.folder, method: 'hello', params: {}, timeout: 15_000 }),
    ),
  );
  expect(new Set(hellos.map(({ pid }) => pid)).size).toBe(1);
  await eventually(
    () =>
      processesWith('local-gateway.js').filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(world.folder),
      ),
    (pids) => pids.length === 1,
  );
});

it('can be stopped with its services left running, and takes them over when it comes back', async () => {
  const { url = '' } = await world.live(target, 'one');
  const before = await pidOf(url);
  expect(await localStop(world.folder, { services: 'keep' })).toEqual({ was_running: true, services: 1 });
  await expect(fetch(url)).rejects.toThrow();
  expect(await localStatus(world.folder)).toMatchObject({ running: false });
  await world.driver.provision?.(target, world.context());
  expect(await pidOf(url)).toBe(before);
});

it('ends the services of a gateway that was killed, too', async () => {
  await world.live(target, 'one');
  await world.killGateway();
  expect(await localStop(world.folder, { services: 'stop' })).toEqual({ was_running: false, services: 1 });
  await eventually(
    () => processesWith(world.folder),
    (left) => left.length === 0,
  );
  expect(await release()).toMatchObject({ state: 'stopped' });
});

// While it is stopped, a test beside this one may be given its port.
it('brings a stopped service back on the same port when it is deployed again', { retry: 2 }, async () => {
  const before = await world.live(target, 'one');
  await localStop(world.folder, { services: 'stop' });
  const after = await world.live(target, 'one');
  expect(after.url).toBe(before.url);
  expect(await (await fetch(after.url ?? '')).text()).toBe('one');
});

it('starts a new release for the same version when its variables have changed', async () => {
  const before = await world.live(target, 'one', { GREETING: 'hello' });
  const after = await world.live(target, 'one', { GREETING: 'good day' });
  expect(after.ref).not.toBe(before.ref);
  expect(await (await fetch(`${after.url}/greeting`)).text()).toBe('good day');
});

it('runs a worker, which listens on no port', async () => {
  const worker = world.target({ start: 'echo working; exec sleep 600', options: { worker: true } });
  const { health: _, ...service } = worker.service;
  const placed = await world.live({ ...worker, service }, 'one');
  expect(placed.url).toBeUndefined();
  expect(await release()).toMatchObject({ state: 'running', percent: 100 });
});

it('listens on the port that the options name, and says who could not have it', async () => {
  const { resource } = (await world.driver.provision?.(target, world.context())) ?? {};
  const { port } = resource as { port: number };
  const rival = world.target({ name: 'rival', options: { port } });
  expect(await world.driver.preflight(rival, world.context())).toMatchObject([
    { level: 'error', path: 'services.rival.local.port' },
  ]);
  await expect(world.driver.provision?.(rival, world.context())).rejects.toThrow(`Port ${port} on 127.0.0.1 for rival`);
});

it('moves to another port or address when the options say so, and stays where it is when that cannot be had', async () => {
  const { url = '' } = await world.live(target, 'one');
  const port = Number(new URL(url).port);
  const everywhere = world.target({ options: { host: '0.0.0.0' } });
  expect(await world.driver.provision?.(everywhere, world.context())).toMatchObject({
    resource: { host: '0.0.0.0', port },
  });
  expect(await askAnew(url)).toBe('one');
  const nowhere = world.target({ options: { host: '203.0.113.1' } });
  await expect(world.driver.provision?.(nowhere, world.context())).rejects.toThrow('EADDRNOTAVAIL');
  expect(await askAnew(url)).toBe('one');
});

it('refuses a state file that it cannot read, rather than forget what runs', async () => {
  mkdirSync(world.folder, { recursive: true });
  writeFileSync(join(world.folder, 'gateway.json'), '{"format": 9');
  await expect(world.driver.inspect(target, world.context())).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  await expect(world.driver.provision?.(target, world.context())).rejects.toMatchObject({
    code: 'PLATFORM_UNAVAILABLE',
  });
  rmSync(join(world.folder, 'gateway.json'));
});

it('keeps what it writes from other users, whatever the umask', async () => {
  const umask = process.umask(0);
  await world.live(target, 'one').finally(() => process.umask(umask));
  const own = readdirSync(world.folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !/^releases\/.*\/.*\/.*\//.test(path),
  );
  const open = own.filter((path) => (statSync(join(world.folder, path)).mode & 0o077) !== 0);
  expect(own.length).toBeGreaterThan(6);
  expect(open).toEqual([]);
});

it('refuses a call in a protocol it does not speak', async () => {
  await world.driver.provision?.(target, world.context());
  const { request } = await import('node:http');
  const answer = await new Promise<string>((resolve) => {
    const socketPath = join(world.folder, 'gateway.sock');
    request({ socketPath, path: '/999/status', method: 'POST' }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve(body);
    }).end('{}');
  });
  expect(answer).toContain('deployer local stop');
});

const httpCheck = {
  kind: 'http',
  target: '/healthz',
  status: [200],
  headers: {},
  allowPrivate: false,
  interval: 50,
  successes: 1,
} as const;

async function release(): Promise<InspectedRelease> {
  const { releases } = await world.driver.inspect(target, world.context());
  const [first] = releases;
  if (!first) throw new Error('there is no release');
  return first;
}

async function pidOf(url: string): Promise<string> {
  return (await fetch(`${url}/pid`)).text();
}

/** By a connection of its own: one that was kept ends with the address that it led to. */
async function askAnew(url: string): Promise<string> {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return (await answer.setEncoding('utf8').toArray()).join('');
}

async function failureOf(promise: Promise<unknown>): Promise<DeployerError['failure']> {
  const error = await promise.then(
    () => undefined,
    (reason: DeployerError) => reason,
  );
  if (!error) throw new Error('it did not fail');
  return error.failure;
}

/** Changes what the gateway will read when it starts next. */
function editState(edit: (state: GatewayState) => void): void {
  const file = join(world.folder, 'gateway.json');
  const state = JSON.parse(readFileSync(file, 'utf8')) as GatewayState;
  edit(state);
  writeFileSync(file, JSON.stringify(state));
}
