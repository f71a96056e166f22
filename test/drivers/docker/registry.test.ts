import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/core/artifact.ts';
import type { DriverContext, Target } from '../../../src/core/driver.ts';
import { DeployerError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { Secret } from '../../../src/core/secret.ts';
import { openHosts } from '../../../src/drivers/docker/host.ts';
import { findAccount } from '../../../src/drivers/docker/registry/account.ts';
import { bringImage } from '../../../src/drivers/docker/release/image-transfer.ts';
import { removeImages } from '../../../src/drivers/docker/release/images.ts';
import { readLocation } from '../../../src/drivers/image/build/image.ts';
import { registryFailure } from '../../../src/drivers/image/registry/failure.ts';
import { systemProcesses } from '../../../src/system/processes.ts';
import { type Engine, hostEngine, hostsUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { type Registry, registry } from '../../support/docker/registry.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { createDriverWorld, type DriverWorld } from '../../support/driver-world.ts';

const PASSWORD = 'a-password-of-the-registry';
const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';

describe.skipIf(hostsUnavailable)(`images that go by a registry${reason}`, () => {
  let world: DockerWorld;
  let place: Registry;
  let other: Engine;
  let built: Artifact;
  let lines: string[] = [];
  beforeAll(async () => {
    [world, place, other] = await Promise.all([
      createDockerWorld(),
      registry({ accounts: { deploy: PASSWORD } }),
      hostEngine(2),
    ]);
    world.write('small', { Dockerfile: `FROM ${IMAGES.busybox}\nCOPY a.txt /\n`, 'a.txt': world.name });
    built = (await world.driver.build?.(target(), {}, context())) as Artifact;
  });
  afterAll(async () => {
    await Promise.all([place?.end(), clear(), world?.end()]);
  });

  it('are pushed when they are built, and known by the digest that the registry answered', async () => {
    const { published = '', engine } = readLocation(built);
    expect(engine).toBe(world.engine.endpoint);
    expect(published).toMatch(/\/team\/small@sha256:[0-9a-f]{64}$/);
    const answer = await fetch(`http://${published.replace('/', '/v2/').replace('@', '/manifests/')}`, {
      headers: {
        authorization: `Basic ${Buffer.from(`deploy:${PASSWORD}`).toString('base64')}`,
        accept: 'application/vnd.docker.distribution.manifest.v2+json',
      },
    });
    expect(await answer.json()).toMatchObject({ config: { digest: built.digest } });
    expect((await namesOn(world.engine)).filter((name) => name.includes(place.place))).toEqual([]);
  });

  it('are pulled by a host that lacks them, once, by their digest', async () => {
    await bring(target());
    expect(lines).toEqual([`pulling ${readLocation(built).published}`]);
    expect(await namesOn(other)).toEqual([expect.stringMatching(new RegExp(`^deployer/${world.name}/small:`))]);
    lines = [];
    await bring(target());
    expect(lines).toEqual([]);
  });

  it('are pushed once more for an environment whose registry lacks them, and sent where there is none', async () => {
    await clear();
    await bring(target({ repository: `${place.place}/elsewhere`, ...ACCOUNT }));
    const elsewhere = `${place.place}/elsewhere/small`;
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^pushing ${elsewhere}:`)),
      expect.stringMatching(new RegExp(`^pulling ${elsewhere}@sha256:`)),
    ]);
    await clear();
    await bring(target(null));
    expect(lines).toEqual([`sending the image from ${world.engine.endpoint}`]);
    await clear();
    expect(await namesOn(other)).toEqual([]);
  });

  it('need an account that the registry knows, and say so without the password', async () => {
    await clear();
    const wrong = { 'registry.password': new Secret('not-that-password') };
    expect(await failure(bring(target(), { credentials: wrong }))).toMatchObject({ code: 'AUTH_FAILED' });
    expect(await failure(bring(target(), { credentials: {} }))).toMatchObject({ code: 'MISSING_ENV' });
    const stranger = target({ repository: `${place.place}/team` });
    const refused = await failure(bring(stranger));
    expect(refused).toMatchObject({ code: 'AUTH_FAILED', fix: expect.stringContaining('docker login') });
    expect(JSON.stringify([refused, built, lines, await world.shown()])).not.toContain(PASSWORD);
  });

  it('have doctor try the account on the hosts, and look where the names lead', async () => {
    const examine = (leads: readonly string[], given: Partial<DriverContext> = {}) => {
      const names = { addressesOf: async (name: string) => (name === other.address ? [name] : leads) };
      return world.driver.examine?.(target(), context({ names, ...given }));
    };
    const sound = await examine([other.address]);
    expect(sound).toMatchObject({
      checks: [
        { name: other.endpoint, result: expect.stringMatching(/^ok: Docker \d+.*memory, no proxy yet$/) },
        { name: place.place, result: 'ok: deploy can log in' },
        { name: 'small.test', result: `at ${other.address}` },
      ],
      findings: [],
    });
    const wrong = { 'registry.password': new Secret('not-that-password') };
    expect((await examine(['192.0.2.7'], { credentials: wrong }))?.findings).toMatchObject([
      { level: 'error', code: 'AUTH_FAILED' },
      { level: 'warning', message: `small.test leads to 192.0.2.7, and the hosts are at ${other.address}` },
    ]);
    expect((await examine([], { credentials: {} }))?.findings).toMatchObject([
      { level: 'warning', message: 'small.test leads nowhere' },
    ]);
  });

  it('do not come from a registry that does not answer', async () => {
    const gone = await registry();
    await gone.end();
    const repository = { repository: `${gone.place}/team` };
    const refused = await failure(bring(target(repository)));
    expect(refused).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', reason: expect.stringContaining(gone.place) });
  });

  const ACCOUNT = { username: 'deploy', password: 'env:PASSWORD' };

  function target(through: JsonObject | null = { repository: `${place.place}/team`, ...ACCOUNT }): Target {
    const hosts = [{ engine: other.endpoint, address: other.address }];
    const options = { hosts, builder: world.engine.endpoint, ...(through ? { registry: through } : {}) };
    return world.target({ name: 'small', path: 'small', options });
  }

  function context(given: Partial<DriverContext> = {}): DriverContext {
    const credentials = { 'registry.password': new Secret(PASSWORD) };
    return world.context({ credentials, log: (line) => void lines.push(line), ...given });
  }

  async function bring(to: Target, given?: Partial<DriverContext>): Promise<void> {
    lines = [];
    const scope = context(given);
    const [host] = await openHosts(to, scope);
    await bringImage(host, to, built, scope);
  }

  async function clear(): Promise<void> {
    const [host] = await openHosts(target(), context());
    await removeImages(host.engine, target(), 0);
  }

  async function namesOn({ socket }: Engine): Promise<readonly string[]> {
    const { body } = await engineCall(socket, 'GET', '/images/json');
    return (body as { RepoTags: string[] | null; RepoDigests: string[] | null }[]).flatMap(
      ({ RepoTags, RepoDigests }) =>
        [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter(
          (name) => name.includes(world.name) || name.includes(place.place),
        ),
    );
  }
});

describe('the account at a registry', () => {
  let world: DriverWorld;
  beforeAll(async () => {
    world = await createDriverWorld();
  });
  afterAll(() => world.remove());

  it('is that of the docker command where the config names none: of its file, or of its helper', async () => {
    const auth = Buffer.from('deploy:pass:word').toString('base64');
    expect(await account({ auths: { 'registry.example.com': { auth } } })).toEqual({
      username: 'deploy',
      password: 'pass:word',
    });
    expect(await account({ auths: { 'other.example.com': { auth } } })).toBeUndefined();
    expect(await account({ credHelpers: { 'registry.example.com': 'of-the-test' } })).toEqual({
      username: 'registry.example.com',
      password: 'kept',
    });
    expect(await account({ credsStore: 'nobody-has-this' })).toBeUndefined();
  });

  async function account(config: object) {
    writeFileSync(join(world.root, 'config.json'), JSON.stringify(config));
    const helper = join(world.root, 'docker-credential-of-the-test');
    writeFileSync(helper, '#!/bin/sh\nread -r place\necho "{\\"Username\\":\\"$place\\",\\"Secret\\":\\"kept\\"}"\n');
    chmodSync(helper, 0o755);
    const processes = systemProcesses({ environment: { PATH: `${world.root}:${process.env.PATH}` } });
    const service = { options: { registry: { repository: 'registry.example.com/shop' } } };
    const context = world.context({ processes, settings: { DOCKER_CONFIG: world.root } });
    const found = await findAccount({ service } as unknown as Target, context);
    return found && 'password' in found ? { ...found, password: found.password.reveal() } : found;
  }
});

describe('what an engine says of a registry', () => {
  it.each([
    ['unauthorized: authentication required', 'AUTH_FAILED'],
    ['Head "https://r/v2/": no basic auth credentials', 'AUTH_FAILED'],
    ['denied: requested access to the resource is denied', 'INSUFFICIENT_PERMISSIONS'],
    ['Get "https://r/v2/": http: server gave HTTP response to HTTPS client', 'PLATFORM_UNAVAILABLE'],
    ['Get "https://r/v2/": x509: certificate signed by unknown authority', 'PLATFORM_UNAVAILABLE'],
    ['Get "http://r/v2/": dial tcp 10.0.0.1:5000: connect: connection refused', 'PLATFORM_UNAVAILABLE'],
    ['Get "https://r/v2/": dial tcp: lookup r: no such host', 'PLATFORM_UNAVAILABLE'],
    ['manifest unknown: manifest unknown', 'NOT_FOUND'],
    ['toomanyrequests: You have reached your pull rate limit', 'RATE_LIMIT_EXCEEDED'],
    ['no space left on device', 'DEPLOY_FAILED'],
  ])('%s is %s', (line, code) => {
    const said = new DeployerError({ code: 'DEPLOY_FAILED', reason: 'could not pull', detail: [line] });
    const fixes = { account: 'a', rights: 'b', name: 'c' };
    expect(registryFailure({ host: 'r', fixes }, said)).toMatchObject({ code, failure: { detail: [line] } });
  });
});

async function failure(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof DeployerError ? error.failure : Promise.reject(error)),
  );
}
