import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Placed, Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually } from '../../support/driver-world.ts';
import { startLoad } from '../../support/load.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`users of a container${reason}`, () => {
  let world: DockerWorld;
  let target: Target;
  let one: Placed;
  let two: Placed;
  let url = '';
  beforeAll(async () => {
    world = await createDockerWorld();
    target = world.target({ options: { host_names: [] } });
    one = await world.live(target, 'one');
    two = await world.place(target, 'two');
    url = one.url ?? '';
  });
  afterAll(() => world.end());

  it('lose no request in 20 switches, and keep their WebSockets', async () => {
    await world.switchTo(target, one);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const load = startLoad(url, 3);
    for (let count = 0; count < 10; count++) for (const placed of [two, one]) await world.switchTo(target, placed);
    const { requests, failures, bodies } = await load.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(60);
    expect([...bodies].sort()).toEqual(['one', 'two']);
    expect(await echo(socket, 'still there')).toBe('one:still there');
    socket.close();
  });

  it('have their requests finished when the release is taken away, also one that ignores the stop signal', async () => {
    const old = await world.live(target, 'three', { IGNORE_TERM: '1' });
    const slow = fetch(`${url}/slow?ms=1000`).then((response) => response.text());
    await eventually(() => isInUse(old), Boolean);
    await world.switchTo(target, one);
    await world.driver.retire(target, old.ref, world.context());
    expect(await slow).toBe('three');
  });

  it('come to a stopped release only when it is well again', async () => {
    await world.switchTo(target, one);
    await engineCall(world.engine.socket, 'POST', `/containers/${new URL(two.internal_url ?? '').hostname}/stop?t=1`);
    expect((await releases()).find(({ ref }) => ref === two.ref)).toMatchObject({ state: 'stopped', percent: 0 });
    const load = startLoad(url, 2);
    await world.switchTo(target, two);
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(await world.ask(url)).toBe('two');
    await world.switchTo(target, one);
  });

  it('are served by whatever container of the release is started again after a crash', async () => {
    await world.switchTo(target, one);
    await fetch(`${url}/crash`).catch(() => undefined);
    const back = await eventually(
      async () => (await releases()).find(({ ref }) => ref === one.ref),
      // A connection that was kept may be closed before the request is read: the proxy sends a GET once more then.
      (release) => [1, 2].includes(release?.restarts ?? 0) && release?.state === 'running',
    );
    expect(back?.percent).toBe(100);
    await eventually(
      () => world.ask(url),
      (answer) => answer === 'one',
    );
  });

  it('come to the same release after the proxy was started anew', async () => {
    const proxy = `${world.name}-proxy`;
    await engineCall(world.engine.socket, 'POST', `/containers/${proxy}/restart?t=1`);
    await eventually(
      () => world.ask(url).catch(() => ''),
      (answer) => answer === 'one',
    );
  });

  it('reach both of two services that were added at the same time', async () => {
    const targets = ['left', 'right'].map((name) => world.target({ name }));
    const placed = await Promise.all(targets.map((it) => world.live(it, 'one')));
    for (const { url: own = '' } of placed) expect(await world.ask(own)).toBe('one');
    expect(await world.ask(url)).toBe('one');
  });

  it('reach a service below its path before the one that answers everywhere', async () => {
    const below = world.target({ name: 'below', options: { host_names: [], path_prefix: '/below' } });
    await world.live(below, 'two');
    expect(await world.ask(`${url}/below/x`)).toBe('two');
    expect(await world.ask(`${url}/belowx`)).toBe('one');
    await world.driver.destroy(below, world.context());
    expect(await world.ask(`${url}/below/x`)).toBe('one');
  });

  it('are sent from HTTP to HTTPS where a name has a certificate', async () => {
    // Names that no public authority knows get their certificate of the proxy's own.
    const secure = world.target({ name: 'secure', options: { host_names: ['secure.internal'], tls: 'automatic' } });
    const placed = await world.live(secure, 'two');
    const https = new URL(placed.url ?? '');
    expect(https.protocol).toBe('https:');
    const redirect = await answerOf(request, new URL(url).port, 'secure.internal');
    expect(redirect).toMatchObject({ status: 308, location: `https://secure.internal:${https.port}/` });
    await eventually(
      () => answerOf(secureRequest, https.port, 'secure.internal').catch(() => undefined),
      (answer) => answer?.text === 'two',
    );
  });

  it('have a proxy that doctor looks into', async () => {
    const names = { addressesOf: async (name: string) => [name] };
    const examined = await world.driver.examine?.(target, world.context({ names }));
    const room = /: Docker [\d.]+.*, Caddy 2\.\d+\.\d+, [\d.]+ GiB of [\d.]+ GiB disk free, [\d.]+ GiB memory free$/;
    expect(examined?.checks).toMatchObject([{ name: world.engine.endpoint, result: expect.stringMatching(room) }]);
    const options = { ...target.service.options, memory: 2 ** 50 };
    const large = { ...target, service: { ...target.service, options } };
    const messages = (await world.driver.examine?.(large, world.context({ names })))?.findings.map(
      ({ message }) => message,
    );
    expect(messages).toContainEqual(expect.stringContaining('do not fit into'));
  });

  it('are not taken from a service by another one at the same names', async () => {
    const rival = world.target({ name: 'rival', options: { host_names: [] } });
    const refused = await world.driver.provision?.(rival, world.context()).catch((error: DeployerError) => error);
    expect(refused).toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
    expect(await world.ask(url)).toBe('one');
  });

  it('stay where they are when another environment is destroyed, and so does what is not ours', async () => {
    const { socket } = world.engine;
    const foreign = `${world.name}-dev-api-foreign`;
    const body = { Image: IMAGES.busybox, Cmd: ['sh'], Labels: { 'deployer.project': world.name } };
    await engineCall(socket, 'POST', `/containers/create?name=${foreign}`, body);
    const qa = { ...world.target({ name: 'api', options: { host_names: ['qa.test'] } }), environment: 'qa' };
    await world.live(qa, 'two');
    await world.driver.destroy(qa, world.context());
    const left = await world.things();
    expect(left.filter((thing) => thing.includes('-qa-'))).toEqual([]);
    expect(left).toContain(`container ${foreign}`);
    expect(await world.ask(url)).toBe('one');
  });

  function answerOf(ask: typeof request, port: string, host: string) {
    const to = { host: world.engine.address, port, headers: { host }, servername: host, rejectUnauthorized: false };
    return new Promise<{ status: number | undefined; location: string | undefined; text: string }>(
      (resolve, reject) => {
        const outgoing = ask(to, (response) => {
          const { statusCode: status, headers } = response;
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.once('end', () => resolve({ status, location: headers.location, text }));
        });
        outgoing.once('error', reject).end();
      },
    );
  }

  async function releases() {
    return (await world.driver.inspect(target, world.context())).releases;
  }

  /** Whether the proxy has a request or a stream open to a release. */
  async function isInUse({ internal_url = '' }: Placed): Promise<boolean> {
    const { openFirstHost } = await import('../../../src/drivers/docker/host.ts');
    const { isBusy } = await import('../../../src/drivers/docker/proxy/slots.ts');
    return isBusy(await openFirstHost(target, world.context()), [new URL(internal_url).host]);
  }
});

function echo(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data))).once('close', () => reject(new Error('it was closed')));
    socket.send(text);
  });
}
