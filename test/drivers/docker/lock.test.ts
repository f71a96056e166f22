import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../../src/core/driver.ts';
import type { LockPlace } from '../../../src/core/lock-place.ts';
import { lockPlaceContract } from '../../contracts/lock-place.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually } from '../../support/driver-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`the lock of an environment on a host${reason}`, () => {
  let world: DockerWorld;
  beforeAll(async () => {
    world = await createDockerWorld();
  });
  afterAll(() => world.end());

  lockPlaceContract('docker', async () => onlyPlace(await places(world.target())));

  it('is one for all services of an engine, and another for each environment', async () => {
    const [api, site] = [world.target(), world.target({ name: 'site' })];
    const [place, ...others] = await places(api, site);
    expect(place).toMatchObject({ name: world.engine.endpoint, services: ['api', 'site'] });
    expect(others).toEqual([]);
    const staging = onlyPlace(await places({ ...api, environment: 'staging' }));
    const tokens = await Promise.all([place?.create('one'), staging.create('two')]);
    expect(tokens.every((token) => token !== undefined)).toBe(true);
    await Promise.all([place?.remove(tokens[0] ?? ''), staging.remove(tokens[1] ?? '')]);
  });

  it('is a container that was never started, with our labels, and is not taken for a release', async () => {
    const target = world.target();
    const place = onlyPlace(await places(target));
    const token = (await place.create('held')) ?? '';
    const { body } = await engineCall(world.engine.socket, 'GET', `/containers/${token}/json`);
    expect(body).toMatchObject({
      Name: `/deployer-lock-${world.name}.dev`,
      State: { Status: 'created' },
      Config: { Labels: { 'deployer.managed': '1', 'deployer.role': 'lock', 'deployer.lock': 'held' } },
    });
    expect(await world.driver.inspect(target, world.context())).toEqual({ state: 'absent', releases: [] });
    await place.remove(token);
    expect(await world.things()).toEqual([]);
    // Other tests use the same engine at the same time.
    await eventually(
      async () => ({ image: await hasImage(), ours: await countOurs() }),
      ({ image, ours }) => !image || ours > 0,
    );
  });

  it('is not the container of somebody else that has its name', async () => {
    const { socket } = world.engine;
    const path = `/containers/create?name=deployer-lock-${world.name}.dev`;
    await engineCall(socket, 'POST', path, { Image: IMAGES.busybox, Cmd: ['sh'] });
    const place = onlyPlace(await places(world.target()));
    expect(await place.create('held')).toBeUndefined();
    await expect(place.read()).rejects.toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
  });

  async function hasImage(): Promise<boolean> {
    return (await engineCall(world.engine.socket, 'GET', '/images/deployer/lock/json')).status === 200;
  }

  async function countOurs(): Promise<number> {
    const filters = encodeURIComponent(JSON.stringify({ label: ['deployer.managed=1'] }));
    const { body } = await engineCall(world.engine.socket, 'GET', `/containers/json?all=1&filters=${filters}`);
    return (body as unknown[]).length;
  }

  function places(...targets: Target[]): Promise<readonly LockPlace[]> {
    return world.driver.locks?.(targets, world.context()) ?? Promise.resolve([]);
  }
});

function onlyPlace([place, ...others]: readonly LockPlace[]): LockPlace {
  if (!place || others.length > 0) throw new Error('there is not exactly one place');
  return place;
}
