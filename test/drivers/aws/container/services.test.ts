import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Target } from '../../../../src/core/driver.ts';
import type { Json, JsonObject } from '../../../../src/core/json.ts';
import { Secret, type Variables } from '../../../../src/core/secret.ts';
import { ecsOf } from '../../../support/aws/ecs/state.ts';
import { balancersOf, rulesOf } from '../../../support/aws/elb/state.ts';
import { parametersOf } from '../../../support/aws/ssm/service.ts';
import { type ContainerWorld, createContainerWorld } from '../../../support/aws-container-world.ts';
import { failureOf } from '../../../support/failure-of.ts';

const TOKEN = 'arn:aws:ssm:eu-west-1:111111111111:parameter/shared/token';
const place = { account: '111111111111', region: 'eu-west-1' };

describe('services that are not the usual ones', () => {
  let world: ContainerWorld;
  beforeAll(async () => {
    world = await createContainerWorld();
  });
  afterAll(() => world.end());

  it('a worker: is replaced where it stands, goes on when the next release is no good, and is taken back', async () => {
    const target = await provisioned('worker', { worker: true, spot: true });
    expect([...balancersOf(at()).keys()].filter((arn) => arn.includes('worker'))).toEqual([]);
    const one = await deploy(target, 'one', { GREETING: new Secret('hello'), PORT: '8080' });
    expect(one).toEqual({ ref: expect.anything(), dashboard_url: expect.stringContaining('worker') });
    await isAlone(target, 'ver_one');

    // However slowly its process starts here, no time passes meanwhile.
    const { clock } = world.context();
    const frozen = { clock: { ...clock, monotonic: () => 0 } };
    const failure = await failureOf(deploy(target, 'two', { EXIT_AT_START: '1' }, frozen));
    expect(failure).toMatchObject({
      code: 'HEALTH_CHECK_FAILED',
      reason: expect.stringContaining('end by themselves'),
    });
    expect(failure?.detail?.join()).toContain('exit code');
    await world.driver.restore?.(target, one.ref, world.context());
    await isAlone(target, 'ver_one');

    const steady = { ...target.service, options: { ...target.service.options, spot: false } };
    await deploy({ ...target, service: steady }, 'three', { PORT: '8080' });
    const service = [...ecsOf(at()).services.values()].find(({ serviceName }) => serviceName.includes('-worker-'));
    expect(service?.given.capacityProviderStrategy).toEqual([{ capacityProvider: 'FARGATE', weight: 1 }]);
    await isAlone(target, 'ver_three');
    await world.driver.retire(target, one.ref, world.context());
    expect([...parametersOf(at()).keys()].filter((name) => name.includes('/worker/'))).toEqual([]);
    await isAlone(target, 'ver_three');
    await world.driver.destroy(target, world.context());
    expect(left('worker')).toEqual([]);
  });

  it('tells which variables its tasks have, of whoever changed them', async () => {
    const target = await provisioned('told', { worker: true, value_from: { TOKEN: TOKEN } });
    expect(await world.driver.keptVariables?.(target, world.context())).toBeUndefined();
    parametersOf(at()).set('/shared/token', {
      Name: '/shared/token',
      ARN: TOKEN,
      Value: 'elsewhere',
      tags: new Map(),
    } as never);
    await deploy(target, 'one', { GREETING: new Secret('hello'), API_KEY: new Secret('key'), PORT: '8080' });
    const kept = async () => {
      const told = (await world.driver.keptVariables?.(target, world.context())) ?? [];
      return Object.fromEntries(told.map(({ name, ours, value }) => [name, [ours, value?.reveal()]]));
    };
    const given = {
      GREETING: [true, 'hello'],
      API_KEY: [true, 'key'],
      PORT: [true, '8080'],
      TOKEN: [false, undefined],
    };
    expect(await kept()).toEqual(given);
    const [greeting, key] = ['GREETING', 'API_KEY'].map((end) =>
      [...parametersOf(at()).values()].find(({ Name }) => Name.includes('/told/') && Name.endsWith(end)),
    );
    Object.assign(greeting ?? {}, { Value: 'changed by hand' });
    parametersOf(at()).delete(key?.Name ?? '');
    const { API_KEY: _, ...others } = given;
    expect(await kept()).toEqual({ ...others, GREETING: [true, 'changed by hand'] });
    await world.driver.destroy(target, world.context());
  });

  it('one at a listener, cluster and repository of others: changes its own rule only, and leaves them when it goes', async () => {
    const host = await provisioned('host');
    const before = left('host');
    const { entrance, cluster, repository } = host.resource as unknown as Places;
    const [listener = ''] = [...rulesOf(at()).values()].flatMap((rule) =>
      rule.RuleArn === entrance.rule ? [rule.listener] : [],
    );
    const host_names = ['guest.example.com'];
    const adopted = { listener, host_names, cluster, repository: repository.name, check_from: [] };
    const target = await provisioned('guest', adopted);
    const one = await deploy(target, 'one', {});
    expect(one.url).toBe('http://guest.example.com');
    await live(target, one.ref);
    expect(await world.ask('http://guest.example.com/')).toBe('one');
    const two = await deploy(target, 'two', {});
    expect(await world.ask('http://guest.example.com/')).toBe('one');
    await live(target, two.ref);
    expect(await world.ask('http://guest.example.com/')).toBe('two');
    await expect(world.ask(`http://${new URL(entrance.url).host}/`)).resolves.toContain(
      'Service Temporarily Unavailable',
    );

    const { listener: __, ...own } = adopted;
    for (const [path, options] of [
      ['listener', own],
      ['worker', { cluster, worker: true }],
    ] as const) {
      const changed = { ...targetOf('guest', options), resource: target.resource };
      expect(await world.driver.preflight(changed, world.context())).toContainEqual(
        expect.objectContaining({ code: 'UNSUPPORTED', path: `services.guest.aws.${path}` }),
      );
    }

    // Cut off before anything was written down.
    await world.driver.destroy({ ...target, resource: null }, world.context());
    expect(left('guest')).toEqual([]);
    expect(left('host')).toEqual(before);
    await world.driver.destroy(host, world.context());
    expect(world.aws.server.rejected).toEqual([]);
  });

  function at() {
    return { world: world.aws.server.world, ...place };
  }

  function provisioned(name: string, options: JsonObject = {}): Promise<Target> {
    return world.provisioned(targetOf(name, options));
  }

  function targetOf(name: string, options: JsonObject): Target {
    const target = world.target({ name, options });
    const { health: _, ...service } = target.service;
    return options['worker'] ? { ...target, service } : target;
  }

  async function deploy(target: Target, label: string, variables: Variables, given: Partial<DriverContext> = {}) {
    const artifact = await world.image(label === 'three' ? 'two' : label);
    return world.driver.deploy(target, { version_id: `ver_${label}`, artifact, variables }, world.context(given));
  }

  async function live(target: Target, ref: Json): Promise<void> {
    await world.driver.traffic?.(target, [{ ref, percent: 100 }], world.context());
  }

  async function isAlone(target: Target, version_id: string): Promise<void> {
    const { releases } = await world.driver.inspect(target, world.context());
    expect(releases).toMatchObject([{ version_id, state: 'running', percent: 100 }]);
  }

  /** What there is of a target, but for definitions that are out of use. */
  function left(name: string): string[] {
    const all = world.aws.server.world.services.flatMap(({ tagged }) => [...(tagged?.(at()) ?? [])]);
    const own = all.filter(({ tags }) => tags['deployer:service'] === name).map(({ arn }) => arn);
    const active = [...ecsOf(at()).definitions.values()].filter(
      ({ status, arn }) => status === 'ACTIVE' && arn.includes(`-${name}-`),
    );
    return [...own, ...active.map(({ arn }) => arn)].sort();
  }
});

interface Places {
  readonly entrance: { readonly rule: string; readonly url: string };
  readonly cluster: string;
  readonly repository: { readonly name: string };
}
