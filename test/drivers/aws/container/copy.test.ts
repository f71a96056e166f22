import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../../src/core/artifact.ts';
import type { DriverContext, Target } from '../../../../src/core/driver.ts';
import type { Http } from '../../../../src/core/ports.ts';
import { bringImage } from '../../../../src/drivers/aws/container/images.ts';
import { openSite } from '../../../../src/drivers/aws/container/places.ts';
import { readLocation } from '../../../../src/drivers/image/build/image.ts';
import type { Seen } from '../../../support/aws/ecr/front.ts';
import { registriesOf } from '../../../support/aws/ecr/registry.ts';
import { repositoriesOf, tokensOf } from '../../../support/aws/ecr/state.ts';
import { ecsOf } from '../../../support/aws/ecs/state.ts';
import { type ContainerWorld, createContainerWorld, READER } from '../../../support/aws-container-world.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { persistently } from '../../../support/quick-world.ts';

const THERE = { account: READER, region: 'us-east-1' } as const;
const [CONFIG_AND_LABEL, ALL] = [2, 3];

describe('an image that is promoted to another account and region', () => {
  let world: ContainerWorld;
  let target: Target;
  let seen: Seen[] = [];
  let all: Seen[] = [];
  let happen: (request: Seen) => 'lost' | undefined;

  beforeAll(async () => {
    world = await createContainerWorld();
    const given = world.target({ options: THERE });
    const made = await world.driver.provision?.(given, context());
    target = { ...given, resource: made?.resource ?? null };
    registriesOf(world.aws.server.world).watch((request) => {
      seen.push(request);
      return happen(request);
    });
  });
  beforeEach(() => {
    all = [...all, ...seen];
    seen = [];
    happen = () => undefined;
  });
  afterAll(() => world.end());

  it('runs there by the same digest, and only what is missing there is moved', async () => {
    const [one, two] = await Promise.all([world.image('one'), world.image('two')]);
    const placed = await world.driver.deploy(
      target,
      { version_id: 'ver_one', artifact: one, variables: {} },
      context(),
    );
    await world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context());
    expect(await world.ask(placed.url ?? '')).toBe('one');
    const [definition] = ecsOf(at()).definitions.values();
    expect(digestOf(definition?.given.containerDefinitions[0].image)).toBe(digestOf(readLocation(one).published));
    expect(moved()).toHaveLength(ALL);
    seen = [];
    expect(digestOf(await bring(two))).toBe(digestOf(readLocation(two).published));
    expect(moved()).toHaveLength(CONFIG_AND_LABEL);
    seen = [];
    await bring(two);
    expect(seen).toEqual([]);
  });

  it('comes whole, and nothing twice, when the answer to each change is lost once', async () => {
    const lost = new Set<string>();
    happen = ({ method, path }) => {
      const kind = `${method} ${path.replace(/uploads\/.*digest=/, '')}`;
      if (method === 'GET' || method === 'HEAD' || lost.has(kind)) return undefined;
      lost.add(kind);
      return 'lost';
    };
    const three = await world.image('three');
    const brought = await persistently(() => bring(three), context());
    expect(lost).toHaveProperty('size', 1 + CONFIG_AND_LABEL + 1);
    expect(new Set(moved())).toHaveProperty('size', moved().length);
    expect(digestOf(brought)).toBe(digestOf(readLocation(three).published));
  });

  it('goes on where it was cut off', async () => {
    const four = await world.image('four');
    const controller = new AbortController();
    happen = ({ method, path }) => {
      if (method === 'HEAD' && moved().length === 1 && path.includes('/blobs/')) controller.abort();
      return undefined;
    };
    await expect(bring(four, { signal: controller.signal })).rejects.toThrow('aborted');
    const before = moved();
    expect(before).toHaveLength(1);
    seen = [];
    await bring(four);
    expect(moved()).toHaveLength(CONFIG_AND_LABEL - before.length);
  });

  it('stays where it is when the account it is in does not let us read', async () => {
    const five = await world.image('five');
    const repositories = [...repositoriesOf({ ...at(), account: '111111111111', region: 'eu-west-1' }).values()];
    for (const repository of repositories) repository.readers = [];
    const failure = await failureOf(bring(five));
    for (const repository of repositories) repository.readers = [READER];
    expect(failure).toMatchObject({ code: 'NOT_FOUND', fix: expect.stringContaining(`aws.readers: ["${READER}"]`) });
    expect(moved()).toEqual([]);
  });

  it('is not followed by a password to where an upload is sent on', async () => {
    const passwords: (string | undefined)[] = [];
    const { http } = context();
    const send: Http['send'] = async (request) => {
      if (request.url.startsWith('http://elsewhere')) {
        passwords.push(request.headers?.['authorization']);
        return { status: 201, headers: {}, body: new Uint8Array(), truncated: false };
      }
      const answer = await http.send(request);
      const sentOn = request.method === 'POST' ? { location: 'http://elsewhere.example/upload' } : {};
      return { ...answer, headers: { ...answer.headers, ...sentOn } };
    };
    await failureOf(bring(await world.image('six'), { http: { send } }));
    expect(passwords).toEqual([undefined, undefined]);
  });

  it('has shown each registry its own password only, and the store of layers none', () => {
    const requests = [...all, ...seen];
    const places = new Set(requests.map(({ place }) => place.account));
    expect(places).toEqual(new Set(['111111111111', READER]));
    for (const { place, path, authorization } of requests) {
      const [, password = ''] = Buffer.from(authorization?.split(' ')[1] ?? '', 'base64')
        .toString()
        .split(':');
      const token = path.startsWith('/starport') ? undefined : { account: READER, region: place.region };
      expect(tokensOf(place).get(password)).toEqual(token && expect.objectContaining(token));
    }
  });

  function at() {
    return { world: world.aws.server.world, ...THERE };
  }

  function context(given: Partial<DriverContext> = {}): DriverContext {
    return world.context({ ...world.at(THERE.account, THERE.region), ...given });
  }

  async function bring(artifact: Artifact, given: Partial<DriverContext> = {}): Promise<string> {
    return bringImage(await openSite(target, context(given)), artifact);
  }

  /** Digests that came up. */
  function moved(): readonly string[] {
    return seen.flatMap(({ method, path }) => {
      const { pathname, searchParams } = new URL(path, 'http://registry');
      return method === 'PUT' && pathname.includes('/blobs/') ? [searchParams.get('digest') ?? ''] : [];
    });
  }
});

function digestOf(reference: string | undefined): string {
  return reference?.split('@')[1] ?? '';
}
