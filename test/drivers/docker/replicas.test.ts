import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Placed, Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import type { InspectedRelease } from '../../../src/core/inspection.ts';
import type { LogLine } from '../../../src/core/logs.ts';
import { releaseOf, replicaNames } from '../../../src/drivers/docker/names.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually } from '../../support/driver-world.ts';
import { startLoad } from '../../support/load.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
const REPLICAS = 3;
const TWO = 'placed-twice';

describe.skipIf(dockerUnavailable)(`replicas of a release${reason}`, () => {
  let world: DockerWorld;
  let target: Target;
  let one: Placed;
  let two: Placed;
  let url = '';
  beforeAll(async () => {
    world = await createDockerWorld();
    // Each answers with its label and its own name.
    const start = 'cat /etc/hostname >> label.txt; exec node app.mjs';
    target = world.target({ start, options: { host_names: [], replicas: REPLICAS } });
    one = await world.live(target, 'one');
    two = await world.place(target, 'two', {}, { idempotencyKey: TWO });
    url = one.url ?? '';
  });
  afterAll(() => world.end());

  it('share its requests evenly', async () => {
    const answers = await hundredAnswers();
    expect([...answers.values()].sort()).toEqual([33, 33, 34]);
    expect([...answers.keys()].every((answer) => answer.startsWith('one'))).toBe(true);
  });

  it('share no more than a canary has', async () => {
    await share(90, 10);
    const answers = [...(await hundredAnswers())];
    const [old, canary] = ['one', 'two'].map((label) => answers.filter(([answer]) => answer.startsWith(label)));
    expect(old?.map(([, count]) => count)).toEqual([30, 30, 30]);
    expect(canary?.map(([, count]) => count).sort()).toEqual([3, 3, 4]);
    expect((await releases()).map(({ percent }) => percent)).toEqual([90, 10]);
    await share(100, 0);
  });

  it('lose no request when users are moved to others, again and again', async () => {
    const load = startLoad(url, 3);
    for (let count = 0; count < 5; count++) for (const placed of [two, one]) await world.switchTo(target, placed);
    const { failures, bodies } = await load.stop();
    expect(failures).toEqual([]);
    expect(new Set([...bodies].map((body) => body.slice(0, 3)))).toEqual(new Set(['one', 'two']));
  });

  it('tell their memory to whoever asks for details', async () => {
    const { releases } = await world.driver.inspect(target, world.context({ detailed: true }));
    const used = releases[0]?.instances?.map(({ memory_bytes: bytes = 0 }) => bytes) ?? [];
    expect(used).toHaveLength(REPLICAS);
    for (const bytes of used) expect(bytes).toBeGreaterThan(1024 ** 2);
    const plain = (await world.driver.inspect(target, world.context())).releases;
    expect(plain.flatMap(({ instances = [] }) => instances).filter((one) => 'memory_bytes' in one)).toEqual([]);
  });

  it('are all in the log', async () => {
    const started = new Set<string>();
    for await (const { line } of logs()) if (line.startsWith('listening one')) started.add(line);
    expect(started.size).toBe(REPLICAS);
  });

  it('stand in for one that has stopped, which is told of until users are sent to all again', async () => {
    const [, second = ''] = namesOf(one);
    await engineCall(world.engine.socket, 'POST', `/containers/${second}/stop?t=1`);
    const load = startLoad(url, 2);
    const seen = (await releases())[0];
    expect(seen).toMatchObject({ ref: one.ref, state: 'stopped', percent: 100, restarts: 0 });
    expect(seen?.detail).toContain(`${second} ended with exit code`);
    await hundredAnswers();
    expect((await load.stop()).failures).toEqual([]);
    await world.switchTo(target, one);
    expect((await releases())[0]).toMatchObject({ state: 'running' });
    await eventually(hundredAnswers, ({ size }) => size === REPLICAS);
  });

  it('are started again after a crash, and their restarts are counted together', async () => {
    for (let count = 0; count < 2; count++) await fetch(`${url}/crash`).catch(() => undefined);
    const back = await eventually(
      async () => (await releases())[0],
      (release) => (release?.restarts ?? 0) >= 2 && release?.state === 'running',
    );
    expect(back?.percent).toBe(100);
  });

  it('all go when one of them does not become healthy', async () => {
    const idempotencyKey = 'one-fails';
    const names = replicaNames(target, releaseOf(target, idempotencyKey), REPLICAS);
    const placing = world
      .place(target, 'two', { START_DELAY: '60000' }, { idempotencyKey })
      .catch((error: DeployerError) => error.failure);
    await eventually(
      () => Promise.all(names.map(isRunning)),
      (all) => all.every((running) => running),
    );
    await engineCall(world.engine.socket, 'POST', `/containers/${names[1]}/kill`);
    expect(await placing).toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      reason: expect.stringContaining('137'),
      detail: expect.arrayContaining([`in the container ${names[1]}`]),
    });
    expect((await releases()).map(({ ref }) => ref)).toEqual([one.ref, two.ref]);
    expect(await world.ask(url)).toMatch(/^one/);
  });

  it('that an earlier attempt did not get to are made by the next one', async () => {
    const { socket } = world.engine;
    const [first = '', second, third] = namesOf(two);
    const before = await idOf(first);
    await engineCall(socket, 'DELETE', `/containers/${second}?force=1`);
    await engineCall(socket, 'POST', `/containers/${third}/update`, { RestartPolicy: { Name: 'no' } });
    expect((await releases())[1]).toMatchObject({ ref: two.ref, state: 'starting' });
    const again = await world.place(target, 'two', {}, { idempotencyKey: TWO });
    expect(again).toEqual(two);
    expect(await idOf(first)).toBe(before);
    expect((await releases())[1]).toMatchObject({ ref: two.ref, state: 'running' });
    await world.switchTo(target, two);
    await eventually(hundredAnswers, ({ size }) => size === REPLICAS);
    await world.switchTo(target, one);
  });

  it('are retired and destroyed together', async () => {
    await world.driver.retire(target, two.ref, world.context());
    expect((await world.things()).filter((thing) => thing.includes(String(two.ref)))).toEqual([]);
    expect((await releases()).map(({ ref }) => ref)).toEqual([one.ref]);
    await world.driver.destroy(target, world.context());
    expect((await world.things()).filter((thing) => thing.startsWith('container '))).toEqual([]);
  });

  async function share(first: number, second: number): Promise<void> {
    const shares = [
      { ref: one.ref, percent: first },
      { ref: two.ref, percent: second },
    ];
    await world.driver.traffic?.(target, shares, world.context());
  }

  async function hundredAnswers(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (let done = 0; done < 100; done++) {
      const answer = await world.ask(url);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    return counts;
  }

  async function releases(): Promise<readonly InspectedRelease[]> {
    return (await world.driver.inspect(target, world.context())).releases;
  }

  function logs(): AsyncIterable<LogLine> {
    const lines = world.driver.logs?.(target, { follow: false, tail: 100 }, world.context());
    if (!lines) throw new Error('the driver has no logs');
    return lines;
  }

  function namesOf({ ref }: Placed): readonly string[] {
    return replicaNames(target, String(ref), REPLICAS);
  }

  async function isRunning(name: string): Promise<boolean> {
    const { body } = await engineCall(world.engine.socket, 'GET', `/containers/${name}/json`);
    return (body as { State?: { Running: boolean } }).State?.Running === true;
  }

  async function idOf(name: string): Promise<string> {
    const { body } = await engineCall(world.engine.socket, 'GET', `/containers/${name}/json`);
    return (body as { Id: string }).Id;
  }
});
