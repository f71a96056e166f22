import { facts } from '../../../src/drivers/local/facts.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { appFiles } from '../../support/driver-world.ts';
import { filesBelow } from '../../support/file-tree.ts';
import { createLocalWorld, processesWith } from '../../support/local-world.ts';

describeDriver({
  facts,
  factsFile: new URL('../../../src/drivers/local/facts.ts', import.meta.url),
  setup: async () => {
    const world = await createLocalWorld();
    return {
      driver: world.driver,
      target: (name) => world.target({ name }),
      artifact: async (label) => world.artifact(await appFiles(label)),
      context: world.context,
      sick: { EXIT_AT_START: '1' },
      slow: { START_DELAY: '60000' },
      ask: async (url) => (await fetch(url)).text(),
      leftovers: async () => [
        ...filesBelow(world.folder).map(({ place }) => place),
        ...processesWith(world.folder).map(String),
      ],
      traces: async () => filesBelow(world.root),
      close: world.end,
    };
  },
});
