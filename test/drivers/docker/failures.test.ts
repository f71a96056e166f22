import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/core/artifact.ts';
import type { ServiceConfig } from '../../../src/core/config.ts';
import type { DeployerError, Failure } from '../../../src/core/errors.ts';
import { containerName, releaseOf } from '../../../src/drivers/docker/names.ts';
import { whenBusy } from '../../support/busy-machine.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
/** From the end of a container to the message, ms; half of it is for the other tests of this file, which run at the same time. */
const SOON = 2_000;

describe.skipIf(dockerUnavailable)(`a release that is not well${reason}`, { concurrent: true }, () => {
  let world: DockerWorld;
  let shell: Artifact;
  beforeAll(async () => {
    world = await createDockerWorld();
    shell = await world.imageOf(`FROM ${IMAGES.busybox}\n`);
    await world.driver.provision?.(world.target(), world.context());
  });
  afterAll(() => world.end());

  it('is told of with exit code and last lines as soon as it has crashed, and is gone', async () => {
    const { failure, late, container } = await failed({ start: 'echo one; echo two >&2; sleep 0.3; exit 3' });
    expect(failure).toMatchObject({ code: 'HEALTH_CHECK_FAILED', reason: expect.stringContaining('exit code 3') });
    expect([...(failure.detail ?? [])].sort()).toEqual(['one', 'two']);
    expect(late).toBeLessThan(whenBusy(SOON));
    expect(await world.things()).not.toContain(`container ${container}`);
  });

  it('is told of when its command does not exist', async () => {
    const { failure } = await failed({ start: 'no-such-command --flag' });
    expect(failure.reason).toContain('could not run its command (exit code 127)');
    expect(failure.detail?.join()).toContain('no-such-command: not found');
  });

  it('is told of when its image has nothing that could be run', async () => {
    const image = await world.imageOf(`FROM ${IMAGES.busybox}\nCMD ["/no/such/program"]\n`);
    const { failure, container } = await failed({}, image);
    expect(JSON.stringify(failure)).toContain('/no/such/program');
    expect(await world.things()).not.toContain(`container ${container}`);
  });

  it('is told of when it ran out of memory', async () => {
    const { failure, late } = await failed({
      start: 'tail /dev/zero',
      options: { memory: '16m' } as never,
    });
    expect(failure.reason).toContain('ran out of memory and was killed (exit code 137)');
    expect(late).toBeLessThan(whenBusy(SOON));
  });

  it('is told of when its release command ran out of memory, which leaves nothing behind', async () => {
    const target = world.target({ name: 'hungry', options: { memory: '16m' } as never });
    const request = { version_id: 'ver_1', artifact: shell, variables: {}, kind: 'release' } as const;
    const end = await world.driver.run?.(target, { ...request, command: 'tail /dev/zero' }, world.context());
    expect(end).toEqual({ exit_code: 137, out_of_memory: true });
    expect((await world.things()).filter((thing) => thing.includes('hungry'))).toEqual([]);
  });

  it('is told of by the words of its own health check', async () => {
    const check = 'HEALTHCHECK --interval=30s --retries=2 CMD echo the disk is full; exit 1';
    const image = await world.imageOf(`FROM ${IMAGES.busybox}\n${check}\nCMD ["sleep", "60"]\n`);
    const { failure } = await failed(
      { options: { worker: true } as never, health: { ...HTTP, timeout: 2_000 } },
      image,
    );
    expect(failure.reason).toContain('did not become healthy within 2.0s');
    expect(failure.detail).toEqual(
      expect.arrayContaining(['its health check ended with exit code 1', 'the disk is full']),
    );
  });

  it('is told of when a command of its check fails inside it', async () => {
    const health = {
      kind: 'command',
      command: 'echo not yet; exit 4',
      timeout: 3_000,
      interval: 100,
      successes: 1,
    } as const;
    const { failure } = await failed({ start: 'sleep 60', health, options: { worker: true } as never });
    expect(failure.detail).toEqual(expect.arrayContaining(['its health check ended with exit code 4', 'not yet']));
  });

  it('that listens on another port is told which one is asked', async () => {
    const { failure } = await failed({
      start: 'mkdir /www && echo ok > /www/healthz && exec httpd -f -p 9999 -h /www',
      health: { ...HTTP, timeout: 1_000 },
    });
    expect(failure).toMatchObject({
      reason: expect.stringContaining('within 1.0s'),
      fix: expect.stringContaining('port 8080'),
    });
    expect(failure.detail?.[0]).toBe('last answer: connection refused');
  });

  it('that answers with the wrong status is quoted', async () => {
    const { failure } = await failed({
      start: 'mkdir /www && exec httpd -f -p $PORT -h /www',
      health: { ...HTTP, timeout: 1_000 },
    });
    expect(failure.detail?.[0]).toBe('last answer: HTTP 404 (expected 200)');
  });

  it('that answers as it should passes, by status, body and header', async () => {
    const target = world.target({
      start: 'mkdir /www && echo all is well > /www/healthz && exec httpd -f -p $PORT -h /www',
      health: { ...HTTP, body: 'is well', headers: { 'content-length': '12' } },
    });
    const request = { version_id: 'ver_well', artifact: shell, variables: {} };
    const { ref } = await world.driver.deploy(target, request, world.context());
    await world.driver.retire(target, ref, world.context());
  });

  it('is refused when the engine does not have its image', async () => {
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const { failure } = await failed({}, { kind: 'image', digest });
    expect(failure).toMatchObject({ code: 'NOT_FOUND', reason: expect.stringContaining(digest) });
  });

  interface Failed {
    readonly failure: Failure;
    /** From the end of its container to the message, ms. */
    readonly late: number;
    /** Name of its container: several are placed at the same time. */
    readonly container: string;
  }

  async function failed(service: Partial<ServiceConfig>, artifact = shell): Promise<Failed> {
    const since = Date.now() / 1_000;
    const target = world.target({ health: HTTP, ...service });
    const idempotencyKey = `failing-${++keys}`;
    const container = containerName(target, releaseOf(target, idempotencyKey));
    const request = { version_id: 'ver_bad', artifact, variables: {} };
    const failure = await world.driver.deploy(target, request, world.context({ idempotencyKey })).then(
      () => Promise.reject(new Error('it was placed')),
      (error: DeployerError) => error.failure ?? Promise.reject(error),
    );
    const told = Date.now();
    return { failure, late: told - (await endOf(container, since, told / 1_000)), container };
  }

  /** When the engine saw a container end, ms. */
  async function endOf(container: string, since: number, until: number): Promise<number> {
    const filters = encodeURIComponent(JSON.stringify({ event: ['die'], container: [container] }));
    const query = `since=${since.toFixed(3)}&until=${until.toFixed(3)}&filters=${filters}`;
    const { body } = await engineCall(world.engine.socket, 'GET', `/events?${query}`);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const times = [...text.matchAll(/"timeNano":(\d+)/g)].map(([, nano]) => Number(nano) / 1e6);
    return Math.max(...times);
  }
});

let keys = 0;

const HTTP = {
  kind: 'http',
  target: '/healthz',
  status: [200],
  headers: {},
  allowPrivate: false,
  timeout: 15_000,
  interval: 50,
  successes: 1,
} as const;
