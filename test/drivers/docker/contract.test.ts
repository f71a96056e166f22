import { describe } from 'vitest';
import { facts } from '../../../src/drivers/docker/facts.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { createDockerWorld } from '../../support/docker-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`on a real engine${reason}`, () => {
  describeDriver({
    facts,
    factsFile: new URL('../../../src/drivers/docker/facts.ts', import.meta.url),
    setup: async () => {
      const world = await createDockerWorld();
      await world.image('one');
      return {
        driver: world.driver,
        target: (name) => world.target({ name, path: 'images/one' }),
        artifact: world.image,
        context: world.context,
        sick: { EXIT_AT_START: '1' },
        slow: { START_DELAY: '60000' },
        ask: world.ask,
        leftovers: world.things,
        traces: world.shown,
        close: world.end,
      };
    },
  });
});
