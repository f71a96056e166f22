import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { ecsOf } from '../../../support/aws/ecs/state.ts';
import { rulesOf } from '../../../support/aws/elb/state.ts';
import { parametersOf } from '../../../support/aws/ssm/service.ts';
import { type ContainerWorld, createContainerWorld } from '../../../support/aws-container-world.ts';
import { persistently } from '../../../support/quick-world.ts';

let world: ContainerWorld;
beforeAll(async () => {
  world = await createContainerWorld();
}, 120_000);
afterAll(() => world?.end());

/** Each call that changes something, in the order of a target's life. */
const CHANGES = [
  ['cloudformation', 'CreateChangeSet'],
  ['cloudformation', 'ExecuteChangeSet'],
  ['elasticloadbalancing', 'CreateRule'],
  ['ssm', 'PutParameter'],
  ['ecs', 'RegisterTaskDefinition'],
  ['ecs', 'RunTask'],
  ['ecs', 'TagResource'],
  ['elasticloadbalancing', 'ModifyTargetGroup'],
  ['ecs', 'CreateService'],
  ['elasticloadbalancing', 'ModifyRule'],
  ['ecs', 'UpdateService'],
  ['ssm', 'DeleteParameters'],
  ['ecs', 'DeregisterTaskDefinition'],
  ['ecs', 'DeleteService'],
  ['elasticloadbalancing', 'DeleteRule'],
  ['cloudformation', 'DeleteStack'],
] as const;

test(`nothing is made twice, and nothing is left, when the answer to every change is lost once`, {
  timeout: 120_000,
}, async () => {
  const { driver, context, aws } = world;
  const { faults, world: cloud } = aws.server;
  const place = { world: cloud, account: '111111111111', region: 'eu-west-1' };
  const artifact = await world.image('one');
  for (const [service, operation] of CHANGES) faults.next({ service, operation, fault: 'lost' });
  const given = world.target({ name: 'lost' });
  const once = <T>(key: string, work: (own: ReturnType<typeof context>) => Promise<T> | undefined) =>
    persistently(work, context({ idempotencyKey: key }));

  const made = await once('provision', (own) => driver.provision?.(given, own));
  const target = { ...given, resource: made.resource };
  const request = { version_id: 'ver_one', artifact, variables: { GREETING: new Secret('hello') } };
  const end = await once('job', (own) =>
    driver.run?.(target, { ...request, command: 'cat label.txt', kind: 'release' }, own),
  );
  expect(end).toEqual({ exit_code: 0 });
  const one = await once('first', (own) => driver.deploy(target, request, own));
  await once('switch', (own) => driver.traffic?.(target, [{ ref: one.ref, percent: 100 }], own));
  const two = await once('second', (own) => driver.deploy(target, { ...request, version_id: 'ver_two' }, own));

  const { definitions, services } = ecsOf(place);
  const own = <T>(all: Iterable<T>) => [...all].filter((it) => JSON.stringify(it).includes('shop-prod-lost'));
  const active = own(definitions.values()).filter(({ status }) => status === 'ACTIVE');
  expect(active).toHaveLength(2);
  expect([...services.keys()].filter((name) => name.includes('-lost-'))).toHaveLength(2);
  expect(own(rulesOf(place).keys())).toHaveLength(1);
  expect([...parametersOf(place).keys()].filter((name) => name.includes('/lost/'))).toHaveLength(2);
  expect(await world.ask(one.url ?? '')).toBe('one');

  await once('retire', (own) => driver.retire(target, two.ref, own));
  await once('destroy', (own) => driver.destroy(target, own) as Promise<void>);
  expect(faults.left).toBe(0);
  expect([...parametersOf(place).keys()].filter((name) => name.includes('/lost/'))).toEqual([]);
  expect(own(definitions.values()).filter(({ status }) => status === 'ACTIVE')).toEqual([]);
  expect((await driver.inspect(target, context())).state).toBe('absent');
  expect(aws.server.rejected).toEqual([]);
});
