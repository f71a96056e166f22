import { afterAll, describe, expect, test } from 'vitest';
import { facts } from '../../../src/drivers/netlify/facts.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { filesBelow } from '../../support/file-tree.ts';
import type { NetlifyServer } from '../../support/netlify/server.ts';
import { builtFiles, createNetlifyWorld } from '../../support/netlify-world.ts';

const servers: NetlifyServer[] = [];

describe.each(['production', 'preview'] as const)('the %s side', (side) => {
  const options = { target: side, content: 'prebuilt', split_testing: side === 'production' };
  const { capabilities = [] } = facts.traitsOf?.({ options, timeout: 0 }, { mode: 'production' }) ?? {};
  describeDriver({
    facts,
    without: facts.capabilities.filter((capability) => !capabilities.includes(capability)),
    factsFile: new URL('../../../src/drivers/netlify/facts.ts', import.meta.url),
    setup: async () => {
      const world = await createNetlifyWorld();
      const { server } = world;
      server.platform.processTime = 20;
      servers.push(server);
      return {
        driver: world.driver,
        target: (name) => world.target({ name, options }),
        artifact: (label) => world.artifact(builtFiles(label)),
        context: world.context,
        sick: { EXIT_AT_START: '1' },
        slow: { START_DELAY: '60000' },
        ask: world.ask,
        leftovers: async () => server.platform.things(),
        traces: async () => [...filesBelow(world.root), { place: 'titles', text: titlesOf(server) }],
        close: world.end,
      };
    },
  });
});

describe('all of it', () => {
  test('keeps to the published document', () => {
    expect(servers.flatMap(({ violations }) => violations)).toEqual([]);
    expect(servers.flatMap(({ requests }) => requests).length).toBeGreaterThan(100);
  });
});

afterAll(() => void servers.splice(0));

/** What whoever may look at the site sees of a deploy. */
function titlesOf({ platform }: NetlifyServer): string {
  return [...platform.deploys.values()].map(({ title, branch }) => `${title} ${branch}`).join('\n');
}
