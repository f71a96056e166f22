import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Placed, Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import type { Peers } from '../../../src/core/ports.ts';
import { HELD } from '../../../src/drivers/docker/proxy/caddy.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually } from '../../support/driver-world.ts';
import { startLoad } from '../../support/load.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`a service that may not run twice${reason}`, () => {
  let world: DockerWorld;
  let target: Target;
  let one: Placed;
  let url = '';
  beforeAll(async () => {
    world = await createDockerWorld();
    target = world.target({ options: { host_names: [], overlap: false, drain_timeout: '5s' } });
    one = await world.place(target, 'one');
    url = one.url ?? '';
    await world.image('two');
  });
  afterAll(() => world.end());

  it('is replaced without a failed request, and never runs twice', async () => {
    expect(await world.ask(url)).toBe('one');
    const seen = watchRunning(world);
    const load = startLoad(url, 3);
    const two = await world.place(target, 'two');
    const { failures, bodies } = await load.stop();
    expect(failures).toEqual([]);
    expect([...bodies].sort()).toEqual(['one', 'two']);
    expect(await seen.most()).toBe(1);
    expect(await releases()).toMatchObject([
      { ref: one.ref, state: 'stopped', percent: 0, detail: 'stopped, kept for a roll-back' },
      { ref: two.ref, state: 'running', percent: 100 },
    ]);
  });

  it('stays what it was when the new release does not become healthy, and no request fails', async () => {
    const load = startLoad(url, 3);
    const refused = world.place(target, 'one', { EXIT_AT_START: '1' });
    await expect(refused).rejects.toMatchObject({ code: 'HEALTH_CHECK_FAILED' } satisfies Partial<DeployerError>);
    const { failures, bodies } = await load.stop();
    expect(failures).toEqual([]);
    expect([...bodies]).toEqual(['two']);
    expect(await running(world)).toHaveLength(1);
  });

  it('ends with one that runs when a replacement is cut off and taken up again, or restored', async () => {
    const cut = new AbortController();
    const key = 'cut-off';
    const slow = world.place(target, 'one', { START_DELAY: '60000' }, { signal: cut.signal, idempotencyKey: 'slow' });
    slow.catch(() => undefined);
    await eventually(releases, (all) => all.some(({ state }) => state === 'starting'));
    cut.abort();
    await expect(slow).rejects.toBeDefined();
    expect(await world.ask(url)).toBe('two');
    await expect(world.place(target, 'one', {}, cutWhileHolding())).rejects.toBeDefined();
    expect(await world.ask(url)).toBe('two');
    const [, two] = await releases();
    const again = await world.place(target, 'one', {}, { idempotencyKey: key });
    expect(await world.place(target, 'one', {}, { idempotencyKey: key })).toEqual(again);
    expect(await world.ask(url)).toBe('one');
    await world.driver.restore?.(target, two?.ref ?? null, world.context({ undoing: true }));
    expect(await world.ask(url)).toBe('two');
    expect(await running(world)).toHaveLength(1);
    expect((await releases()).map(({ ref }) => ref)).not.toContain(again.ref);
  });

  it('takes a release that was kept again when nothing it is given has changed, and else a new one', async () => {
    const artifact = await world.image('one');
    const request = { version_id: 'ver_one', artifact, variables: {}, kept: one.ref };
    expect((await world.driver.deploy(target, request, world.context())).ref).toBe(one.ref);
    expect(await world.ask(url)).toBe('one');
    const changed = { ...request, variables: { GREETING: 'hello' } };
    expect((await world.driver.deploy(target, changed, world.context())).ref).not.toBe(one.ref);
    expect(await world.ask(`${url}/greeting`)).toBe('hello');
  });

  it('loses its users when its first release is taken back', async () => {
    const fresh = world.target({ name: 'fresh', options: { overlap: false } });
    const { ref } = await world.place(fresh, 'one');
    await world.driver.retire(fresh, ref, world.context({ undoing: true }));
    expect((await world.driver.inspect(fresh, world.context())).releases).toEqual([]);
  });

  /** Called off when the proxy has been told to hold requests, and has not said yet that it does. */
  function cutWhileHolding(): Partial<DriverContext> {
    const cut = new AbortController();
    const { peers } = world.context();
    let asked = 0;
    const send: Peers['send'] = (peer, request) => {
      const answer = peers.send(peer, request);
      if (typeof request.body === 'string' && request.body.includes(`"${HELD}"`)) asked++;
      if (asked === 1 && /^[/v.\d]*\/exec\/\w+\/start/.test(request.path)) setImmediate(() => cut.abort());
      return answer;
    };
    return { signal: cut.signal, idempotencyKey: 'cut-while-holding', peers: { send } };
  }

  async function releases() {
    return (await world.driver.inspect(target, world.context())).releases;
  }
});

describe.skipIf(dockerUnavailable)(`an image of others${reason}`, () => {
  let world: DockerWorld;
  beforeAll(async () => {
    world = await createDockerWorld();
  });
  afterAll(() => world.end());

  it('runs with its data, which outlives releases and is removed only when asked', async () => {
    const { driver, engine, name } = world;
    const health = { kind: 'tcp', port: 5000, timeout: 10_000, interval: 50, successes: 1 } as const;
    const options = {
      image: IMAGES.busybox,
      command: ['sh', '-c', 'echo "$WORD" >>/data/words; exec nc -ll -p 5000 -e cat /data/words'],
      volumes: ['words:/data'],
      host_names: [],
      worker: true,
    };
    const target = world.target({ name: 'db', path: 'no-such-folder', health, options });
    expect(await driver.preflight(target, world.context())).toEqual([]);
    const artifact = await driver.build?.(target, {}, world.context());
    expect(artifact?.digest).toBe(await idOf(IMAGES.busybox));
    if (!artifact) return;
    for (const word of ['first', 'second'])
      await driver.deploy(target, { version_id: `ver_${word}`, artifact, variables: { WORD: word } }, world.context());
    // By the name that other containers know it by.
    expect(await inProxy(['nc', `${name}-dev-db`, '5000'])).toEqual(['first', 'second']);
    const volume = `volume ${name}-dev-db-words`;
    await driver.destroy(target, world.context());
    expect(await world.things()).toEqual([volume]);
    expect(await idOf(IMAGES.busybox)).toBe(artifact.digest);
    await driver.destroy(target, world.context(), 'remove');
    expect(await world.things()).toEqual([]);

    async function idOf(image: string): Promise<string> {
      return ((await engineCall(engine.socket, 'GET', `/images/${image}/json`)).body as { Id: string }).Id;
    }

    async function inProxy(argv: readonly string[]): Promise<readonly string[]> {
      const { openEngine } = await import('../../../src/drivers/image/engine/client.ts');
      const { execute } = await import('../../../src/drivers/image/engine/exec.ts');
      const opened = await openEngine(engine.endpoint, world.context());
      const { output } = await execute(opened, `${name}-proxy`, argv);
      return (await output()).stdout.filter((line) => line !== '');
    }
  });
});

async function running({ engine, name }: DockerWorld): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${name}`, 'deployer.service=api'] }));
  const { body } = await engineCall(engine.socket, 'GET', `/containers/json?filters=${filters}`);
  return (body as { Id: string }[]).map(({ Id }) => Id);
}

/** Counts containers of the service that run at the same time. */
function watchRunning(world: DockerWorld): { most(): Promise<number> } {
  let over = false;
  const counted = (async () => {
    let most = 0;
    while (!over) most = Math.max(most, (await running(world)).length);
    return most;
  })();
  return {
    most: () => {
      over = true;
      return counted;
    },
  };
}
