import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../../../src/core/driver.ts';
import { functionsOf } from '../../../support/aws/lambda/state.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { ACCOUNT, createLambdaWorld, functionFiles, type LambdaWorld, REGION } from '../../../support/lambda-world.ts';
import { persistently } from '../../../support/quick-world.ts';

/** Everything that is asked of AWS in the life of a target. */
const CALLS = [
  'GetCallerIdentity',
  'GetFunction',
  'CreateLogGroup',
  'PutRetentionPolicy',
  'GetRole',
  'CreateRole',
  'PutRolePolicy',
  'CreateFunction',
  'GetFunctionConfiguration',
  'UpdateFunctionConfiguration',
  'UpdateFunctionCode',
  'PublishVersion',
  'ListVersionsByFunction',
  'CreateAlias',
  'CreateFunctionUrlConfig',
  'AddPermission',
  'GetFunctionUrlConfig',
  'GetAlias',
  'UpdateAlias',
  'DeleteFunctionUrlConfig',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteRolePolicy',
  'DeleteRole',
  'ListTagsForResource',
  'DeleteLogGroup',
] as const;
const FAULTS = ['lost', 'throttle', 'unavailable', 'html', 'reset'] as const;

describe('Lambda in trouble', () => {
  let world: LambdaWorld;
  beforeAll(async () => {
    world = await createLambdaWorld();
    world.server.world.looks = 0;
  });
  afterAll(async () => {
    expect(world.server.rejected).toEqual([]);
    await world.end();
  });

  test.each(FAULTS)('makes nothing twice and leaves nothing when every call meets once: %s', async (fault) => {
    const { server } = world;
    // The SDK waits for a second or more after each.
    const met = fault === 'throttle' ? CALLS.filter((_, index) => index % 6 === 0) : CALLS;
    for (const operation of met) server.faults.next({ operation, fault });
    await life(world.target({ name: `of-${fault}`, health: undefined as never }));
    expect(server.faults.left).toBe(0);
    expect(world.things()).toEqual([]);
  });

  test('says what is missing when a right is, and whose answer it was when it was none', async () => {
    const target = world.target({ name: 'refused' });
    const allow = world.server.deny('lambda:CreateFunction');
    const ready = await world.provisioned(target);
    const denied = await failureOf(place(ready, 'one', 'denied'));
    allow();
    expect(denied).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' });
    expect(denied?.detail?.join()).toContain('lambda:CreateFunction');
    const strangers = functionsOf({ world: world.server.world, account: ACCOUNT, region: REGION });
    await place(ready, 'one', 'mine');
    for (const fn of strangers.values()) fn.tags.clear();
    expect(await world.driver.preflight(target, world.context())).toMatchObject([{ code: 'PROJECT_NAME_TAKEN' }]);
    expect(await failureOf(world.driver.destroy(ready, world.context()))).toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
    strangers.clear();
    await world.driver.destroy(ready, world.context());
  });

  async function life(target: Target): Promise<void> {
    const { driver, context } = world;
    const made = await persistently((given) => driver.provision?.(target, given), context());
    const ready = { ...target, resource: made.resource };
    const one = await place(ready, 'one', 'first');
    const lead = (shares: readonly [string, number][]) =>
      persistently(
        (given) =>
          driver.traffic?.(
            ready,
            shares.map(([ref, percent]) => ({ ref, percent })),
            given,
          ),
        context(),
      );
    await lead([[String(one.ref), 100]]);
    const two = await place(ready, 'two', 'second');
    await lead([
      [String(two.ref), 10],
      [String(one.ref), 90],
    ]);
    const { releases } = await persistently((given) => driver.inspect(ready, given), context());
    expect(releases.map(({ percent }) => percent)).toEqual([90, 10]);
    await lead([[String(two.ref), 100]]);
    await persistently((given) => driver.retire(ready, one.ref, given), context());
    await persistently(async (given) => void (await driver.destroy(ready, given)), context());
  }

  async function place(target: Target, label: string, key: string) {
    const artifact = await world.artifact(functionFiles(label));
    const request = { version_id: `ver_${label}`, artifact, variables: {} };
    return persistently((given) => world.driver.deploy(target, request, given), world.context({ idempotencyKey: key }));
  }
});
