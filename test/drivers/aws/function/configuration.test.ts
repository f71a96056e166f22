import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Artifact } from '../../../../src/core/artifact.ts';
import { digestValue } from '../../../../src/core/digest.ts';
import type { Target } from '../../../../src/core/driver.ts';
import type { JsonObject } from '../../../../src/core/json.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { awsOf } from '../../../support/aws/access.ts';
import { functionsOf } from '../../../support/aws/lambda/state.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { ACCOUNT, createLambdaWorld, functionFiles, type LambdaWorld, REGION } from '../../../support/lambda-world.ts';

const [ONE, TWO] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

let world: LambdaWorld;
beforeAll(async () => {
  world = await createLambdaWorld();
});
afterAll(() => world.end());

function imageIn(account: string, region: string, digest: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com/shop/api@${digest}`;
}

function artifactOf(location: string): Artifact {
  return { kind: 'image', digest: digestValue({ from: location }), location };
}

test('a function runs the image that was approved, from the repository of its own region', async () => {
  const here = imageIn(ACCOUNT, REGION, ONE);
  const given = world.target({ options: { kind: 'function', image: here, url: 'none' } });
  const { health: _, ...service } = given.service;
  const target = await world.provisioned({ ...given, service });
  const deploy = (location: string) =>
    world.driver.deploy(
      target,
      { version_id: 'ver_one', artifact: artifactOf(location), variables: {} },
      world.context(),
    );
  const image = () => [...functionsOf({ world: world.server.world, account: ACCOUNT, region: REGION }).values()].at(-1);

  await deploy(imageIn('222222222222', 'us-east-1', ONE));
  expect(image()?.latest.code.image).toBe(here);
  const before = imageIn(ACCOUNT, REGION, TWO);
  await deploy(before);
  expect(image()?.latest.code.image).toBe(before);
  const failure = await failureOf(deploy(imageIn('222222222222', 'us-east-1', TWO)));
  expect(failure).toMatchObject({ code: 'INVALID_CONFIG', fix: expect.stringContaining('aws.image') });
  expect(image()?.latest.code.image).toBe(before);
});

test('a function tells the variables of the version that users are led to, whoever published it', async () => {
  const target = await world.provisioned(world.target({ options: { kind: 'function' } }));
  const artifact = await world.artifact(functionFiles('one'));
  const variables = { GREETING: new Secret('hello'), PORT: '80' };
  expect(await world.driver.keptVariables?.(target, world.context())).toBeUndefined();
  const { ref } = await world.driver.deploy(target, { version_id: 'ver_one', artifact, variables }, world.context());
  expect(await world.driver.keptVariables?.(target, world.context())).toBeUndefined();
  await world.driver.traffic?.(target, [{ ref, percent: 100 }], world.context());
  const kept = async () =>
    (await world.driver.keptVariables?.(target, world.context()))?.map(({ value, ...one }) => [one, value?.reveal()]);
  expect(await kept()).toEqual([[{ name: 'GREETING', ours: true }, 'hello']]);

  const by = { account: ACCOUNT, region: REGION };
  const lambda = await awsOf(world.server, by).lambda();
  const FunctionName: string = Object(target.resource).function;
  await lambda.updateFunctionConfiguration({
    FunctionName,
    Description: 'mine',
    Environment: { Variables: { OTHER: 'x' } },
  });
  while ((await lambda.getFunctionConfiguration({ FunctionName })).LastUpdateStatus === 'InProgress');
  const { Version } = await lambda.publishVersion({ FunctionName, Description: 'mine' });
  await lambda.updateAlias({ FunctionName, Name: 'live', FunctionVersion: Version });
  expect(await kept()).toEqual([[{ name: 'OTHER', ours: false }, 'x']]);
});

test('the address of a function goes, and changes how it answers, with the switch to a release that is to have it so', async () => {
  const options = { kind: 'function' };
  const target = await world.provisioned(world.target({ name: 'address', options }));
  const artifact = await world.artifact(functionFiles('one'));
  const url = () =>
    functionsOf({ world: world.server.world, account: ACCOUNT, region: REGION })
      .get(Object(target.resource).function)
      ?.aliases.get('live')?.url;
  const place = async (more: JsonObject) => {
    const { health, ...service } = target.service;
    const changed = { ...service, options: { ...service.options, ...more } };
    const own: Target = { ...target, service: more['url'] ? changed : { ...changed, ...(health && { health }) } };
    const { ref } = await world.driver.deploy(own, { version_id: 'ver_one', artifact, variables: {} }, world.context());
    const before = url();
    await world.driver.traffic?.(own, [{ ref, percent: 100 }], world.context());
    return { before, after: url() };
  };
  const { after: first } = await place({});
  expect(first?.mode).toBe('BUFFERED');
  expect(await place({ streaming: true })).toEqual({ before: first, after: { ...first, mode: 'RESPONSE_STREAM' } });
  expect((await place({ url: 'none' })).after).toBeUndefined();
});

test('a function that was deployed is not left behind for another one', async () => {
  const options = { kind: 'function', url: 'none' };
  const target = await world.provisioned(world.target({ name: 'moving', options }));
  for (const more of [{ region: 'us-east-1' }, { function_name: 'another' }]) {
    const moved = { ...world.target({ name: 'moving', options: { ...options, ...more } }), resource: target.resource };
    const findings = await world.driver.preflight(moved, world.context());
    expect(findings).toMatchObject([{ code: 'GATE_REFUSED', fix: expect.stringContaining('destroy it there first') }]);
    expect(await failureOf(world.driver.provision?.(moved, world.context()))).toMatchObject({ code: 'GATE_REFUSED' });
  }
});
