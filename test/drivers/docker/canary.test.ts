import { Agent, get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Placed, Target } from '../../../src/core/driver.ts';
import type { InspectedRelease } from '../../../src/core/inspection.ts';
import { quantile } from '../../../src/core/latency.ts';
import { openEngine } from '../../../src/drivers/image/engine/client.ts';
import { execute } from '../../../src/drivers/image/engine/exec.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually } from '../../support/driver-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
const AT_ONCE = 20;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string | undefined;
}

describe.skipIf(dockerUnavailable)(`a canary of containers${reason}`, { timeout: 60_000 }, () => {
  let world: DockerWorld;
  let target: Target;
  let one: Placed;
  let two: Placed;
  let url = '';
  /** What users saw since they were split, by label. */
  const seen = { one: { requests: 0, errors: 0 }, two: { requests: 0, errors: 0 } };
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  beforeAll(async () => {
    world = await createDockerWorld();
    target = world.target({ options: { host_names: [], replicas: 2 } });
    one = await world.live(target, 'one');
    two = await world.place(target, 'two');
    url = one.url ?? '';
  });
  afterAll(async () => {
    agent.destroy();
    await world.end();
  });

  it('is not counted before users are split', async () => {
    await ask('/');
    expect((await releases()).map(({ requests }) => requests)).toEqual([undefined, undefined]);
  });

  it('has its share of 1,000 requests, and each side is counted as its users see it', async () => {
    await share(10);
    await use(900, '/');
    await use(100, '/status?code=500');
    expect(seen.two.requests).toBeGreaterThanOrEqual(60);
    expect(seen.two.requests).toBeLessThanOrEqual(140);
    const [before, canary] = await untilCounted();
    expect(before).toMatchObject({ percent: 90, ...seen.one });
    expect(canary).toMatchObject({ percent: 10, ...seen.two });
    expect(sum(canary?.latencies)).toBe(seen.two.requests);
  });

  it('is counted on while the proxy begins another file, is started anew, and several look', async () => {
    const log = '/config/counts/requests.log';
    await inProxy(`yes "$(head -c 999 /dev/zero | tr '\\0' x)" | head -n 4300 >>${log}`);
    await engineCall(world.engine.socket, 'POST', `/containers/${world.name}-proxy/restart?t=1`);
    const first = await eventually(
      () => ask('/').catch(() => undefined),
      (answer) => answer?.status === 200,
    );
    seen[first?.text as keyof typeof seen].requests += 1;
    await share(50);
    const using = use(100, '/slow?ms=30');
    await Promise.all(Array.from({ length: 4 }, releases));
    await using;
    const [before, canary] = await untilCounted();
    expect(before).toMatchObject(seen.one);
    expect(canary).toMatchObject({ percent: 50, ...seen.two });
    expect(quantile(canary?.latencies ?? [], 0.99)).toBeGreaterThan(30);
    expect((await inProxy('ls /config/counts/requests*.log')).length).toBe(2);
    expect(Object.keys(JSON.parse((await inProxy(`tail -n 1 ${log}`))[0] ?? '')).sort()).toEqual([
      'ms',
      'status',
      'upstream',
    ]);
  });

  it('begins its counts anew with the next one', async () => {
    await world.switchTo(target, one);
    await ask('/');
    await share(20);
    await Promise.all(Array.from({ length: 10 }, () => ask('/')));
    const all = await eventually(
      releases,
      (found) => found.reduce((total, { requests = 0 }) => total + requests, 0) >= 10,
    );
    expect(all.map(({ requests }) => requests)).toEqual([8, 2]);
    await world.switchTo(target, one);
  });

  it('keeps the users that it has while it grows, where that is asked for', async () => {
    const sticky = world.target({ name: 'sticky', options: { host_names: [], path_prefix: '/s', sticky: true } });
    const old = await world.live(sticky, 'one');
    const next = await world.place(sticky, 'two');
    await split(sticky, [old, next], 10);
    const users = await Promise.all(Array.from({ length: 100 }, () => ask('/s')));
    expect(users.filter(({ text }) => text === 'two').length).toBe(10);
    expect(users[0]?.cookie).toMatch(/^deployer_[0-9a-f]{8}=/);
    const again = () => Promise.all(users.map(({ cookie }) => ask('/s', cookie)));
    expect((await again()).map(({ text }) => text)).toEqual(users.map(({ text }) => text));
    await split(sticky, [old, next], 50);
    const grown = await again();
    expect(grown.filter(({ text }) => text === 'two').length).toBe(50);
    for (const [user, { text }] of users.entries()) if (text === 'two') expect(grown[user]?.text).toBe('two');
    expect(grown.every(({ cookie }) => cookie === undefined)).toBe(true);
  });

  it('takes no WebSocket away when a route is renewed', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const changed = world.target({ options: { host_names: [], replicas: 2, sticky: true } });
    expect(await world.driver.provision?.(changed, world.context())).toMatchObject({ outcome: 'created' });
    expect((await ask('/')).cookie).toBeDefined();
    const echo = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.send('still there');
    expect(await echo).toBe('one:still there');
    socket.close();
  });

  async function share(percent: number): Promise<void> {
    await split(target, [one, two], percent);
  }

  async function split(of: Target, [before, canary]: readonly [Placed, Placed], percent: number): Promise<void> {
    const shares = [
      { ref: canary.ref, percent },
      { ref: before.ref, percent: 100 - percent },
    ];
    await world.driver.traffic?.(of, shares, world.context());
  }

  async function use(requests: number, path: string): Promise<void> {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let done = 0; done < requests / AT_ONCE; done++) {
          const { status, text } = await ask(path);
          const side = seen[text as keyof typeof seen];
          side.requests += 1;
          if (status >= 500) side.errors += 1;
        }
      }),
    );
  }

  /** A line is written when the answer is through, which its reader knows a moment before. */
  function untilCounted(): Promise<readonly InspectedRelease[]> {
    const wanted = seen.one.requests + seen.two.requests;
    return eventually(releases, (found) => found.reduce((total, { requests = 0 }) => total + requests, 0) >= wanted);
  }

  async function releases(): Promise<readonly InspectedRelease[]> {
    return (await world.driver.inspect(target, world.context())).releases;
  }

  async function inProxy(script: string): Promise<readonly string[]> {
    const engine = await openEngine(world.engine.endpoint, world.context());
    const { output } = await execute(engine, `${world.name}-proxy`, ['sh', '-c', script]);
    return (await output()).stdout;
  }

  function ask(path: string, cookie?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = get(`${url}${path}`, { agent, headers: cookie === undefined ? {} : { cookie } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        const [given] = response.headers['set-cookie'] ?? [];
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text, cookie: given?.split(';')[0] }));
      });
      request.once('error', reject);
    });
  }
});

function sum(counts: readonly number[] = []): number {
  return counts.reduce((total, count) => total + count, 0);
}
