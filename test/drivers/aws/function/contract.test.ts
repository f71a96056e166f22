import { afterAll, describe, expect, test } from 'vitest';
import { facts } from '../../../../src/drivers/aws/facts.ts';
import { describeDriver } from '../../../contracts/driver.ts';
import type { AwsServer } from '../../../support/aws/server.ts';
import { filesBelow } from '../../../support/file-tree.ts';
import { createLambdaWorld, functionFiles } from '../../../support/lambda-world.ts';

const leastOptions = { kind: 'function' };
const { capabilities = [] } = facts.traitsOf?.({ options: leastOptions, timeout: 0 }, { mode: 'production' }) ?? {};
const servers: AwsServer[] = [];

describe('Lambda', () => {
  describeDriver({
    facts,
    leastOptions,
    without: facts.capabilities.filter((capability) => !capabilities.includes(capability)),
    factsFile: new URL('../../../../src/drivers/aws/facts.ts', import.meta.url),
    setup: async () => {
      const world = await createLambdaWorld();
      servers.push(world.server);
      return {
        driver: world.driver,
        target: (name) => world.target({ name, options: leastOptions }),
        artifact: (label) => world.artifact(functionFiles(label)),
        context: world.context,
        sick: { EXIT_AT_START: '1' },
        slow: { START_DELAY: '60000' },
        ask: world.ask,
        leftovers: async () => world.things(),
        traces: async () => filesBelow(world.root),
        close: world.end,
      };
    },
  });
});

describe('all of it', () => {
  test('is as the models have it', () => {
    expect(servers.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(servers.flatMap(({ requests }) => requests).length).toBeGreaterThan(100);
  });
});

afterAll(() => void servers.splice(0));
