import { describe } from 'vitest';
import { facts } from '../../../../src/drivers/aws/facts.ts';
import { describeDriver } from '../../../contracts/driver.ts';
import { ecsOf } from '../../../support/aws/ecs/state.ts';
import { groupsOf } from '../../../support/aws/logs/state.ts';
import { createContainerWorld } from '../../../support/aws-container-world.ts';
import { filesBelow } from '../../../support/file-tree.ts';

const KIND = { kind: 'container' };
const checked = facts.checkOptions(KIND);
const options = checked.ok ? checked.options : {};
const { capabilities = [] } = facts.traitsOf?.({ options, timeout: 0 }, { mode: 'production' }) ?? {};

describe('containers on AWS', () => {
  describeDriver({
    facts,
    factsFile: new URL('../../../../src/drivers/aws/facts.ts', import.meta.url),
    without: facts.capabilities.filter((capability) => !capabilities.includes(capability)),
    leastOptions: KIND,
    mixesOutput: true,
    setup: async () => {
      const world = await createContainerWorld();
      const { server } = world.aws;
      const place = { world: server.world, account: '111111111111', region: 'eu-west-1' };
      return {
        driver: world.driver,
        target: (name) => world.target({ name }),
        artifact: world.image,
        context: world.context,
        sick: { EXIT_AT_START: '1' },
        slow: { START_DELAY: '60000' },
        ask: world.ask,
        leftovers: async () => {
          const tagged = server.world.services.flatMap(({ tagged }) => [...(tagged?.(place) ?? [])]);
          const others = tagged.filter(({ tags }) => tags['deployer:service'] !== 'builder');
          const active = [...ecsOf(place).definitions.values()].filter(({ status }) => status === 'ACTIVE');
          return [...others, ...active].map(({ arn }) => arn).sort();
        },
        traces: async () => [
          ...filesBelow(world.root),
          {
            place: 'task definitions',
            text: JSON.stringify([...ecsOf(place).definitions.values()].map(({ given }) => given)),
          },
          { place: 'logs', text: JSON.stringify([...groupsOf(place).values()].map(({ events }) => events)) },
        ],
        close: world.end,
      };
    },
  });
});
