import { describe, expect, test } from 'vitest';
import { facts } from '../../../src/drivers/railway/facts.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { appFiles } from '../../support/driver-world.ts';
import { filesBelow } from '../../support/file-tree.ts';
import type { RailwayServer } from '../../support/railway/server.ts';
import { createRailwayWorld } from '../../support/railway-world.ts';

const servers: RailwayServer[] = [];

describeDriver({
  facts,
  factsFile: new URL('../../../src/drivers/railway/facts.ts', import.meta.url),
  setup: async () => {
    const world = await createRailwayWorld();
    const { railway } = world;
    servers.push(railway);
    return {
      driver: world.driver,
      target: (name) => world.target({ name }),
      artifact: async (label) => world.artifact(await appFiles(label)),
      context: world.context,
      sick: { EXIT_AT_START: '1' },
      slow: { START_DELAY: '60000' },
      ask: world.ask,
      leftovers: async () => railway.things(),
      traces: async () => [...filesBelow(world.root), ...shown(railway)],
      close: world.end,
    };
  },
});

describe('all of it', () => {
  test('asks for nothing that the published schema does not have', () => {
    expect(servers.flatMap(({ invalid }) => invalid)).toEqual([]);
    expect(servers.flatMap(({ requests }) => requests).length).toBeGreaterThan(100);
  });
});

interface Trace {
  readonly place: string;
  readonly text: string;
}

/** What whoever may look at the project sees, but for the variables themselves. */
function shown({ texts, account, machine }: RailwayServer): readonly Trace[] {
  const shared = [...account.environments.values()].map((one) => [...one.shared].flat().join('\n'));
  const deployments = [...machine.deployments.values()].map(({ process: _, variables: __, over: ___, ...one }) => one);
  return [
    ...texts.map((text) => ({ place: 'a request', text })),
    ...shared.map((text) => ({ place: 'shared variables', text })),
    { place: 'deployments', text: JSON.stringify(deployments) },
  ];
}
