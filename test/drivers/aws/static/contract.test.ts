import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DriverContext, PlaceRequest } from '../../../../src/core/driver.ts';
import type { Probe } from '../../../../src/core/health.ts';
import { facts } from '../../../../src/drivers/aws/facts.ts';
import { describeDriver } from '../../../contracts/driver.ts';
import { cloudfrontOf } from '../../../support/aws/cloudfront/state.ts';
import { bucketsOf } from '../../../support/aws/s3/state.ts';
import type { AwsWorld } from '../../../support/aws/world.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../../support/aws-static-world.ts';
import { filesBelow } from '../../../support/file-tree.ts';

const OPTIONS = { kind: 'static' };
const { capabilities = [] } = facts.traitsOf?.({ options: OPTIONS, timeout: 0 }, { mode: 'production' }) ?? {};

const worlds: AwsStaticWorld[] = [];

describeDriver({
  facts,
  without: facts.capabilities.filter((one) => !capabilities.includes(one)),
  leastOptions: OPTIONS,
  factsFile: new URL('../../../../src/drivers/aws/facts.ts', import.meta.url),
  setup: async () => {
    const world = await createAwsStaticWorld();
    worlds.push(world);
    return {
      // A site knows no variables: these stand for checks that it does not pass, or not soon.
      driver: {
        ...world.driver,
        deploy: (target, request, context) =>
          world.driver.deploy(target, request, { ...context, probe: probeOf(request, context) }),
      },
      target: (name) => world.target({ name, options: OPTIONS }),
      artifact: (label) => world.artifact({ 'index.html': label, healthz: 'ok' }),
      context: world.context,
      sick: { EXIT_AT_START: '1' },
      slow: { START_DELAY: '60000' },
      ask: world.ask,
      leftovers: async () => thingsOf(world.server.world),
      traces: async () => [...filesBelow(world.root), { place: 'bucket', text: textOf(world.server.world) }],
      close: world.end,
    };
  },
});

function probeOf({ variables }: PlaceRequest, { probe }: DriverContext): Probe {
  const timeout = 'START_DELAY' in variables ? 6_000_000 : 'EXIT_AT_START' in variables ? 20_000 : undefined;
  if (timeout === undefined) return probe;
  return (asked) => probe({ ...asked, check: { ...asked.check, timeout, status: [418] } as typeof asked.check });
}

const PLACES = ['111111111111', '222222222222'].map((account) => ({ account, region: 'us-east-1' }));

/** Names of everything, over all accounts. */
function thingsOf(world: AwsWorld): readonly string[] {
  const buckets = [...bucketsOf({ world, account: '', region: '' }).keys()];
  return PLACES.flatMap((place) =>
    Object.values(cloudfrontOf({ world, ...place })).flatMap((things) => [...things.keys()]),
  ).concat(buckets);
}

/** All that lies in buckets and stores. */
function textOf(world: AwsWorld): string {
  const objects = [...bucketsOf({ world, account: '', region: '' }).values()].flatMap(({ objects: all }) => [...all]);
  const values = PLACES.flatMap((place) =>
    [...cloudfrontOf({ world, ...place }).stores.values()].flatMap(({ values: all }) => [...all].flat()),
  );
  return [
    ...objects.map(([key, { bytes }]) => `${key} ${key.startsWith('r/') ? gunzipSync(bytes) : bytes}`),
    ...values,
  ].join('\n');
}

test('asks AWS for nothing that its models do not know', () => {
  expect(worlds.flatMap(({ server }) => server.rejected).filter((it) => !it.endsWith('does not exist'))).toEqual([]);
  expect(worlds.flatMap(({ server }) => server.requests).length).toBeGreaterThan(100);
});
